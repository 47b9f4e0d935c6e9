/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an mpcf_error holds: a status and the text of what went wrong, to which whoever passes it on
 * adds what it was doing.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_LIMIT = 8192 };

/* The text is a fixed buffer, so that an error about memory needs none. */
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

/* Keeps where the cause was recorded. */
static void note_source(mpcf_error *err, const char *file, int line)
{
    if (err->text[0] == '\0') {
        err->file = file;
        err->line = line;
    }
}

/* "MESSAGE: cause". It is MESSAGE that is cut where there is no room for both. */
static void put_in_front(mpcf_error *err, const char *message)
{
    size_t cause = strlen(err->text), room = sizeof err->text - 1 - cause;
    size_t length = strlen(message);

    if (cause == 0) {
        memcpy(err->text, message, length + 1);
    } else if (room > 2) {
        length = length < room - 2 ? length : room - 2;
        memmove(err->text + length + 2, err->text, cause + 1);
        memcpy(err->text, message, length);
        memcpy(err->text + length, ": ", 2);
    }
}

mpcf_status mpcf_fail_at(mpcf_error *err, mpcf_status status, const char *file, int line,
                         const char *format, ...)
{
    char message[TEXT_LIMIT];
    va_list arguments;

    if (err == NULL) {
        return status;
    }
    va_start(arguments, format);
    (void) vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    note_source(err, file, line);
    put_in_front(err, message);
    err->status = status;
    return status;
}

static mpcf_status add_context(mpcf_error *err, mpcf_status status, const char *file, int line,
                               const char *format, va_list arguments) MPCF_PRINTF(5, 0);

static mpcf_status add_context(mpcf_error *err, mpcf_status status, const char *file, int line,
                               const char *format, va_list arguments)
{
    char message[TEXT_LIMIT];

    (void) vsnprintf(message, sizeof message, format, arguments);
    note_source(err, file, line);
    if (err->text[0] == '\0') {
        put_in_front(err, mpcf_status_text(status));
    }
    put_in_front(err, message);
    err->status = status;
    return status;
}

mpcf_status mpcf_fail_context_at(mpcf_error *err, mpcf_status status, const char *file, int line,
                                 const char *format, ...)
{
    va_list arguments;

    if (err == NULL) {
        return status;
    }
    va_start(arguments, format);
    status = add_context(err, status, file, line, format, arguments);
    va_end(arguments);
    return status;
}

mpcf_status mpcf_fail_while_at(mpcf_error *err, const char *file, int line, const char *format, ...)
{
    mpcf_status status =
        mpcf_error_status(err) != MPCF_OK ? mpcf_error_status(err) : MPCF_E_INTERNAL;
    va_list arguments;

    if (err == NULL) {
        return status;
    }
    va_start(arguments, format);
    status = add_context(err, status, file, line, format, arguments);
    va_end(arguments);
    return status;
}

const char *error_source(const mpcf_error *err, int *line)
{
    *line = err != NULL ? err->line : 0;
    return err != NULL && err->text[0] != '\0' ? err->file : NULL;
}
