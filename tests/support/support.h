/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests share: cmocka, closeness, statuses, folders, the research data.
 */
#ifndef MPCF_TESTS_SUPPORT_H
#define MPCF_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <mpcf/error.h>

/* |got - want| <= absolute + relative |want|, for each of COUNT; names the worst. */
void assert_close_floats(const char *what, const float *want, const float *got, size_t count,
                         double absolute, double relative);
/* EXPR, called with ERR emptied, is MPCF_OK, or the error's text is the failure. */
void assert_ok_(mpcf_status status, const mpcf_error *err, const char *file, int line);
#define assert_ok(expr, err) assert_ok_((mpcf_error_reset(err), (expr)), (err), __FILE__, __LINE__)
/* The same of a call before, which returned STATUS. */
#define assert_was_ok(status, err) assert_ok_((status), (err), __FILE__, __LINE__)
void assert_status_(mpcf_status want, mpcf_status got, const mpcf_error *err, const char *file,
                    int line);
#define assert_status(want, expr, err)                                                             \
    assert_status_((want), (mpcf_error_reset(err), (expr)), (err), __FILE__, __LINE__)
#define assert_status_was(want, status, err)                                                       \
    assert_status_((want), (status), (err), __FILE__, __LINE__)
void assert_message_contains(const mpcf_error *err, const char *part);

/* Path under the research data ($MPCF_SHARED, else ../shared beside the sources); static
 * buffers, a few in turn. */
const char *shared_path(const char *relative);
/* Path under the sources; static buffers as above. */
const char *source_path(const char *relative);
/* Ends the process with 77, saying why, where RELATIVE is not there. Call first in main(). */
void require_shared(const char *relative);
/* A new folder under $TMPDIR; static buffer; removed at exit. */
const char *test_folder(void);

/* Repeatable numbers: uniform in [low, high). */
struct test_random {
    uint64_t state;
};
uint64_t test_random_u64(struct test_random *r);
double test_random_real(struct test_random *r, double low, double high);
double test_random_normal(struct test_random *r);

#endif
