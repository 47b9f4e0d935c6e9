/* SPDX-License-Identifier: Apache-2.0 */
/* Which lines a person sees on standard error, and how they look. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int chosen = -1;

void log_set_level(enum log_level level)
{
    chosen = (int) level;
}

static int current_level(void)
{
    static const char *const names[] = {"debug", "info", "warn", "quiet"};
    const char *wish = getenv("MPCF_LOG");

    if (chosen >= 0) {
        return chosen;
    }
    for (int i = 0; wish != NULL && i < 4; i++) {
        if (strcmp(wish, names[i]) == 0) {
            return i;
        }
    }
    return LOG_INFO;
}

void log_line(enum log_level level, const char *format, ...)
{
    char line[2048];
    va_list arguments;

    if ((int) level < current_level()) {
        return;
    }
    va_start(arguments, format);
    (void) vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    /* One call, so that lines of several processes do not mix. */
    (void) fprintf(stderr, "mpcf: %s\n", line);
}
