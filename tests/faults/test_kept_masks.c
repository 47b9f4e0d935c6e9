/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions of one user under one kept seed of the masks of weights, seen on the wire: the masked weights go
 * once, and no other message of any of them is ever sent again. All texts are one, so that a mask that is
 * used twice shows as equal messages.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/memory.h"
#include "faults/masks.h"
#include "format/json.h"
#include "support/apart.h"
#include "support/run_folder.h"
#include "support/support.h"

enum { RUNS = 4, ROWS = 3 };

static const char *create(void)
{
    char parties[256];
    const struct test_run run = {.family = "bert",
                                 .text = "one text of all",
                                 .task = "SST-2",
                                 .transport = "loopback",
                                 .infer = "batch: 1, weight_masks: kept",
                                 .parties = parties,
                                 .rows = ROWS};

    (void) snprintf(parties, sizeof parties,
                    "parties:\n  provider: {listen: \"@mpcf-kept-%ld-p\"}\n"
                    "  dealer: {listen: \"@mpcf-kept-%ld-d\"}\n",
                    (long) getpid(), (long) getpid());
    return test_run_create(&run);
}

static void log_of(const char *folder, int role, unsigned turn, char path[4300])
{
    (void) snprintf(path, 4300, "%s/%s-%u.events", folder, apart_names[role], turn);
}

static void run_all(const char *folder, unsigned turn)
{
    char preload[4200], path[4300], log[4400], transport[] = "MPCF_FAULT_TRANSPORT=loopback";
    pid_t pids[ROLES];

    (void) snprintf(preload, sizeof preload, "LD_PRELOAD=%s", getenv("MPCF_FAULTS"));
    for (int r = 0; r < ROLES; r++) {
        const char *const before[] = {"env", preload, transport, log, NULL};

        log_of(folder, r, turn, path);
        (void) snprintf(log, sizeof log, "MPCF_FAULT_LOG=%s", path);
        pids[r] = apart_start(folder, r, before, NULL);
    }
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(test_host_wait(pids[r], 120), 0);
    }
}

/* Of TURN; *LONGEST: what the provider sent most of at once. */
static size_t messages(const char *folder, unsigned turn, unsigned long long *longest)
{
    char path[4300];
    struct mask_book *book = masks_open();
    size_t count = 0;

    *longest = 0;
    for (int r = 0; r < ROLES; r++) {
        char line[1024];
        unsigned long long length = 0;

        log_of(folder, r, turn, path);
        masks_read(book, r, turn, path);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        while (r == PROVIDER && fgets(line, sizeof line, file) != NULL) {
            if (sscanf(line, "wire %*u sent %*u %llu", &length) == 1 && !masks_are_public(length) &&
                length > *longest) {
                *longest = length;
            }
        }
        (void) fclose(file);
    }
    count = masks_count(book);
    masks_close(book);
    return count;
}

static void only_weights_are_masked_twice(void **state)
{
    const char *folder = create();
    struct mask_book *book = masks_open();
    unsigned long long first = 0, later = 0;
    char path[4300];

    (void) state;
    for (unsigned turn = 0; turn < RUNS; turn++) {
        run_all(folder, turn);
        for (int r = 0; r < ROLES; r++) {
            log_of(folder, r, turn, path);
            masks_read(book, r, turn, path);
        }
    }
    assert_int_equal(masks_twice(book), 0);
    const size_t with_weights = messages(folder, 0, &first);
    const size_t without = messages(folder, 1, &later);
    print_message("%zu messages, then %zu; the longest of the provider %llu, then %llu\n",
                  with_weights, without, first, later);
    assert_true(without > 3 * ROWS);
    assert_true(without < with_weights); /* those that are gone are the weights */
    assert_int_equal(masks_count(book), with_weights + (RUNS - 1) * without);
    assert_true(later < first);
    masks_close(book);
}

/* --- What is cut off --- */

/* One run, in which ROLE kills itself at event N of what it does in its folder of kept masks. */
static void run_cut(const char *folder, int role, unsigned n)
{
    char preload[4200], fault[64], transport[] = "MPCF_FAULT_TRANSPORT=loopback";
    char files[] = "MPCF_FAULT_FILES=/kept/";
    const char *const before[] = {"env", preload, transport, fault, files, NULL};
    pid_t pids[ROLES];

    (void) snprintf(preload, sizeof preload, "LD_PRELOAD=%s", getenv("MPCF_FAULTS"));
    (void) snprintf(fault, sizeof fault, "MPCF_FAULT=kill disk %u", n);
    for (int r = 0; r < ROLES; r++) {
        pids[r] = apart_start(folder, r, r == role ? before : NULL, NULL);
    }
    for (int r = 0; r < ROLES; r++) {
        assert_int_not_equal(test_host_wait(pids[r], 120), 0);
    }
}

static json_t *run_whole(const char *folder)
{
    json_t *user = NULL;
    mpcf_error *err = mpcf_error_create();
    char path[4300];

    run_all(folder, 99);
    (void) snprintf(path, sizeof path, "%s/run/infer/user.json", folder);
    assert_ok(json_read_file(path, &user, err), err);
    mpcf_error_destroy(err);
    return user;
}

/* Truncations round by chance: two units of what is revealed. */
static void assert_same_answers(const json_t *user, const json_t *right)
{
    const json_t *a = json_object_get(user, "logits"), *b = json_object_get(right, "logits");

    assert_int_equal(json_array_size(a), ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < 2; j++) {
            const double x = json_number_value(json_array_get(json_array_get(a, i), j));
            const double y = json_number_value(json_array_get(json_array_get(b, i), j));

            assert_true(fabs(x - y) <= 2.0 / 256);
        }
    }
}

/* Whoever dies wherever while masks are begun and kept: the next run is right, and the one after it waits for
 * nothing. */
static void a_set_up_that_was_cut_off_is_none(void **state)
{
    static const struct {
        int role;
        unsigned n;
    } cuts[] = {{USER, 1},     {USER, 4},     {USER, 7},     {USER, 9},     {USER, 30},
                {PROVIDER, 1}, {PROVIDER, 3}, {PROVIDER, 6}, {PROVIDER, 9}, {PROVIDER, 40}};
    const char *folder = create();
    json_t *right = run_whole(folder);

    (void) state;
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        char *path = mpcf_format("%s/run/store", folder);
        json_t *user = NULL;

        assert_int_equal(file_remove_tree(path, NULL), MPCF_OK);
        mpcf_free(path);
        run_cut(folder, cuts[i].role, cuts[i].n);
        user = run_whole(folder);
        assert_same_answers(user, right);
        json_decref(user);
        user = run_whole(folder);
        assert_same_answers(user, right);
        assert_true(test_report_number(user, "setup.bytes") == 0);
        json_decref(user);
    }
    json_decref(right);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_weights_are_masked_twice),
        cmocka_unit_test(a_set_up_that_was_cut_off_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
