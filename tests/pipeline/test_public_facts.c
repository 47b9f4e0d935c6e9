/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all must agree on before anything else is said: every file of student/public, the task, the
 * lengths. One role has a copy of the folder with one byte changed, or a file more; all three end,
 * and each says which file it is.
 */
#include "support/support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "inference/public_files.h"
#include "pipeline/output.h"
#include "support/apart.h"
#include "support/datasets.h"
#include "support/run_folder.h"

#define INFER "batch: 1, connect_timeout: 8s"

/* --- A folder that is not quite a copy --- */

static void copy_run(const char *folder)
{
    char command[9000];

    (void) snprintf(command, sizeof command, "cd '%s' && rm -rf odd && cp -r run odd", folder);
    assert_int_equal(system(command), 0);
}

static char *odd_file(const char *folder, const char *name)
{
    char *public = file_join(folder, "odd/student/public"), *path = file_join(public, name);

    mpcf_free(public);
    return path;
}

/* The last byte, a line feed, becomes a space: JSON means the same. */
static void change_byte(const char *path)
{
    FILE *file = fopen(path, "r+b");

    assert_non_null(file);
    assert_int_equal(fseek(file, -1, SEEK_END), 0);
    assert_int_equal(fgetc(file), '\n');
    assert_int_equal(fseek(file, -1, SEEK_END), 0);
    assert_int_equal(fputc(' ', file), ' ');
    assert_int_equal(fclose(file), 0);
}

/* --- Runs that end --- */

static void assert_all_say(const char *folder, const char *part)
{
    for (int r = 0; r < ROLES; r++) {
        apart_assert_logged(folder, r, part);
    }
}

static void run_with_odd(const char *folder, int odd, const char *set, const char *part)
{
    pid_t pids[ROLES];

    for (int r = 0; r < ROLES; r++) {
        pids[r] = apart_start(folder, r, NULL, r == odd ? set : NULL);
    }
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(test_host_wait(pids[r], 40), 1);
    }
    assert_all_say(folder, part);
}

static void every_file_is_compared(void **state)
{
    const char *folder = apart_create(INFER, 2);
    size_t changed = 0;

    (void) state;
    for (size_t i = 0; public_file_name(i) != NULL; i++) {
        const char *name = public_file_name(i);
        int odd = (int) (i % ROLES);
        char part[128], *path = NULL;

        copy_run(folder);
        path = odd_file(folder, name);
        if (file_exists(path)) {
            change_byte(path);
            changed++;
        } else { /* one more, where no tokenizer is opened */
            odd = odd == USER ? DEALER : odd;
            test_write(folder, "more", "{}\n");
            char *more = file_join(folder, "more");
            assert_int_equal(file_copy(more, path, NULL), MPCF_OK);
            mpcf_free(more);
        }
        (void) snprintf(part, sizeof part, "student/public/%s", name);
        run_with_odd(folder, odd, "output=odd", part);
        mpcf_free(path);
    }
    assert_true(changed >= 5);
}

/* A file that a later change puts there is compared, too, or is the one that need not be. */
static void every_file_that_is_there_is_known(void **state)
{
    char *public = file_join(apart_create("batch: 1, embedding: public", 2), "run/student/public");
    DIR *listing = opendir(public);
    size_t found = 0;

    (void) state;
    assert_non_null(listing);
    for (struct dirent *e = readdir(listing); e != NULL; e = readdir(listing)) {
        bool is_known = e->d_name[0] == '.' || strcmp(e->d_name, OUTPUT_TABLES) == 0;

        for (size_t i = 0; !is_known && public_file_name(i) != NULL; i++) {
            is_known = strcmp(e->d_name, public_file_name(i)) == 0;
        }
        if (!is_known) {
            fail_msg("'%s' of student/public is not compared", e->d_name);
        }
        found++;
    }
    (void) closedir(listing);
    assert_true(found > 6);
    mpcf_free(public);
}

static void lengths_are_compared(void **state)
{
    const char *folder = apart_create(INFER, 2);

    (void) state;
    run_with_odd(folder, PROVIDER, "stages.infer.buckets=[24]", "padded lengths");
    run_with_odd(folder, USER, "dataset.max_length=39", "max_length");
}

/* Programs would differ: the key is named, with what stands there and here. */
static void networks_are_compared(void **state)
{
    const char *folder = apart_create(INFER, 2);

    (void) state;
    run_with_odd(folder, PROVIDER, "stages.infer.network=wan", "stages.infer.network: ");
    run_with_odd(folder, USER, "stages.infer.network={delay: 5ms, rate: 50Mbit}",
                 "stages.infer.network: ");
}

/* What a reader calls its task is no fact: a user may have none, and a dealer another. */
static void a_user_without_a_dataset_asks_roles_that_have_one(void **state)
{
    static const char *const ask[] = {"predict", "bare.yaml",
                                      "--role",  "user",
                                      "--set",   "model.max_length=40",
                                      "--set",   "stages.infer.batch=1",
                                      "t7 t8",   NULL};
    const char *folder = apart_create(INFER, 2);
    pid_t pids[ROLES];

    (void) state;
    apart_write_bare(folder);
    for (int r = 0; r < ROLES; r++) {
        pids[r] = r == USER ? test_host_start(folder, apart_logs[r], NULL, ask)
                            : apart_start(folder, r, NULL, r == DEALER ? "dataset.task=RTE" : NULL);
    }
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(test_host_wait(pids[r], 60), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_is_compared),
        cmocka_unit_test(every_file_that_is_there_is_known),
        cmocka_unit_test(lengths_are_compared),
        cmocka_unit_test(networks_are_compared),
        cmocka_unit_test(a_user_without_a_dataset_asks_roles_that_have_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
