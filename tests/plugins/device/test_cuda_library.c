/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real cuBLASLt, where it is installed: it needs no device to say whether the descriptions that we make
 * of products are ones that it takes, each attribute by its number and its length.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cuda_table.h"
#include "support/support.h"

static struct cuda_table table;
static mpcf_error *err;

static void test_description(void **state)
{
    lt_desc desc = NULL;
    const int32_t transposed = LT_TRANSPOSED;

    (void) state;
    assert_int_equal(table.lt_desc_create(&desc, LT_COMPUTE_INT32, LT_INT32), LT_OK);
    assert_int_equal(table.lt_desc_set(desc, LT_DESC_TRANSPOSE_A, &transposed, sizeof transposed),
                     LT_OK);
    assert_int_equal(table.lt_desc_set(desc, LT_DESC_TRANSPOSE_B, &transposed, sizeof transposed),
                     LT_OK);
    assert_int_not_equal(table.lt_desc_set(desc, LT_DESC_TRANSPOSE_B, &transposed, 1), LT_OK);
    assert_int_equal(table.lt_desc_destroy(desc), LT_OK);
    assert_int_equal(table.lt_desc_create(&desc, LT_COMPUTE_FLOAT32, LT_FLOAT32), LT_OK);
    assert_int_equal(table.lt_desc_destroy(desc), LT_OK);
}

static void test_layout(void **state)
{
    const lt_type types[] = {LT_INT8, LT_INT32, LT_FLOAT32};
    const int32_t batches = 12;
    const int64_t stride = 4096;

    (void) state;
    for (size_t i = 0; i < 3; i++) {
        lt_layout layout = NULL;

        assert_int_equal(table.lt_layout_create(&layout, types[i], 64, 16, 512), LT_OK);
        assert_int_equal(table.lt_layout_set(layout, LT_LAYOUT_BATCHES, &batches, sizeof batches),
                         LT_OK);
        assert_int_equal(
            table.lt_layout_set(layout, LT_LAYOUT_BATCH_STRIDE, &stride, sizeof stride), LT_OK);
        assert_int_not_equal(
            table.lt_layout_set(layout, LT_LAYOUT_BATCH_STRIDE, &batches, sizeof batches), LT_OK);
        assert_int_equal(table.lt_layout_destroy(layout), LT_OK);
    }
}

static void test_preference(void **state)
{
    lt_preference preference = NULL;
    const uint64_t bytes = 1 << 25;
    const uint32_t alignment = 16;

    (void) state;
    assert_int_equal(table.lt_preference_create(&preference), LT_OK);
    assert_int_equal(
        table.lt_preference_set(preference, LT_PREFERENCE_WORKSPACE, &bytes, sizeof bytes), LT_OK);
    assert_int_not_equal(
        table.lt_preference_set(preference, LT_PREFERENCE_WORKSPACE, &alignment, sizeof alignment),
        LT_OK);
    for (int i = LT_PREFERENCE_ALIGNMENT_A; i <= LT_PREFERENCE_ALIGNMENT_D; i++) {
        assert_int_equal(table.lt_preference_set(preference, i, &alignment, sizeof alignment),
                         LT_OK);
    }
    assert_int_equal(table.lt_preference_destroy(preference), LT_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_description),
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_preference),
    };
    int failed = 77;

    err = mpcf_error_create();
    if (cuda_table_fill_lt(&table, 13, err) == MPCF_OK ||
        (mpcf_error_reset(err), cuda_table_fill_lt(&table, 12, err)) == MPCF_OK) {
        printf("cuBLASLt %zu\n", table.lt_version());
        failed = cmocka_run_group_tests(tests, NULL, NULL);
    } else {
        printf("skipped: %s\n", mpcf_error_text(err));
    }
    mpcf_error_destroy(err);
    return failed;
}
