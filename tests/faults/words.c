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

/* PEER stands for the name of the role that failed. */
static const char *const forms[] = {
    "*PEER*closed the connection*", "*PEER*onnection reset by peer*",      "*PEER*roken pipe*",
    "*PEER*stages.infer.timeout*",  "*PEER*stages.infer.connect_timeout*", "*PEER*ended the run*",
    "*PEER*onnection refused*",     "*PEER*hangs up on the hello*",
};

/* A role that nobody has joined yet knows nobody to name. */
static const char lonely[] = "nobody joined the * at *stages.infer.connect_timeout*";
static const char full[] = "*'*/*': No space left on device*";

static bool fits(const char *form, const char *peer, const char *line)
{
    const char *place = strstr(form, "PEER");
    char pattern[256];

    (void) snprintf(pattern, sizeof pattern, "%.*s%s%s", (int) (place - form), form, peer,
                    place + strlen("PEER"));
    return fnmatch(pattern, line, 0) == 0;
}

static bool names(int role, const char *line)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (fits(forms[i], apart_names[role], line)) {
            return true;
        }
    }
    return false;
}

bool words_are_clear(int role, int culprit, const char *line)
{
    if (fnmatch(lonely, line, 0) == 0) {
        return true;
    }
    if (role != culprit) {
        return names(culprit, line);
    }
    return fnmatch(full, line, 0) == 0 || names((role + 1) % ROLES, line) ||
           names((role + 2) % ROLES, line);
}

bool words_have_report(const char *log)
{
    FILE *file = fopen(log, "r");
    char next[2048];
    bool has = false;

    while (file != NULL && fgets(next, sizeof next, file) != NULL) {
        has = has || strstr(next, "Sanitizer") != NULL || strstr(next, "runtime error") != NULL;
    }
    if (file != NULL) {
        (void) fclose(file);
    }
    return has;
}
