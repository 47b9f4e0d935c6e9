/* SPDX-License-Identifier: Apache-2.0 */
/* The sweep of one function over all its allocations. */
#include <string.h>

#include "alloc/fail_alloc.h"
#include "support/support.h"

enum { ALLOCATIONS_MAX = 100000 };

/* What the C library says is a file's error with the system's words. */
static bool names_memory(mpcf_status status, const mpcf_error *err)
{
    const char *text = mpcf_error_text(err);

    return (status == MPCF_E_NOMEM && *text != '\0') ||
           (status == MPCF_E_IO && strstr(text, "Cannot allocate memory") != NULL);
}

/* How many allocations there are; every wrong answer is printed and counted. */
static size_t sweep(const char *what, mpcf_status (*run)(void *context, mpcf_error *err),
                    void *context, bool once, size_t *wrong, mpcf_error *err)
{
    size_t k = 1;

    for (; k < ALLOCATIONS_MAX; k++) {
        mpcf_status status;

        mpcf_error_reset(err);
        fail_alloc_arm(k, once);
        status = run(context, err);
        if (!fail_alloc_disarm()) {
            assert_was_ok(status, err);
            break;
        }
        /* What the C library does without, as a stream without a buffer, RUN does without. */
        if (status != MPCF_OK && !names_memory(status, err)) {
            print_error("%s, allocation %zu%s: %s: '%s'\n", what, k, once ? "" : " and all after",
                        mpcf_status_name(status), mpcf_error_text(err));
            (*wrong)++;
        }
    }
    return k - 1;
}

void assert_survives(const char *what, mpcf_status (*run)(void *context, mpcf_error *err),
                     void *context)
{
    mpcf_error *err = mpcf_error_create();
    size_t count, wrong = 0;

    assert_non_null(err);
    assert_was_ok(run(context, err), err); /* and what is set up once is set up */
    count = sweep(what, run, context, true, &wrong, err);
    (void) sweep(what, run, context, false, &wrong, err);
    print_message("%s: %zu allocations\n", what, count);
    assert_int_equal(wrong, 0);
    assert_true(count > 0 && count + 1 < ALLOCATIONS_MAX);
    mpcf_error_destroy(err);
}
