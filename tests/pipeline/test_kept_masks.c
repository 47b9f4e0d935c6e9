/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weight_masks: kept, between three processes: who comes back waits for no set-up, and whatever is not as it
 * was begins a new one.
 */
#include "support/support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/apart.h"
#include "support/apart_users.h"
#include "support/run_folder.h"

#define KEPT       "batch: 1, length: bucket, buckets: [16, 32], weight_masks: kept"
#define ROOT(role) "run/store/" role "/kept"

static void assert_setup(json_t *user, bool is_kept)
{
    const double sent = test_report_number(user, "setup.bytes");
    const double kept = test_report_number(user, "setup.kept_bytes");

    if (is_kept) {
        assert_true(sent == 0);
        assert_true(kept > 50000);
    } else {
        assert_true(sent > 50000);
        assert_true(kept == 0);
    }
    assert_string_equal(json_string_value(json_object_get(user, "cost_engine")), "equal");
}

/* A run of FOLDER's user; its answers into *LOGITS where that is not NULL. */
static void run(const char *folder, bool is_kept, json_t **logits)
{
    json_t *user = apart_run_user(folder, "run", NULL);

    assert_setup(user, is_kept);
    if (logits != NULL) {
        *logits = json_incref(json_object_get(user, "logits"));
    }
    json_decref(user);
}

/* Truncations round by chance: a unit of what is revealed, and one more. */
static void assert_alike(json_t *a, json_t *b)
{
    size_t i, j;
    json_t *row, *number;

    assert_int_equal(json_array_size(a), json_array_size(b));
    json_array_foreach(a, i, row)
    {
        json_array_foreach(row, j, number)
        {
            const double other = json_number_value(json_array_get(json_array_get(b, i), j));

            assert_true(json_number_value(number) - other <= 2.0 / 256);
            assert_true(other - json_number_value(number) <= 2.0 / 256);
        }
    }
}

/* A file NAME... in the one folder of ROOT: mpcf_free(). */
static char *file_in(const char *folder, const char *root, const char *name)
{
    char *path = mpcf_format("%s/%s", folder, root), *found = NULL, *inside = NULL;
    DIR *listing = opendir(path);

    assert_non_null(listing);
    for (struct dirent *e = readdir(listing); e != NULL; e = readdir(listing)) {
        if (e->d_name[0] != '.') {
            assert_null(inside);
            inside = file_join(path, e->d_name);
        }
    }
    (void) closedir(listing);
    assert_non_null(inside);
    listing = opendir(inside);
    for (struct dirent *e = readdir(listing); e != NULL && found == NULL; e = readdir(listing)) {
        if (strncmp(e->d_name, name, strlen(name)) == 0) {
            found = file_join(inside, e->d_name);
        }
    }
    (void) closedir(listing);
    assert_non_null(found);
    mpcf_free(inside);
    mpcf_free(path);
    return found;
}

/* The byte AT (from the end where it is negative) of PATH becomes another. */
static void damage(const char *path, long at)
{
    FILE *file = fopen(path, "r+b");

    assert_non_null(file);
    assert_int_equal(fseek(file, at, at < 0 ? SEEK_END : SEEK_SET), 0);
    const int old = fgetc(file);
    assert_int_equal(fseek(file, at, at < 0 ? SEEK_END : SEEK_SET), 0);
    assert_true(fputc(old ^ 1, file) != EOF);
    assert_int_equal(fclose(file), 0);
}

static void who_comes_back_waits_for_no_set_up(void **state)
{
    const char *folder = apart_create(KEPT, 3);
    json_t *first = NULL, *second = NULL;
    struct stat facts;

    (void) state;
    run(folder, false, &first);
    assert_int_equal(apart_sessions(folder, ROOT("provider")), 1);
    assert_int_equal(apart_sessions(folder, ROOT("user")), 1);
    run(folder, true, &second);
    assert_alike(first, second);
    run(folder, true, NULL);
    json_decref(first);
    json_decref(second);
    /* Whose it is alone. */
    for (int r = 0; r < 2; r++) {
        char *mark = file_in(folder, r == 0 ? ROOT("provider") : ROOT("user"), "kept");

        assert_int_equal(stat(mark, &facts), 0);
        assert_int_equal(facts.st_mode & 0777, 0600);
        mpcf_free(mark);
    }
}

static void what_is_gone_or_damaged_comes_again(void **state)
{
    const char *folder = apart_create(KEPT, 3);
    char *path = NULL;

    (void) state;
    run(folder, false, NULL);
    path = file_in(folder, ROOT("user"), "weights-");
    damage(path, 200);
    run(folder, false, NULL);
    apart_assert_logged(folder, USER, "is damaged, or of other masks");
    apart_assert_logged(folder, PROVIDER, "are taken up"); /* the same bytes once more */
    run(folder, true, NULL);
    assert_int_equal(remove(path), 0);
    mpcf_free(path);
    run(folder, false, NULL);
    run(folder, true, NULL);

    path = file_in(folder, ROOT("user"), "kept");
    damage(path, 10);
    mpcf_free(path);
    run(folder, false, NULL);
    apart_assert_logged(folder, PROVIDER, "are begun");
    run(folder, true, NULL);

    path = file_in(folder, ROOT("provider"), "kept");
    damage(path, -70);
    mpcf_free(path);
    run(folder, false, NULL);
    run(folder, true, NULL);

    path = mpcf_format("rm -r '%s/" ROOT("user") "'", folder);
    assert_int_equal(system(path), 0);
    mpcf_free(path);
    run(folder, false, NULL);
    run(folder, true, NULL);
}

/* One bit of one weight. */
static void other_weights_are_other_masks(void **state)
{
    const char *folder = apart_create(KEPT, 3);
    char *path = NULL;

    (void) state;
    run(folder, false, NULL);
    path = file_join(folder, "run/student/model.safetensors");
    damage(path, -2);
    run(folder, false, NULL);
    apart_assert_logged(folder, PROVIDER, "are begun");
    apart_assert_logged(folder, USER, "are given up: the provider goes on with others");
    run(folder, true, NULL);
    mpcf_free(path);
}

/* What the roles agree on counts, too. */
static void other_options_are_other_masks(void **state)
{
    const char *folder = apart_create(KEPT, 3);
    const char *const odd = "stages.infer.weight_fraction=13";
    json_t *user = NULL;

    (void) state;
    run(folder, false, NULL);
    user = apart_run_user(folder, "run", odd);
    assert_setup(user, false);
    json_decref(user);
    user = apart_run_user(folder, "run", odd);
    assert_setup(user, true);
    json_decref(user);
}

/* A session that is dealt ahead, and taken up, under masks that are kept. */
static void a_stored_session_sends_none_either(void **state)
{
    const char *folder = apart_create(KEPT ", preprocess: store, store_runs: 2", 2);
    json_t *user = NULL;
    char *path = NULL;

    (void) state;
    for (int i = 0; i < 3; i++) { /* dealt; taken up; dealt under the same masks */
        user = apart_run_user(folder, "run", NULL);
        assert_setup(user, i > 0);
        apart_assert_taken_up(user, 2, i == 1 ? 2 : 0);
    }
    /* The masks of the session that was dealt last are the provider's no longer: nor is the session. */
    path = mpcf_format("rm -r '%s/" ROOT("provider") "'", folder);
    assert_int_equal(system(path), 0);
    mpcf_free(path);
    user = apart_run_user(folder, "run", NULL);
    assert_setup(user, false);
    apart_assert_taken_up(user, 2, 0);
    apart_assert_logged(folder, PROVIDER, "masks of weights that are kept no more");
}

/* The sessions of one run, too: what the first has sent the others keep. */
static void each_session_of_a_run_goes_on(void **state)
{
    const char *folder = apart_create("batch: 1, length: full, weight_masks: kept, "
                                      "session_inferences: 1",
                                      3);
    json_t *user = apart_run_user(folder, "run", NULL);
    const double sent = test_report_number(user, "setup.bytes");

    (void) state;
    assert_true(sent > 50000);
    assert_true(test_report_number(user, "setup.kept_bytes") == 2 * sent);
    apart_assert_taken_up(user, 3, 0);
    user = apart_run_user(folder, "run", NULL);
    assert_true(test_report_number(user, "setup.bytes") == 0);
    assert_true(test_report_number(user, "setup.kept_bytes") == 3 * sent);
    apart_assert_taken_up(user, 3, 0);
}

/* All roles here: whose they are is this machine's business. */
static void a_run_on_one_machine_keeps_them_too(void **state)
{
    const struct test_run one = {.family = "bert",
                                 .task = "SST-2",
                                 .transport = "loopback",
                                 .infer = "batch: 1, length: full, weight_masks: kept",
                                 .parties = "",
                                 .rows = 2};
    const char *folder = test_run_create(&one);
    json_t *report = test_run_infer(folder);

    (void) state;
    assert_true(test_report_number(report, "secure.setup.bytes") > 50000);
    json_decref(report);
    char *path = mpcf_format("rm -rf '%s/run/stages/infer.json' '%s/run/infer'", folder, folder);
    assert_int_equal(system(path), 0);
    mpcf_free(path);
    report = test_run_infer(folder);
    assert_true(test_report_number(report, "secure.setup.bytes") == 0);
    assert_true(test_report_number(report, "secure.setup.kept_bytes") > 50000);
    json_decref(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_comes_back_waits_for_no_set_up),
        cmocka_unit_test(what_is_gone_or_damaged_comes_again),
        cmocka_unit_test(other_weights_are_other_masks),
        cmocka_unit_test(other_options_are_other_masks),
        cmocka_unit_test(a_stored_session_sends_none_either),
        cmocka_unit_test(each_session_of_a_run_goes_on),
        cmocka_unit_test(a_run_on_one_machine_keeps_them_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
