/* SPDX-License-Identifier: Apache-2.0 */
/* Joining with a heap against the rule itself: the lowest rank, leftmost, again and again. */
#include <string.h>

#include "support/support.h"
#include "text/merging.h"

#define LETTERS 4
#define MERGES  60
#define LENGTH  40

struct rule {
    int32_t left, right, joined;
};

static size_t join_plainly(const struct rule *rules, size_t rule_count, int32_t *ids, size_t count)
{
    for (size_t r = 0; r < rule_count;) {
        size_t i = 0;

        while (i + 1 < count && (ids[i] != rules[r].left || ids[i + 1] != rules[r].right)) {
            i++;
        }
        if (i + 1 >= count) {
            r++;
            continue;
        }
        ids[i] = rules[r].joined;
        memmove(ids + i + 1, ids + i + 2, (count - i - 2) * sizeof(*ids));
        count--;
        r = 0;
    }
    return count;
}

/* Random merges of single letters and of earlier results. */
static void make_rules(struct test_random *random, struct rule *rules, struct merges *merges)
{
    while (merges->count < MERGES) {
        size_t n = merges->count;
        uint32_t known = (uint32_t) (LETTERS + n), rank = 0;
        struct rule r = {.left = (int32_t) (test_random_u64(random) % known),
                         .right = (int32_t) (test_random_u64(random) % known),
                         .joined = (int32_t) known};

        if (pair_map_get(&merges->ranks, (uint32_t) r.left, (uint32_t) r.right, &rank)) {
            continue;
        }
        assert_int_equal(merges_add(merges, r.left, r.right, r.joined, NULL), MPCF_OK);
        rules[n] = r;
    }
}

static void test_against_the_rule(void **state)
{
    struct test_random random = {.state = 3};

    (void) state;
    for (int turn = 0; turn < 200; turn++) {
        struct rule rules[MERGES];
        struct merges merges = {.count = 0};
        struct merging m = {0};

        make_rules(&random, rules, &merges);
        for (int word = 0; word < 20; word++) {
            int32_t ids[LENGTH];
            size_t count = 1 + (size_t) (test_random_u64(&random) % LENGTH);
            struct token_list list = {0};

            merging_begin(&m);
            for (size_t i = 0; i < count; i++) {
                ids[i] = (int32_t) (test_random_u64(&random) % LETTERS);
                merging_add(&m, ids[i]);
            }
            merging_run(&m, &merges, &list);
            count = join_plainly(rules, MERGES, ids, count);
            assert_int_equal(list.count, count);
            assert_memory_equal(list.ids, ids, count * sizeof(*ids));
            token_list_clear(&list);
        }
        merging_clear(&m);
        merges_clear(&merges);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_the_rule)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
