/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "cost_engine" of a role's record: "equal" only where every figure of the meter is the cost
 * engine's, else the first that is not.
 */
#include "inference/secure_totals.h"

#include <string.h>

#include "channel/role.h"
#include "secure/session_run.h"
#include "support/support.h"

enum { FUNCTIONS = 2 };

static struct cost_line lines_metered[FUNCTIONS], lines_expected[FUNCTIONS];
static struct cost metered, expected;

static void reset(void)
{
    const struct cost_line lines[FUNCTIONS] = {
        {.function = "attention",
         .online_bytes = 100,
         .offline_bytes = 7,
         .dealer_bytes = 9,
         .rounds = 3},
        {.function = "linear", .online_bytes = 50, .rounds = 2},
    };

    memcpy(lines_metered, lines, sizeof lines);
    memcpy(lines_expected, lines, sizeof lines);
    metered = (struct cost){.rounds = 5,
                            .provider_bytes = 80,
                            .user_bytes = 70,
                            .user_offline_bytes = 7,
                            .dealer_user_bytes = 9,
                            .setup_bytes = 11,
                            .lines = lines_metered,
                            .line_count = FUNCTIONS};
    expected = metered;
    expected.lines = lines_expected;
}

/* The role's record after RUNS runs that metered METERED; its word (static buffer), or NULL. */
static const char *word_of(enum role role, size_t runs)
{
    static char word[400];
    const struct program program = {.batch = 1, .tokens = 8};
    struct secure_totals totals = {0};
    json_t *record = NULL;
    const char *found = NULL;

    for (size_t i = 0; i < runs; i++) {
        const struct session_run run = {.program = &program, .metered = &metered};

        secure_totals_add(&totals, role, &run, &expected, 1);
    }
    record = secure_totals_json(&totals);
    assert_non_null(record);
    found = json_string_value(json_object_get(record, "cost_engine"));
    (void) snprintf(word, sizeof word, "%s", found != NULL ? found : "");
    json_decref(record);
    secure_totals_clear(&totals);
    return found != NULL ? word : NULL;
}

static void equal_figures_are_equal(void **state)
{
    (void) state;
    reset();
    assert_string_equal(word_of(ROLE_PROVIDER, 1), "equal");
    assert_string_equal(word_of(ROLE_USER, 3), "equal");
}

static void who_compared_nothing_does_not_say_equal(void **state)
{
    (void) state;
    reset();
    assert_null(word_of(ROLE_USER, 0));
    assert_null(word_of(ROLE_DEALER, 1));
}

static void every_figure_is_compared(void **state)
{
    const struct {
        void *figure;
        size_t size;
        const char *name;
    } figures[] = {
        {&metered.rounds, sizeof metered.rounds, "rounds: metered 6, the cost engine says 5"},
        {&metered.provider_bytes, 8, "online bytes of the provider: metered 81"},
        {&metered.user_bytes, 8, "online bytes of the user: metered 71"},
        {&metered.user_offline_bytes, 8, "offline bytes: metered 8"},
        {&metered.dealer_user_bytes, 8, "bytes from dealer to user: metered 10"},
        {&metered.setup_bytes, 8, "setup bytes: metered 12"},
        {&lines_metered[0].online_bytes, 8, "online bytes of attention: metered 101"},
        {&lines_metered[0].offline_bytes, 8, "offline bytes of attention: metered 8"},
        {&lines_metered[0].dealer_bytes, 8, "dealer's bytes of attention: metered 10"},
        {&lines_metered[1].rounds, sizeof lines_metered[1].rounds, "rounds of linear: metered 3"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        const char *word = NULL;

        reset();
        if (figures[i].size == 8) {
            *(uint64_t *) figures[i].figure += 1;
        } else {
            *(uint32_t *) figures[i].figure += 1;
        }
        word = word_of(ROLE_USER, 1);
        assert_non_null(word);
        if (strstr(word, figures[i].name) == NULL) {
            fail_msg("expected '%s', found '%s'", figures[i].name, word);
        }
    }
}

/* Each run may have its own shape, and another function may have the most rounds there. */
static void rounds_of_functions_are_the_longest_runs(void **state)
{
    const struct program program = {.batch = 1, .tokens = 8};
    const struct session_run run = {.program = &program, .metered = &metered};
    struct secure_totals totals = {0};
    json_t *record = NULL;
    json_int_t sum = 0;

    (void) state;
    reset();
    secure_totals_add(&totals, ROLE_USER, &run, &metered, 1);
    lines_metered[0].rounds = 2; /* fewer here, and more there */
    lines_metered[1].rounds = 5;
    metered.rounds = 7;
    secure_totals_add(&totals, ROLE_USER, &run, &metered, 1);
    lines_metered[0].rounds = 4;
    lines_metered[1].rounds = 1;
    metered.rounds = 5;
    secure_totals_add(&totals, ROLE_USER, &run, &metered, 1);
    record = secure_totals_json(&totals);
    for (size_t i = 0; i < FUNCTIONS; i++) {
        sum += json_integer_value(
            json_object_get(json_array_get(json_object_get(record, "functions"), i), "rounds"));
    }
    assert_int_equal(sum, 7);
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(record, "online"), "rounds")), 7);
    json_decref(record);
    secure_totals_clear(&totals);
}

static void more_differences_are_counted(void **state)
{
    const char *word = NULL;

    (void) state;
    reset();
    metered.user_bytes++;
    lines_metered[1].online_bytes++;
    word = word_of(ROLE_PROVIDER, 1);
    assert_non_null(strstr(word, "online bytes of the user: metered 71"));
    assert_non_null(strstr(word, "and 1 more of"));
    metered.line_count = 1;
    assert_non_null(strstr(word_of(ROLE_PROVIDER, 1), "and 1 more of"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_figures_are_equal),
        cmocka_unit_test(who_compared_nothing_does_not_say_equal),
        cmocka_unit_test(every_figure_is_compared),
        cmocka_unit_test(rounds_of_functions_are_the_longest_runs),
        cmocka_unit_test(more_differences_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
