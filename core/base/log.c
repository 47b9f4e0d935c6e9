/* SPDX-License-Identifier: Apache-2.0 */
/* Which lines a person sees on standard error, and how they look. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpcf/plugin.h>

#include "base/standard_error.h"

static int chosen = -1;

void log_set_level(enum log_level level)
{
    chosen = (int) level;
}

enum log_level log_level(void)
{
    static const char *const names[] = {"debug", "info", "warn", "quiet"};
    const char *wish = getenv("MPCF_LOG");

    if (chosen >= 0) {
        return (enum log_level) chosen;
    }
    for (int i = 0; wish != NULL && i < 4; i++) {
        if (strcmp(wish, names[i]) == 0) {
            return (enum log_level) i;
        }
    }
    return LOG_INFO;
}

MPCF_PRINTF(2, 0)
static void write_line(enum log_level level, const char *format, va_list arguments)
{
    static const char head[] = "mpcf: ";
    char line[2048];
    const size_t begin = sizeof head - 1;

    if (level < log_level()) {
        return;
    }
    memcpy(line, head, begin);
    (void) vsnprintf(line + begin, sizeof line - begin - 1, format, arguments);
    memcpy(line + strlen(line), "\n", 2);
    /* One call, so that lines of several processes do not mix. */
    standard_error_write(line);
}

void log_line(enum log_level level, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line(level, format, arguments);
    va_end(arguments);
}

void mpcf_note(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_line(LOG_INFO, format, arguments);
    va_end(arguments);
}
