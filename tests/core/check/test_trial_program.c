/* SPDX-License-Identifier: Apache-2.0 */
/* A deep network's trial program, which nobody runs, beside the program that is searched whole. */
#include "check/trial_program.h"

#include "base/clock.h"
#include "secure/memory_need.h"
#include "support/support.h"
#include "support/tiny_bert.h"

/* *SECONDS: what making it took. */
static struct trial_program made(const struct tiny_bert *t, bool is_trial, double *seconds)
{
    const struct secure_shape shape = {.batch = 1, .tokens = 16};
    struct lower_options options;
    struct trial_program program;
    mpcf_error *err = mpcf_error_create();
    const int64_t began_ns = clock_now_ns();

    lower_options_default(&options);
    options.is_trial = is_trial;
    assert_ok(trial_program_make(t->graph, &options, &shape, &program, err), err);
    *seconds = clock_seconds_since(began_ns);
    mpcf_error_destroy(err);
    return program;
}

static void a_deep_trial_is_near_and_quick(void **state)
{
    struct tiny_bert t = {.layers = 40,
                          .hidden = 16,
                          .heads = 2,
                          .inner = 32,
                          .vocab = 32,
                          .positions = 32,
                          .classes = 2,
                          .activation = "quad",
                          .normaliser = "2quad"};
    double quick = 0, whole = 0;

    (void) state;
    tiny_bert_open(&t, 1);
    struct trial_program trial = made(&t, true, &quick), full = made(&t, false, &whole);

    print_message("%zu steps: trial %.2f s, whole %.2f s\n", trial.program->step_count, quick,
                  whole);
    assert_int_equal(trial.program->step_count, full.program->step_count);
    assert_true(trial.program->step_count > 3000); /* else both are one search */
    assert_true(quick < whole / 2);
    for (int role = 0; role < 3; role++) {
        const double near = (double) secure_memory_need(trial.program, (enum role) role) /
                            (double) secure_memory_need(full.program, (enum role) role);

        assert_true(near > 0.9 && near < 1.1);
    }
    for (size_t i = 0; i < trial.program->value_count; i++) {
        assert_true(trial.program->values[i].ring <= 64);
    }
    trial_program_clear(&trial);
    trial_program_clear(&full);
    tiny_bert_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_deep_trial_is_near_and_quick)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
