/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Approximations side by side: every one has its line, the exact ones have no error, costs are the cost
 * engine's, and a run's ranges are those of the values in front of the slot.
 */
#include "bench/bench_approx.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "bench/bench_approx_table.h"
#include "bench/slot_interval.h"
#include "float_engine/float_engine.h"
#include "pass/calibrate.h"
#include "pass/pass.h"
#include "support/slot_network.h"
#include "support/support.h"

static mpcf_error *err;
static json_t *result;

static int measure(void **state)
{
    const struct bench_approx_request request = {.tokens = 4, .repeat = 1};

    (void) state;
    assert_ok(bench_approx(&request, &result, err), err);
    return 0;
}

static int forget(void **state)
{
    (void) state;
    json_decref(result);
    return 0;
}

static const json_t *slot_of(const json_t *all, const char *slot)
{
    const json_t *entry = NULL;
    size_t i;

    json_array_foreach(json_object_get(all, "slots"), i, entry)
    {
        if (strcmp(json_string_value(json_object_get(entry, "slot")), slot) == 0) {
            return json_object_get(entry, "results");
        }
    }
    return NULL;
}

static double figure(const char *slot, const char *name, const char *what)
{
    const json_t *line = NULL;
    size_t i;

    json_array_foreach(slot_of(result, slot), i, line)
    {
        if (strcmp(json_string_value(json_object_get(line, "name")), name) == 0) {
            assert_null(json_object_get(line, "failed"));
            assert_non_null(json_object_get(line, what));
            return json_number_value(json_object_get(line, what));
        }
    }
    fail_msg("no line of '%s'", name);
    return 0;
}

/* Largest errors from the formulas: quad at -20, 0.125 400 - 5 + 0.5 where GeLU is 0; tanh and erf by
 * the exact ones. */
static void errors_are_those_of_the_formula(void **state)
{
    (void) state;
    assert_true(figure("activation", "gelu", "max_error") == 0);
    assert_true(figure("normaliser", "softmax", "max_error") == 0);
    assert_true(figure("tanh", "tanh", "max_error") == 0);
    assert_true(figure("layer_norm", "layer_norm", "max_error") < 1e-5);
    assert_true(fabs(figure("activation", "quad", "max_error") - 45.5) < 0.2);
    assert_true(figure("activation", "gelu_tanh", "max_error") < 5e-4);
    assert_true(figure("activation", "gelu_tanh", "mean_error") <
                figure("activation", "gelu_tanh", "max_error"));
}

/* A square is one opening: 1 delay, and of 4 times 3072 elements the provider's bits, as planned for a LAN in the
 * result's ring (SQUARE): twice the 12 behind the point and those of -20 .. 20, a sign and the margin. The user's go
 * before the run. */
static void costs_are_those_of_the_slots_steps(void **state)
{
    const double elements = 4 * 3072;
    const double bits = 8 * figure("activation", "quad", "bytes") / elements;

    (void) state;
    assert_true(figure("activation", "quad", "delays") == 1);
    assert_true(bits > 44 && bits < 56);
    assert_true(figure("normaliser", "scale", "bytes") < figure("normaliser", "2quad", "bytes"));
    assert_true(figure("layer_norm", "batch_ln", "delays") <
                figure("layer_norm", "layer_norm", "delays"));
    assert_true(figure("activation", "gelu", "seconds") > 0);
}

static void assert_has(const char *text, const json_t *line, const char *what)
{
    const char *word = json_string_value(json_object_get(line, what));

    if (word == NULL || strstr(text, word) == NULL) {
        fail_msg("%s: no %s in the table", json_string_value(json_object_get(line, "name")), what);
    }
}

/* In two cells: what stands behind "; scored: " is what its publishers report. */
static void assert_has_source(const char *page, const json_t *line)
{
    static const char scored[] = "; scored: ";
    const char *source = json_string_value(json_object_get(line, "source"));
    const char *at = strstr(source, scored);
    char *cells = at == NULL
                      ? mpcf_format(" | %s |  |\n", source)
                      : mpcf_format(" | %.*s | %s |\n", (int) (at - source), source, at + 10);

    if (strstr(page, cells) == NULL) {
        fail_msg("no cells '%s'", cells);
    }
    mpcf_free(cells);
}

static void both_tables_have_every_line(void **state)
{
    char *text = bench_approx_table(result), *page = bench_approx_markdown(result);
    const json_t *entry = NULL, *line = NULL;
    size_t i, k, count = 0;

    (void) state;
    assert_non_null(text);
    assert_non_null(page);
    json_array_foreach(json_object_get(result, "slots"), i, entry)
    {
        json_array_foreach(json_object_get(entry, "results"), k, line)
        {
            assert_null(json_object_get(line, "failed"));
            assert_has(text, line, "name");
            assert_has(page, line, "formula");
            assert_has_source(page, line);
            count++;
        }
    }
    assert_true(count >= 37);
    assert_non_null(strstr(page, " | with quad in BERT-base MNLI 84.9 of 84.7"));
    mpcf_free(text);
    mpcf_free(page);
}

/* exp takes up to 11 and 2linear's sums may be negative: priced where they can be, and said so. */
static void a_refused_range_is_said_and_another_is_priced(void **state)
{
    const struct approx_interval wide = {-40, 40};
    const struct bench_approx_request request = {
        .slot = "normaliser", .inputs = &wide, .tokens = 4, .repeat = 1};
    json_t *before = result;
    char *text, *page;

    (void) state;
    assert_ok(bench_approx(&request, &result, err), err);
    assert_true(figure("normaliser", "softmax", "high") == 40);
    assert_true(figure("normaliser", "softmax_const", "high") == 10);
    assert_true(figure("normaliser", "softmax_const", "delays") > 1);
    assert_true(figure("normaliser", "bpmax", "low") == -40);
    text = bench_approx_table(result);
    page = bench_approx_markdown(result);
    assert_non_null(strstr(text, "\n`softmax_const` is refused on the range of the others: "));
    assert_non_null(strstr(text, "exp takes numbers up to 11"));
    assert_non_null(strstr(page, "| its own: -2 .. 10 |"));
    assert_non_null(strstr(page, "\n- `softmax_const` is refused on the range of the others: "));
    assert_null(strstr(page, "`softmax` is refused"));
    mpcf_free(text);
    mpcf_free(page);
    json_decref(result);
    result = before;
}

static void one_slot_and_another_shape(void **state)
{
    const struct bench_approx_request request = {
        .slot = "tanh", .shape = "electra-small", .tokens = 2, .repeat = 1};
    const struct bench_approx_request wrong = {.shape = "no-such", .tokens = 2, .repeat = 1};
    json_t *small = NULL, *none = NULL;

    (void) state;
    assert_ok(bench_approx(&request, &small, err), err);
    assert_int_equal(json_array_size(json_object_get(small, "slots")), 1);
    assert_int_equal(json_integer_value(json_object_get(small, "hidden")), 256);
    assert_int_equal(json_integer_value(json_object_get(small, "heads")), 4);
    json_decref(small);
    assert_status(MPCF_E_CONFIG, bench_approx(&wrong, &none, err), err);
    mpcf_error_reset(err);
}

/* --- Ranges of a run --- */

static mpcf_status next_batch(void *context, struct float_batch *batch, mpcf_error *unused)
{
    const struct float_batch **left = context;

    (void) unused;
    *batch = *left == NULL ? (struct float_batch){0} : **left;
    *left = NULL;
    return MPCF_OK;
}

/* Smallest and largest score of real tokens, by the float engine. */
static struct approx_interval scores_of(const struct slot_network *n,
                                        const struct float_batch *batch)
{
    struct approx_interval seen = {(double) INFINITY, -(double) INFINITY};
    const mpcf_node *scores = graph_find_tap(n->graph, "scores.0");
    struct float_engine *e = NULL;
    const float *x;

    assert_ok(float_engine_create(n->graph, n->parameters, FLOAT_EVALUATE, SLOT_BATCH, SLOT_TOKENS,
                                  0, &e, err),
              err);
    assert_ok(float_forward(e, batch, err), err);
    x = float_value(e, scores);
    for (size_t i = 0; i < SLOT_BATCH * SLOT_HEADS * SLOT_TOKENS * SLOT_TOKENS; i++) {
        const size_t example = i / (SLOT_HEADS * SLOT_TOKENS * SLOT_TOKENS);
        const int32_t *mask = n->mask + example * SLOT_TOKENS;

        /* the network goes on with the first token's row alone */
        if (mask[i % SLOT_TOKENS] != 0 && i / SLOT_TOKENS % SLOT_TOKENS == 0) {
            seen.low = fmin(seen.low, (double) x[i]);
            seen.high = fmax(seen.high, (double) x[i]);
        }
    }
    float_engine_destroy(e);
    return seen;
}

static void check_interval(const struct slot_filling *fillings, size_t count)
{
    struct slot_network n;
    struct secure_student s = {0};
    struct approx_interval got = {0, 0}, want;

    slot_network_open(&n, fillings, count, false);
    const struct float_batch batch = {
        .batch = SLOT_BATCH, .tokens = SLOT_TOKENS, .input_ids = n.ids, .attention_mask = n.mask};
    const struct float_batch *left = &batch;

    want = scores_of(&n, &batch);
    assert_ok(pass_all(n.graph, &s.graph, err), err);
    assert_ok(calibrate(s.graph, n.parameters, SLOT_BATCH, SLOT_TOKENS, 0, next_batch, &left,
                        &s.ranges, err),
              err);
    assert_true(slot_interval(&s, MPCF_SLOT_NORMALISER, &got));
    if (!(fabs(got.low - want.low) < 1e-4 && fabs(got.high - want.high) < 1e-4)) {
        fail_msg("%g to %g, scores are %g to %g", got.low, got.high, want.low, want.high);
    }
    assert_true(slot_interval(&s, MPCF_SLOT_LAYER_NORM, &got));
    assert_false(slot_interval(&s, MPCF_SLOT_ACTIVATION, &got)); /* it has none */
    ranges_destroy(s.ranges);
    graph_destroy(s.graph);
    slot_network_close(&n);
}

static void a_runs_ranges_are_those_in_front_of_the_slot(void **state)
{
    const struct slot_filling fillings[] = {
        {.slot = MPCF_SLOT_NORMALISER,
         .last_layer = SIZE_MAX,
         .approx = &slot_test_scale,
         .heads = slot_heads("02")},
        {.slot = MPCF_SLOT_NORMALISER, .last_layer = SIZE_MAX, .approx = &slot_test_2quad}};

    (void) state;
    check_interval(&fillings[1], 1);
    check_interval(fillings, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_those_of_the_formula),
        cmocka_unit_test(costs_are_those_of_the_slots_steps),
        cmocka_unit_test(both_tables_have_every_line),
        cmocka_unit_test(a_refused_range_is_said_and_another_is_priced),
        cmocka_unit_test(one_slot_and_another_shape),
        cmocka_unit_test(a_runs_ranges_are_those_in_front_of_the_slot),
    };
    int failed;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, measure, forget);
    mpcf_error_destroy(err);
    return failed;
}
