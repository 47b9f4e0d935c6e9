/* SPDX-License-Identifier: Apache-2.0 */
#include "faults/words.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "support/apart.h"

static const char mark[] = "mpcf-host: ";

bool words_of(const char *log, char *line, size_t size)
{
    FILE *file = fopen(log, "r");
    char next[2048];
    size_t count = 0;

    while (file != NULL && fgets(next, sizeof next, file) != NULL) {
        if (strncmp(next, mark, strlen(mark)) == 0) {
            next[strcspn(next, "\n")] = '\0';
            (void) snprintf(line, size, "%s", next + strlen(mark));
            count++;
        }
    }
    if (file != NULL) {
        (void) fclose(file);
    }
    return count == 1;
}

/* PEER stands for the name of another role. */
static const char *const forms[] = {
    "*PEER*: the peer closed the connection*",
};

static bool names_other(int role, const char *line)
{
    for (int r = 0; r < ROLES; r++) {
        if (r != role && strstr(line, apart_names[r]) != NULL) {
            return true;
        }
    }
    return false;
}

bool words_are_clear(int role, const char *line)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (fnmatch(forms[i], line, 0) == 0) {
            return names_other(role, line);
        }
    }
    return false;
}
