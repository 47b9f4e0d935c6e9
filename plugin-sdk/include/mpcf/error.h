/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/error.h - what went wrong, for a person.
 */
#ifndef MPCF_ERROR_H
#define MPCF_ERROR_H

#include <mpcf/status.h>

MPCF_BEGIN_DECLS

/*
 * A status and a chain of messages: what was being done, and last the cause,
 * which is never lost or cut for a message in front of it. The caller owns the
 * object and may pass NULL where it only wants the status. One thread uses one error
 * object at a time.
 */
typedef struct mpcf_error mpcf_error;

/*
 * Records STATUS and a message, with the source line, and returns STATUS, so
 * that a function can end with
 *
 *     return mpcf_fail(err, MPCF_E_SHAPE, "rows: %zu, expected %zu", n, want);
 *
 * What is recorded already is the cause and stays: the new message goes in
 * front of it ("loading layer 3: rows: 4, expected 8"), and STATUS is how the
 * whole is classified from here on. Who goes on after a failure, to try something
 * else, calls mpcf_error_reset() first. Never put a secret (a share, a key,
 * client text) into a message: messages reach logs and reports.
 */
#ifdef __clang_analyzer__ /* it cannot see that the function returns STATUS */
#define mpcf_fail(err, status, ...)                                                                \
    ((void) mpcf_fail_at((err), (status), __FILE__, __LINE__, __VA_ARGS__), (status))
#else
#define mpcf_fail(err, status, ...) mpcf_fail_at((err), (status), __FILE__, __LINE__, __VA_ARGS__)
#endif

/*
 * Adds what the caller was doing to the failure of something that it called,
 * which gave STATUS (not MPCF_OK), and returns STATUS: "reading layer 3: rows: 4,
 * expected 8". Where nothing was recorded the text of STATUS is the cause. ERR
 * may be NULL here, too.
 */
#ifdef __clang_analyzer__
#define mpcf_fail_while(err, status, ...)                                                          \
    ((void) mpcf_fail_context_at((err), (status), __FILE__, __LINE__, __VA_ARGS__), (status))
#else
#define mpcf_fail_while(err, status, ...)                                                          \
    mpcf_fail_context_at((err), (status), __FILE__, __LINE__, __VA_ARGS__)
#endif

MPCF_EXPORT mpcf_status mpcf_fail_at(mpcf_error *err, mpcf_status status, const char *file,
                                     int line, const char *format, ...) MPCF_PRINTF(5, 6);
MPCF_EXPORT mpcf_status mpcf_fail_context_at(mpcf_error *err, mpcf_status status, const char *file,
                                             int line, const char *format, ...) MPCF_PRINTF(5, 6);
/* What mpcf_fail_while() was before it took a status, for plug-ins built then: the status is the
 * recorded one, MPCF_E_INTERNAL where there is none. */
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
