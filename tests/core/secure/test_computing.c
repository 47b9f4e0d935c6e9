/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seconds of a program by made-up rates: the longer party of each round, the longer of user and dealer before it.
 */
#include "secure/computing.h"

#include <math.h>

#include "channel/role.h"
#include "lower/lower.h"
#include "pass/pass.h"
#include "support/support.h"
#include "support/tiny_bert.h"

static struct {
    struct tiny_bert bert;
    mpcf_graph *graph;
    struct ranges *ranges;
    struct program *program;
} made;

static int make(void **state)
{
    struct lower_options options;

    (void) state;
    made.bert = (struct tiny_bert){.layers = 2,
                                   .hidden = 32,
                                   .heads = 4,
                                   .inner = 64,
                                   .vocab = 60,
                                   .positions = 16,
                                   .classes = 2,
                                   .activation = "gelu",
                                   .normaliser = "softmax"};
    lower_options_default(&options);
    tiny_bert_open(&made.bert, 3);
    if (pass_all(made.bert.graph, &made.graph, NULL) != MPCF_OK) {
        return -1;
    }
    made.ranges = tiny_bert_calibrate(&made.bert, made.graph, 4, 16, 4);
    return lower_graph(made.graph, made.ranges, &options, 1, 16, false, &made.program, NULL) ==
                   MPCF_OK
               ? 0
               : -1;
}

static int end(void **state)
{
    (void) state;
    program_destroy(made.program);
    ranges_destroy(made.ranges);
    graph_destroy(made.graph);
    tiny_bert_close(&made.bert);
    return 0;
}

static struct computing_rates rates_of(struct work_rate rate)
{
    struct computing_rates r;

    for (size_t kind = 0; kind < STEP_COUNT; kind++) {
        for (size_t sort = 0; sort < WORK_SORTS; sort++) {
            r.of[kind][sort] = rate;
        }
    }
    return r;
}

static double all_units(void)
{
    double all = 0, units;

    for (size_t i = 0; i < made.program->step_count; i++) {
        (void) step_work(made.program, &made.program->steps[i], &units);
        assert_true(units >= 0);
        all += units;
    }
    return all;
}

static void check(const struct computing_rates *rates, double online, double before, bool guessed)
{
    mpcf_error *err = mpcf_error_create();
    const double units = all_units();
    double each = 0;
    struct computing c;

    assert_ok(computing_of(made.program, rates, &c, err), err);
    for (size_t i = 0; i < made.program->step_count; i++) {
        each += c.online[i];
    }
    assert_true(fabs(c.online_seconds - online * units) < 1e-9 * units);
    assert_true(fabs(c.before_seconds - before * units) < 1e-9 * units);
    assert_true(fabs(each - c.online_seconds) < 1e-9 * units);
    assert_int_equal(c.has_guess, guessed);
    assert_int_equal(c.is_guessed[STEP_COMPARE], guessed);
    assert_false(c.is_guessed[STEP_LINEAR]);
    computing_clear(&c);
    mpcf_error_destroy(err);
}

static void who_takes_longer_counts(void **state)
{
    struct computing_rates provider = rates_of((struct work_rate){true, {2, 1}, 3, 1});
    struct computing_rates user = rates_of((struct work_rate){true, {1, 5}, 3, 4});

    (void) state;
    check(&provider, 2, 3, false);
    check(&user, 5, 4, false);
}

/* A kind without a rate is said to be guessed; a product without its own takes the nearest ring's. */
static void what_nobody_measured_is_told(void **state)
{
    struct computing_rates r = rates_of((struct work_rate){true, {2, 1}, 3, 1});

    (void) state;
    r.of[STEP_COMPARE][0].is_measured = false;
    r.of[STEP_COMPARE][1].is_measured = false;
    r.of[STEP_COMPARE][2].is_measured = false;
    r.of[STEP_LINEAR][0].is_measured = false;
    r.of[STEP_LINEAR][1].is_measured = false;
    check(&r, 2, 3, true);
    assert_ptr_equal(computing_rate(&r, STEP_LINEAR, 0), &r.of[STEP_LINEAR][2]);
    assert_ptr_equal(computing_rate(&r, STEP_MATMUL, 1), &r.of[STEP_MATMUL][1]);
    assert_null(computing_rate(&r, STEP_COMPARE, 0));
}

/* Twice the seconds for the same work are twice the rate, whatever else was added. */
static void rates_are_seconds_over_work(void **state)
{
    struct step_clock clocks[3];
    struct work_sums sums = {.units = {{0}}};
    struct computing_rates rates;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    for (size_t role = 0; role < 3; role++) {
        assert_ok(step_clock_create(made.program->step_count, &clocks[role], err), err);
        for (size_t i = 0; i < made.program->step_count; i++) {
            double units;

            (void) step_work(made.program, &made.program->steps[i], &units);
            clocks[role].now[PHASE_ONLINE][i] = 2 * units;
            clocks[role].now[PHASE_BEFORE][i] = 3 * units;
        }
        step_clock_fold(&clocks[role]);
        step_clock_fold(&clocks[role]); /* of an inference that took no time: the least counts */
    }
    work_sums_add(&sums, made.program, clocks);
    for (size_t role = 0; role < 3; role++) {
        for (size_t i = 0; i < made.program->step_count; i++) {
            assert_true(clocks[role].least[PHASE_ONLINE][i] == 0);
            (void) step_work(made.program, &made.program->steps[i],
                             &clocks[role].least[PHASE_ONLINE][i]);
        }
    }
    work_sums_add(&sums, made.program, clocks); /* one second a unit */
    work_sums_rates(&sums, &rates);
    assert_true(rates.of[STEP_COMPARE][0].is_measured);
    assert_true(fabs(rates.of[STEP_COMPARE][0].online[ROLE_USER] - 0.5) < 1e-12);
    assert_true(rates.of[STEP_COMPARE][0].dealer == 0);
    for (size_t role = 0; role < 3; role++) {
        step_clock_clear(&clocks[role]);
    }
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_takes_longer_counts),
        cmocka_unit_test(what_nobody_measured_is_told),
        cmocka_unit_test(rates_are_seconds_over_work),
    };

    return cmocka_run_group_tests(tests, make, end);
}
