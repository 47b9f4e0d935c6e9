/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sample of test_slow_kill.c's faults, for every day.
 */
#include "base/folder.h"
#include "base/memory.h"
#include "faults/masks.h"
#include "faults/sweep.h"
#include "faults/words.h"
#include "support/support.h"

static struct trio_base base;

static int make_base(void **state)
{
    (void) state;
    trio_base_create(&base);
    return 0;
}

static void a_fault_ends_in_a_result_or_a_clear_message(void **state)
{
    static const struct sweep_events samples[] = {
        {"tcp", TRIO_STREAM, "kill", "wire", 0, 70, 0},
        {"tcp", TRIO_STREAM, "kill", "wire", 10, 1000,
         0}, /* the dealer has its session, no other */
        {"tcp", TRIO_RESUME, "kill", "wire", 3, 70, 0},
        {"zmq", TRIO_STORE, "kill", "wire", 5, 140, 0},
        {"loopback", TRIO_STREAM, "tear", "wire", 2, 150, 0},
        {"tcp", TRIO_STREAM, "freeze", "wire", 1, 70, 0},
        {"tcp", TRIO_STREAM, "freeze", "wire", 10, 9, 20}, /* before all three have met */
        {"zmq", TRIO_RESUME, "freeze", "wire", 4, 100, 0},
        {"tcp", TRIO_STORE, "full", "disk", 0, 60, 0},
        {"tcp", TRIO_RESUME, "deny", "disk", 0, 5, 0},
    };
    struct sweep_list list = {&base, NULL, 0};
    struct sweep_tally tally = {0};

    (void) state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        sweep_add(&list, &samples[i]);
    }
    sweep_run(&list, 1e9, &tally);
    sweep_clear(&list);
    judge_tally(&tally);
}

/* --- What judges can fail --- */

static void read_run(struct mask_book *book, const struct trio *t, unsigned turn)
{
    for (int r = 0; r < ROLES; r++) {
        char name[64];

        trio_file(r, turn, "events", name);
        char *path = file_join(t->folder, name);

        masks_read(book, r, turn + 1, path);
        mpcf_free(path);
    }
}

/* Both disks as they were a run before: nobody can know that, but us. */
static void a_mask_used_twice_is_seen(void **state)
{
    struct mask_book *book = masks_open();
    struct trio t;

    (void) state;
    for (unsigned turn = 0; turn < 2; turn++) {
        trio_open(&t, &base, 0, "tcp", TRIO_RESUME);
        trio_start(&t, turn, NULL, 60, 60);
        trio_wait(&t);
        assert_true(trio_is_right(&t));
        read_run(book, &t, turn);
        if (turn == 0) {
            assert_int_equal(masks_twice(book), 0);
        }
    }
    assert_true(masks_twice(book) > 15); /* not the masked weights alone */
    masks_close(book);
}

static void words_that_name_nobody_are_not_clear(void **state)
{
    static const char *const clear[] = {
        "receiving from the user: the peer closed the connection (0 of 16 bytes)",
        "the provider ended the run, saying: receiving from the user: Connection reset by peer",
        "receiving from the user: no sign of life for 1 s (stages.infer.timeout)",
        "nobody joined the dealer at 127.0.0.1:9 in time (stages.infer.connect_timeout: 2 s)",
    };
    static const char *const unclear[] = {
        "",
        "the peer closed the connection",
        "receiving from the user: the deadline passed",
        "receiving from the provider: the peer closed the connection",
        "nobody joined the dealer at 127.0.0.1:9 in time",
    };

    (void) state;
    for (size_t i = 0; i < sizeof clear / sizeof clear[0]; i++) {
        assert_true(words_are_clear(DEALER, USER, clear[i]));
    }
    for (size_t i = 0; i < sizeof unclear / sizeof unclear[0]; i++) {
        assert_false(words_are_clear(DEALER, USER, unclear[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_that_name_nobody_are_not_clear),
        cmocka_unit_test(a_mask_used_twice_is_seen),
        cmocka_unit_test(a_fault_ends_in_a_result_or_a_clear_message),
    };

    return cmocka_run_group_tests(tests, make_base, NULL);
}
