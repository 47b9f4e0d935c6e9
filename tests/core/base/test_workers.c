/* SPDX-License-Identifier: Apache-2.0 */
#include "base/workers.h"

#include <stdatomic.h>
#include <string.h>

#include "support/support.h"

static unsigned char seen[100000];
static atomic_size_t nested;

static void mark(void *context, size_t begin, size_t end)
{
    (void) context;
    for (size_t i = begin; i < end; i++) {
        seen[i]++;
    }
}

static void count_inner(void *context, size_t begin, size_t end)
{
    (void) context;
    atomic_fetch_add(&nested, end - begin);
}

static void loop_inside(void *context, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        workers_for(10, 1, count_inner, context);
    }
}

static void every_index_is_visited_once(void **state)
{
    (void) state;
    for (size_t threads = 1; threads <= 4; threads++) {
        workers_set(threads);
        for (int round = 0; round < 200; round++) {
            size_t count = (size_t) round * 499 + 1;

            memset(seen, 0, sizeof seen);
            workers_for(count, 7, mark, NULL);
            for (size_t i = 0; i < sizeof seen; i++) {
                if (seen[i] != (i < count)) {
                    fail_msg("%zu threads, %zu of %zu: visited %d times", threads, i, count,
                             seen[i]);
                }
            }
        }
    }
}

static void loop_inside_a_loop_runs(void **state)
{
    (void) state;
    workers_set(3);
    workers_for(100, 1, loop_inside, NULL);
    assert_int_equal(atomic_load(&nested), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_index_is_visited_once),
        cmocka_unit_test(loop_inside_a_loop_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
