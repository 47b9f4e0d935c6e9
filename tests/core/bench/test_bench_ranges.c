/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges of a student that was calibrated on its task widen those that random texts gave.
 */
#include "bench/bench_ranges.h"

#include <stdio.h>

#include "base/folder.h"
#include "base/memory.h"
#include "pass/ranges.h"
#include "support/support.h"

enum { NODES = 4 };

static const char *const nodes[NODES] = {
    "layer.0.attention.self.matmul", "layer.0.attention.self.normaliser.row_sum",
    "layer.0.output.LayerNorm.row_mean_square", "layer.1.output.LayerNorm.row_mean_square"};

/* FOLDER/NAME/public/ranges.json of the first COUNT nodes. */
static char *student(const char *name, const double (*range)[2], size_t count)
{
    struct node_range items[NODES];
    struct ranges r = {.items = items, .count = count, .margin_bits = 2};
    char *folder = file_join(test_folder(), name), *inner = file_join(folder, "public");
    char *path = file_join(inner, "ranges.json");
    mpcf_error *err = mpcf_error_create();

    for (size_t i = 0; i < count; i++) {
        items[i] = (struct node_range){nodes[i], range[i][0], range[i][1]};
    }
    assert_ok(file_make_folder(folder, err), err);
    assert_ok(file_make_folder(inner, err), err);
    assert_ok(ranges_write(&r, path, err), err);
    mpcf_error_destroy(err);
    mpcf_free(path);
    mpcf_free(inner);
    return folder;
}

static void assert_range(const json_t *of, const char *name, double low, double high)
{
    const json_t *range = json_object_get(of, name);

    assert_true(json_number_value(json_array_get(range, 0)) == low);
    assert_true(json_number_value(json_array_get(range, 1)) == high);
}

static void the_wider_of_both_is_taken(void **state)
{
    static const double own[NODES][2] = {{-40, 30}, {32, 9000}, {0.5, 2048}};
    static const double random[NODES][2] = {{-1, 45}, {60, 800}, {1, 1.5}, {0.25, 64}};
    char *from = student("own", own, 3), *to = student("random", random, NODES);
    mpcf_error *err = mpcf_error_create();
    json_t *ranges = NULL;

    (void) state;
    assert_ok(bench_ranges_take(from, to, err), err);
    assert_ok(bench_ranges_of(to, &ranges, err), err);
    assert_range(ranges, "scores", -40, 45);
    assert_range(ranges, "row_sums", 32, 9000);
    assert_range(ranges, "variances", 0.25, 2048);
    assert_true(json_number_value(json_object_get(ranges, "variance_octaves")) == 12);
    json_decref(ranges);
    mpcf_error_destroy(err);
    mpcf_free(from);
    mpcf_free(to);
}

static void a_checkpoint_without_ranges_changes_nothing(void **state)
{
    static const double random[NODES][2] = {{-1, 1}};
    char *to = student("alone", random, 1);
    mpcf_error *err = mpcf_error_create();
    json_t *ranges = NULL;

    (void) state;
    assert_ok(bench_ranges_take(test_folder(), to, err), err);
    assert_ok(bench_ranges_of(to, &ranges, err), err);
    assert_range(ranges, "scores", -1, 1);
    assert_null(json_object_get(ranges, "variances"));
    json_decref(ranges);
    mpcf_error_destroy(err);
    mpcf_free(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wider_of_both_is_taken),
        cmocka_unit_test(a_checkpoint_without_ranges_changes_nothing)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
