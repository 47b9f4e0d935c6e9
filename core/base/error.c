/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an mpcf_error holds: a status and the text of what went wrong, to which whoever passes it on
 * adds what it was doing.
 */
#include <mpcf/error.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_LIMIT = 8192 };

/* The text is a fixed buffer, so that an error about memory needs none. The source line of the
 * cause is kept for debug logs only. */
struct mpcf_error {
    mpcf_status status;
    const char *file;
    int line;
    char text[TEXT_LIMIT];
};

mpcf_error *mpcf_error_create(void)
{
    return calloc(1, sizeof(mpcf_error));
}

void mpcf_error_destroy(mpcf_error *err)
{
    free(err);
}

void mpcf_error_reset(mpcf_error *err)
{
    if (err != NULL) {
        err->status = MPCF_OK;
        err->text[0] = '\0';
    }
}

mpcf_status mpcf_error_status(const mpcf_error *err)
{
    return err != NULL ? err->status : MPCF_OK;
}

const char *mpcf_error_text(const mpcf_error *err)
{
    return err != NULL ? err->text : "";
}

mpcf_status mpcf_fail_at(mpcf_error *err, mpcf_status status, const char *file, int line,
                         const char *format, ...)
{
    va_list arguments;

    if (err == NULL) {
        return status;
    }
    err->status = status;
    err->file = file;
    err->line = line;
    va_start(arguments, format);
    (void) vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    return status;
}

mpcf_status mpcf_fail_while_at(mpcf_error *err, const char *file, int line, const char *format, ...)
{
    char context[TEXT_LIMIT];
    va_list arguments;
    int used = 0;

    (void) file;
    (void) line;
    if (err == NULL) {
        return MPCF_E_INTERNAL;
    }
    va_start(arguments, format);
    used = vsnprintf(context, sizeof context, format, arguments);
    va_end(arguments);
    if (used >= 0 && (size_t) used + 2 < sizeof context) {
        (void) snprintf(context + used, sizeof context - (size_t) used, ": %.*s",
                        (int) (sizeof context - (size_t) used - 3), err->text);
        memcpy(err->text, context, sizeof context);
    }
    return err->status;
}
