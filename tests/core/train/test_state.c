/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/file.h"
#include "base/memory.h"
#include "train/state.h"

static mpcf_error *err;

static char *new_path(void)
{
    static unsigned count;
    return mpcf_format("%s/state%u", test_folder(), count++);
}

static void save_two(const char *path, float first)
{
    float a[] = {first, 2}, b[] = {3};
    const struct state_array arrays[] = {{"z", a, 2}, {"skipped", NULL, 0}, {"b", b, 1}};
    json_t *facts = json_pack("{s:i, s:s}", "step", 7, "digest", "abc");
    assert_ok(state_save(path, facts, arrays, 3, err), err);
    json_decref(facts);
}

static void state_comes_back(void **state)
{
    (void) state;
    char *path = new_path();
    float a[2] = {0}, b[1] = {0};
    const struct state_array arrays[] = {{"b", b, 1}, {"skipped", NULL, 0}, {"z", a, 2}};
    json_t *facts = NULL;
    save_two(path, 9);
    save_two(path, 1); /* over an older one */
    assert_ok(state_facts(path, &facts, err), err);
    assert_int_equal(json_integer_value(json_object_get(facts, "step")), 7);
    assert_string_equal(json_string_value(json_object_get(facts, "digest")), "abc");
    json_decref(facts);
    assert_ok(state_load(path, arrays, 3, err), err);
    assert_true(a[0] == 1.0F && a[1] == 2.0F && b[0] == 3.0F);
    mpcf_free(path);
}

static void state_that_does_not_fit_changes_nothing(void **state)
{
    (void) state;
    char *path = new_path();
    float a[3] = {5, 6, 7}, b[1] = {8};
    struct state_array arrays[] = {{"b", b, 1}, {"z", a, 3}};
    json_t *facts = NULL;
    save_two(path, 1);
    assert_status(MPCF_E_FORMAT, state_load(path, arrays, 2, err), err);
    assert_message_contains(err, "'z' has 2 values, expected 3");
    arrays[1].name = "y";
    assert_status(MPCF_E_FORMAT, state_load(path, arrays, 2, err), err);
    assert_message_contains(err, "no 'y'");
    assert_true(b[0] == 8.0F && a[0] == 5.0F);
    assert_status(MPCF_E_IO, state_load("/no/such/state", arrays, 2, err), err);
    assert_status(MPCF_E_IO, state_facts("/no/such/state", &facts, err), err);
    mpcf_free(path);
}

/* Any one bit of the file. */
static void damaged_state_is_refused(void **state)
{
    (void) state;
    char *path = new_path();
    char *bytes = NULL;
    size_t length = 0;
    save_two(path, 1);
    assert_ok(file_read(path, 100000, &bytes, &length, err), err);
    for (size_t i = 0; i < length; i++) {
        float a[2] = {5, 5}, b[1] = {5};
        const struct state_array arrays[] = {{"b", b, 1}, {"z", a, 2}};
        bytes[i] = (char) (bytes[i] ^ 1);
        assert_ok(file_write_whole(path, bytes, length, err), err);
        if (state_load(path, arrays, 2, err) == MPCF_OK) {
            fail_msg("a changed byte %zu was not seen", i);
        }
        assert_true(a[0] == 5.0F && b[0] == 5.0F);
        bytes[i] = (char) (bytes[i] ^ 1);
    }
    assert_ok(file_write_whole(path, bytes, length - 1, err), err);
    json_t *facts = NULL;
    assert_status(MPCF_E_FORMAT, state_facts(path, &facts, err), err);
    mpcf_free(bytes);
    mpcf_free(path);
}

/* A limit on file sizes fails writes as a full disk does. */
static void full_disk_leaves_the_old_state(void **state)
{
    (void) state;
    static float many[65536];
    const struct state_array big = {"z", many, 65536};
    char *path = new_path();
    float a[2] = {0};
    const struct state_array small_array = {"z", a, 2};
    json_t *facts = json_object();
    struct rlimit old, small;
    save_two(path, 1);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = (struct rlimit){.rlim_cur = 8192, .rlim_max = old.rlim_max};
    (void) signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    mpcf_status status = state_save(path, facts, &big, 1, err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_status_was(MPCF_E_IO, status, err);
    assert_message_contains(err, path);
    assert_ok(state_load(path, &small_array, 1, err), err);
    assert_true(a[0] == 1.0F);
    json_decref(facts);
    mpcf_free(path);
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
        cmocka_unit_test(state_comes_back),
        cmocka_unit_test(state_that_does_not_fit_changes_nothing),
        cmocka_unit_test(damaged_state_is_refused),
        cmocka_unit_test(full_disk_leaves_the_old_state),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
