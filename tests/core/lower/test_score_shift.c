/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A maximum that may be off: of a softmax and of what only looks like one; and scores that are further out than what
 * calibration saw.
 */
#include "lower/score_shift.h"

#include <math.h>
#include <string.h>

#include "graph/parameters.h"
#include "lower/lower.h"
#include "pass/calibrate.h"
#include "pass/pass.h"
#include "program/secure_input.h"
#include "protocol/weights.h"
#include "secure/reference.h"
#include "support/support.h"

enum { TOKENS = 8, WORDS = 121, CLASSES = 2 };

static const int32_t mask[TOKENS] = {1, 1, 1, 1, 1, 1, 1, 1}, types[TOKENS] = {0};

struct form {
    double times;        /* of the scores that the maximum is subtracted from */
    bool divides_values; /* v / sum e instead of e / sum e */
};

static const struct form softmax = {.times = 1};

static mpcf_node *looked_up(mpcf_graph *g, mpcf_node *ids, const char *table, int64_t width)
{
    mpcf_node *t = mpcf_parameter(g, table, mpcf_shape_2(WORDS, width), MPCF_INIT_NORMAL, 1);

    return mpcf_split_heads(g, mpcf_embedding(g, t, ids), 1);
}

/* Scores are the products of two tokens' numbers in the tables "row" and "column". */
static mpcf_graph *network(const struct form *f)
{
    mpcf_graph *g = graph_create();
    mpcf_node *ids =
        mpcf_input(g, "input_ids", mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *keep = mpcf_input(g, "attention_mask",
                                 mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *row = looked_up(g, ids, "row", 1), *column = looked_up(g, ids, "column", 1);
    mpcf_node *v = looked_up(g, ids, "value", CLASSES);
    mpcf_node *s = mpcf_matmul_transposed(g, row, column);
    mpcf_node *of = f->times != 1 ? mpcf_scale(g, s, f->times) : s;
    mpcf_node *e = mpcf_mask(g, mpcf_exp(g, mpcf_sub(g, of, mpcf_row_max(g, s, keep))), keep);
    mpcf_node *r = mpcf_reciprocal(g, mpcf_row_sum(g, e));
    mpcf_node *y = f->divides_values ? mpcf_mul(g, v, r) : mpcf_matmul(g, mpcf_mul(g, e, r), v);
    mpcf_error *err = mpcf_error_create();

    mpcf_output(g, "logits", mpcf_token(g, mpcf_merge_heads(g, y), 0));
    assert_ok(graph_check(g, err), err);
    mpcf_error_destroy(err);
    return g;
}

static bool cancels(const struct form *f)
{
    mpcf_graph *g = network(f);
    const struct lowering l = {.graph = g};
    size_t i = 0;

    while (graph_node(g, i)->kind != OP_ROW_MAX) {
        assert_true(++i < graph_count(g));
    }
    const bool found = shift_cancels(&l, graph_node(g, i));
    graph_destroy(g);
    return found;
}

static void only_what_is_made_of_exponentials_cancels(void **state)
{
    const struct form values = {.times = 1, .divides_values = true};

    (void) state;
    assert_true(cancels(&softmax));
    assert_false(cancels(&values));
}

struct run {
    mpcf_graph *g;
    struct ranges *ranges;
    struct program *p;
    struct parameters *parameters;
    mpcf_error *err;
};

#define SCORE_OF(word) ((double) (word) / 2 - 54) /* -54 .. 6 */

static void set_words(struct run *r)
{
    float *row = parameters_find(r->parameters, "row")->value;
    float *column = parameters_find(r->parameters, "column")->value;
    float *value = parameters_find(r->parameters, "value")->value;

    for (size_t i = 0; i < WORDS; i++) {
        row[i] = 1;
        column[i] = (float) SCORE_OF(i);
        value[CLASSES * i] = (float) (i % 3);
        value[CLASSES * i + 1] = (float) (i % 5);
    }
}

/* Calibrated on the text IDS, and lowered. */
static void open_run(struct run *r, const struct form *f, const int32_t *ids)
{
    const struct float_batch b = {1, TOKENS, ids, types, mask, 0};
    struct lower_options options;
    mpcf_graph *g = network(f);

    r->err = mpcf_error_create();
    assert_ok(pass_all(g, &r->g, r->err), r->err);
    assert_ok(parameters_create(r->g, true, &r->parameters, r->err), r->err);
    set_words(r);
    assert_ok(calibrate_on_batch(r->g, r->parameters, &b, &r->ranges, r->err), r->err);
    lower_options_default(&options);
    assert_ok(lower_graph(r->g, r->ranges, &options, 1, TOKENS, true, &r->p, r->err), r->err);
    graph_destroy(g);
}

static mpcf_status refer(struct run *r, const int32_t *ids, double *output)
{
    const struct secure_input input = {ids, types, mask, NULL};
    struct reference_result result;
    struct weights *w = NULL;

    assert_ok(weights_create(r->p, r->parameters, &w, r->err), r->err);
    const mpcf_status status = reference_run(r->p, w, &input, output, &result, NULL, NULL, r->err);
    weights_destroy(w);
    return status;
}

static void close_run(struct run *r)
{
    program_destroy(r->p);
    ranges_destroy(r->ranges);
    parameters_destroy(r->parameters);
    graph_destroy(r->g);
    mpcf_error_destroy(r->err);
}

static size_t count_of(const struct program *p, enum step_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < p->step_count; i++) {
        count += p->steps[i].kind == kind ? 1 : 0;
    }
    return count;
}

#define HIGHEST 6.0
/* Scores of -1.5 .. HIGHEST. */
static const int32_t usual[TOKENS] = {105, 120, 109, 115, 118, 107, 119, 114};

static void one_message_is_for_scores_less_their_own_maximum(void **state)
{
    const struct form other = {.times = 2};
    struct run r;

    (void) state;
    open_run(&r, &softmax, usual);
    assert_int_equal(count_of(r.p, STEP_EXP), 1);
    close_run(&r);
    open_run(&r, &other, usual);
    assert_int_equal(count_of(r.p, STEP_EXP), 0);
    close_run(&r);
}

static void softmax_of(const int32_t *ids, double *out)
{
    double sum = 0;

    out[0] = out[1] = 0;
    for (size_t i = 0; i < TOKENS; i++) {
        const double e = exp(SCORE_OF(ids[i]) - SCORE_OF(WORDS - 1));
        sum += e;
        out[0] += e * (double) (ids[i] % 3);
        out[1] += e * (double) (ids[i] % 5);
    }
    out[0] /= sum;
    out[1] /= sum;
}

/* Of a score that is further down than any that was seen: the answer is the softmax's, or the reference says what is
 * out of range. As far as the margin of the largest goes, it is the softmax's. */
static void low_scores_break_no_row(void **state)
{
    struct run r;

    (void) state;
    open_run(&r, &softmax, usual);
    assert_true(count_of(r.p, STEP_LEVEL_COUNTS) > 0);
    for (int32_t low = 0; low < usual[0]; low++) {
        double want[CLASSES], got[CLASSES];
        int32_t ids[TOKENS];
        memcpy(ids, usual, sizeof ids);
        ids[0] = low;
        softmax_of(ids, want);
        const mpcf_status status = refer(&r, ids, got);
        if (SCORE_OF(low) >= -4 * HIGHEST + 0.25) {
            assert_ok(status, r.err);
        }
        for (size_t i = 0; status == MPCF_OK && i < CLASSES; i++) {
            if (!(fabs(got[i] - want[i]) < 0.01)) {
                fail_msg("with %g: %g instead of %g", SCORE_OF(low), got[i], want[i]);
            }
        }
    }
    close_run(&r);
}

/* The largest score may be as far from 0 as the largest that was seen, on either side: each level is told from the next,
 * the first and the last, too. */
static void each_score_has_its_level(void **state)
{
    struct run r;

    (void) state;
    open_run(&r, &softmax, usual);
    for (int32_t at = 61; at <= 120; at++) {
        const int32_t ids[TOKENS] = {at, 61, 61, 61, 61, 61, 61, 61};
        double want[CLASSES], got[CLASSES];
        softmax_of(ids, want);
        assert_true(SCORE_OF(61) > -4 * HIGHEST);
        assert_ok(refer(&r, ids, got), r.err);
        assert_true(fabs(got[0] - want[0]) < 0.01 && fabs(got[1] - want[1]) < 0.01);
    }
    close_run(&r);
}

/* All that were seen lay below 0: one above, as far as their bound goes, is still the largest. */
static void a_score_may_change_its_sign(void **state)
{
    static const int32_t negative[TOKENS] = {103, 108, 104, 105, 107, 106, 103, 104};
    struct run r;

    (void) state;
    open_run(&r, &softmax, negative);
    assert_true(count_of(r.p, STEP_LEVEL_COUNTS) > 0);
    for (int32_t at = 109; at <= 120; at++) {
        const int32_t ids[TOKENS] = {at, 103, 103, 103, 103, 103, 103, 103};
        double want[CLASSES], got[CLASSES];
        softmax_of(ids, want);
        assert_ok(refer(&r, ids, got), r.err);
        assert_true(fabs(got[0] - want[0]) < 0.01 && fabs(got[1] - want[1]) < 0.01);
    }
    close_run(&r);
}

/* Where several scores of a row were alike its sum was large; the largest alone, less what is off, is 1 / 2^margin. */
static void sums_may_be_as_small_as_one_exponential(void **state)
{
    static const int32_t alike[TOKENS] = {120, 119, 120, 105, 105, 106, 107, 105};
    struct run r;

    (void) state;
    open_run(&r, &softmax, alike);
    assert_true(count_of(r.p, STEP_LEVEL_COUNTS) > 0);
    for (int32_t highest = 105; highest <= 120; highest++) {
        const int32_t ids[TOKENS] = {highest, 105, 105, 105, 105, 105, 105, 105};
        double want[CLASSES], got[CLASSES];
        softmax_of(ids, want);
        assert_ok(refer(&r, ids, got), r.err);
        assert_true(fabs(got[0] - want[0]) < 0.01 && fabs(got[1] - want[1]) < 0.01);
    }
    close_run(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_made_of_exponentials_cancels),
        cmocka_unit_test(one_message_is_for_scores_less_their_own_maximum),
        cmocka_unit_test(low_scores_break_no_row),
        cmocka_unit_test(each_score_has_its_level),
        cmocka_unit_test(a_score_may_change_its_sign),
        cmocka_unit_test(sums_may_be_as_small_as_one_exponential),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
