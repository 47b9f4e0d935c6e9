/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"

#include <string.h>

#include "support/support.h"

static void array_of_overflowing_size_is_refused(void **state)
{
    (void) state;
    assert_null(mpcf_alloc_array(SIZE_MAX / 2, 3));
}

static void array_is_zeroed_and_aligned(void **state)
{
    unsigned char *block = mpcf_alloc_array(1000, 1);

    (void) state;
    assert_non_null(block);
    assert_int_equal((uintptr_t) block % 64, 0);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(block[i], 0);
    }
    mpcf_free(block);
}

static void nth_allocation_fails_on_request(void **state)
{
    void *first = NULL;

    (void) state;
    mpcf_test_fail_alloc(2);
    first = mpcf_alloc_array(1, 1);
    assert_non_null(first);
    assert_null(mpcf_alloc_array(1, 1));
    assert_null(mpcf_secret_alloc(1, 1));
    mpcf_test_fail_alloc(0);
    mpcf_free(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(array_of_overflowing_size_is_refused),
        cmocka_unit_test(array_is_zeroed_and_aligned),
        cmocka_unit_test(nth_allocation_fails_on_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
