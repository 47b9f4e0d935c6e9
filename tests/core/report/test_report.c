/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include <math.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "report/report.h"
#include "report/report_warnings.h"

static mpcf_error *err;

static void values_are_put_at_paths(void **state)
{
    (void) state;
    json_t *root = json_object();
    assert_ok(report_set_count(root, "a.b.c", 3, err), err);
    assert_ok(report_set_real(root, "a.b.d", NAN, err), err);
    assert_ok(report_set_text(root, "a.x", "t", err), err);
    assert_ok(report_set_text(root, "a.x.y", "u", err), err);
    assert_int_equal(json_integer_value(report_get(root, "a.b.c")), 3);
    assert_true(json_is_null(report_get(root, "a.b.d")));
    assert_string_equal(json_string_value(report_get(root, "a.x.y")), "u");
    assert_null(report_get(root, "a.b.c.d"));
    assert_null(report_get(root, "z.b"));
    assert_status(MPCF_E_NOMEM, report_set(root, "z.b", NULL, err), err);
    json_decref(root);
}

static void functions_are_summed_by_name(void **state)
{
    (void) state;
    json_t *root = json_object();
    struct report_function f = {"quad", 0.5, 10, 20, 3};
    assert_ok(report_add_function(root, &f, err), err);
    assert_ok(report_add_function(root, &f, err), err);
    json_t *list = report_get(root, "secure.functions");
    assert_int_equal(json_array_size(list), 1);
    json_t *entry = json_array_get(list, 0);
    assert_true(json_real_value(json_object_get(entry, "seconds")) == 1.0);
    assert_int_equal(json_integer_value(json_object_get(entry, "bytes")), 20);
    assert_int_equal(json_integer_value(json_object_get(entry, "offline_bytes")), 40);
    assert_int_equal(json_integer_value(json_object_get(entry, "rounds")), 6);
    json_decref(root);
}

static void dropped_losses_make_room_for_a_resumed_stage(void **state)
{
    (void) state;
    json_t *root = json_object();
    for (uint64_t i = 0; i < 10; i++) {
        assert_ok(report_add_loss(root, "s", i, NAN, 1, err), err);
        assert_ok(report_add_loss(root, "t", i, 0, 1, err), err);
    }
    report_drop_losses(root, "s", 4);
    report_drop_losses(root, "none", 0);
    json_t *list = report_get(root, "losses");
    assert_int_equal(json_array_size(json_object_get(json_array_get(list, 0), "step")), 4);
    assert_int_equal(json_array_size(json_object_get(json_array_get(list, 0), "loss")), 4);
    assert_int_equal(json_array_size(json_object_get(json_array_get(list, 1), "loss")), 10);
    json_decref(root);
}

static void plugins_have_their_digest(void **state)
{
    (void) state;
    json_t *root = json_object();
    char *path = file_join(test_folder(), "abc");
    assert_ok(file_write_whole(path, "abc", 3, err), err);
    assert_ok(report_add_plugin(root, "transport", "x", "1", path, err), err);
    assert_ok(report_add_plugin(root, "transport", "x", "1", path, err), err);
    assert_status(MPCF_E_IO, report_add_plugin(root, "model", "y", "1", "/no/such", err), err);
    json_t *list = report_get(root, "plugins");
    assert_int_equal(json_array_size(list), 1);
    /* FIPS 180-2, appendix B.1 */
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "sha256")),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    json_decref(root);
    mpcf_free(path);
}

static void both_files_are_written_and_read_again(void **state)
{
    (void) state;
    json_t *root = json_object();
    json_t *again = NULL;
    char *folder = mpcf_format("%s/run", test_folder());
    assert_ok(report_set_real(root, "student.metrics.accuracy", 0.75, err), err);
    assert_ok(report_read(folder, &again, err), err);
    assert_int_equal(json_object_size(again), 0);
    json_decref(again);
    assert_ok(report_write(folder, root, err), err);
    assert_ok(report_read(folder, &again, err), err);
    assert_true(json_equal(root, again));
    char *page = file_join(folder, "report.html");
    assert_true(file_exists(page));
    mpcf_free(page);
    json_decref(again);
    json_decref(root);
    mpcf_free(folder);
}

/* A stage that runs again speaks of its own network, and of no other. */
static void a_warning_replaces_the_one_before(void **state)
{
    json_t *root = json_object(), *want = NULL;

    (void) state;
    assert_ok(report_warn(root, "teacher.order", NULL, err), err);
    assert_null(report_get(root, "warnings"));
    assert_ok(report_warn(root, "teacher.order", "first", err), err);
    assert_ok(report_warn(root, "student.guessing", "guesses", err), err);
    assert_ok(report_warn(root, "teacher.order", "second", err), err);
    assert_ok(report_warn(root, "student.guessing", NULL, err), err);
    want = json_pack("[{s:s, s:s}]", "about", "teacher.order", "text", "second");
    assert_true(json_equal(report_get(root, "warnings"), want));
    json_decref(want);
    json_decref(root);
}

static int setup(void **state)
{
    (void) state;
    err = mpcf_error_create();
    return err == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    (void) state;
    mpcf_error_destroy(err);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_put_at_paths),
        cmocka_unit_test(functions_are_summed_by_name),
        cmocka_unit_test(dropped_losses_make_room_for_a_resumed_stage),
        cmocka_unit_test(plugins_have_their_digest),
        cmocka_unit_test(a_warning_replaces_the_one_before),
        cmocka_unit_test(both_files_are_written_and_read_again),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
