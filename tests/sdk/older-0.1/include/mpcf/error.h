/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/error.h - what went wrong, for a person.
 */
#ifndef MPCF_ERROR_H
#define MPCF_ERROR_H

#include <mpcf/status.h>

MPCF_BEGIN_DECLS

/*
 * A status and a chain of messages, the cause first. The caller owns the object
 * and may pass NULL where it only wants the status. One thread uses one error
 * object at a time.
 */
typedef struct mpcf_error mpcf_error;

/*
 * Records STATUS and a message, with the source line, and returns STATUS, so
 * that a function can end with
 *
 *     return mpcf_fail(err, MPCF_E_SHAPE, "rows: %zu, expected %zu", n, want);
 *
 * An error already recorded is replaced. Never put a secret (a share, a key,
 * client text) into a message: messages reach logs and reports.
 */
#define mpcf_fail(err, status, ...) mpcf_fail_at((err), (status), __FILE__, __LINE__, __VA_ARGS__)

/*
 * Adds what the caller was doing to an error already recorded, and returns its
 * status: "reading layer 3: rows: 4, expected 8". With ERR NULL it returns
 * MPCF_E_INTERNAL, as the status is not known: functions that use it are given
 * an error object.
 */
#define mpcf_fail_while(err, ...) mpcf_fail_while_at((err), __FILE__, __LINE__, __VA_ARGS__)

MPCF_EXPORT mpcf_status mpcf_fail_at(mpcf_error *err, mpcf_status status, const char *file,
                                     int line, const char *format, ...) MPCF_PRINTF(5, 6);
MPCF_EXPORT mpcf_status mpcf_fail_while_at(mpcf_error *err, const char *file, int line,
                                           const char *format, ...) MPCF_PRINTF(4, 5);

/* For those who own an error: tests, hosts. mpcf_error_text() is "" when none is
 * recorded, else "reading layer 3: rows: 4, expected 8"; valid until the next
 * call with this object. */
MPCF_EXPORT mpcf_error *mpcf_error_create(void);
MPCF_EXPORT void mpcf_error_destroy(mpcf_error *err);
MPCF_EXPORT void mpcf_error_reset(mpcf_error *err);
MPCF_EXPORT mpcf_status mpcf_error_status(const mpcf_error *err);
MPCF_EXPORT const char *mpcf_error_text(const mpcf_error *err);

MPCF_END_DECLS
#endif
