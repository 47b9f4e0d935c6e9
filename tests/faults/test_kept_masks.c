/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions of one user under one kept seed of the masks of weights, seen on the wire: the masked weights go
 * once, and no other message of any of them is ever sent again. All texts are one, so that a mask that is
 * used twice shows as equal messages.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "faults/masks.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_weights_are_masked_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
