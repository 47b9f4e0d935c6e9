/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program for longer texts than were calibrated on holds what sums over their tokens come to.
 */
#include "lower/growth.h"

#include <math.h>

#include "base/memory.h"
#include "lower/lower.h"
#include "pass/pass.h"
#include "program/secure_input.h"
#include "protocol/weights.h"
#include "secure/reference.h"
#include "support/support.h"
#include "support/tiny_bert.h"

enum { SHORT = 2, LONG = 32, CLASSES = 3 };

static struct tiny_bert small(const char *normaliser)
{
    return (struct tiny_bert){.layers = 2,
                              .hidden = 32,
                              .heads = 4,
                              .inner = 64,
                              .vocab = 60,
                              .positions = LONG,
                              .classes = CLASSES,
                              .activation = "quad",
                              .normaliser = normaliser};
}

/* Ranges of texts of SHORT tokens, run on LONG ones. */
static mpcf_status run(const char *normaliser, bool length_is_known, double *error)
{
    struct tiny_bert t = small(normaliser);
    struct tiny_batch b;
    struct program *p = NULL;
    struct weights *w = NULL;
    struct lower_options options;
    struct reference_result result;
    mpcf_graph *g = NULL;
    mpcf_error *err = mpcf_error_create();
    double got[CLASSES];

    lower_options_default(&options);
    tiny_bert_open(&t, 11);
    assert_ok(pass_all(t.graph, &g, err), err);
    struct ranges *ranges = tiny_bert_calibrate(&t, g, 8, SHORT, 8);
    assert_int_equal(ranges->longest, SHORT);
    ranges->longest = length_is_known ? SHORT : 0;
    tiny_batch_open(&b, &t, 1, LONG, false, 5);
    assert_ok(lower_graph(g, ranges, &options, 1, LONG, true, &p, err), err);
    assert_ok(weights_create(p, t.parameters, &w, err), err);
    const struct secure_input input = {b.ids, b.types, b.mask, NULL};
    const mpcf_status status = reference_run(p, w, &input, got, &result, NULL, NULL, err);
    float *want = tiny_bert_logits(&t, t.graph, &b);
    *error = 0;
    for (size_t i = 0; status == MPCF_OK && i < CLASSES; i++) {
        *error = fmax(*error, fabs((double) want[i] - got[i]));
    }
    mpcf_free(want);
    weights_destroy(w);
    program_destroy(p);
    ranges_destroy(ranges);
    graph_destroy(g);
    tiny_batch_close(&b);
    tiny_bert_close(&t);
    mpcf_error_destroy(err);
    return status;
}

static void sums_over_tokens_fit(void **state)
{
    double error = 0;

    (void) state;
    assert_int_equal(run("2quad", false, &error), MPCF_E_RANGE); /* or it would show nothing */
    assert_int_equal(run("2quad", true, &error), MPCF_OK);
    assert_true(error < 0.02);
    assert_int_equal(run("softmax", true, &error), MPCF_OK);
    assert_true(error < 0.02);
}

static int growth_of_kind(const mpcf_graph *g, const int *growth, enum op_kind kind)
{
    size_t i = 0;

    while (graph_node(g, i)->kind != kind) {
        assert_true(++i < graph_count(g));
    }
    return growth[i];
}

static void what_is_divided_by_its_sum_does_not_grow(void **state)
{
    struct tiny_bert t = small("2quad");
    mpcf_graph *g = NULL;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    tiny_bert_open(&t, 11);
    assert_ok(pass_all(t.graph, &g, err), err);
    int *growth = mpcf_alloc_array(graph_count(g), sizeof *growth);
    assert_non_null(growth);
    growth_find(g, growth);
    assert_int_equal(growth_of_kind(g, growth, OP_ROW_SUM), 2);
    assert_int_equal(growth_of_kind(g, growth, OP_RECIPROCAL), -2);
    assert_int_equal(growth_of_kind(g, growth, OP_MATMUL_MASKED), 2);
    assert_int_equal(growth_of_kind(g, growth, OP_MERGE_HEADS), 0);
    assert_int_equal(growth_of_kind(g, growth, OP_ROW_MEAN_SQUARE), 0);
    assert_int_equal(growth[graph_output(g, 0)->node->id], 0);
    mpcf_free(growth);
    tiny_bert_close(&t);
    graph_destroy(g);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sums_over_tokens_fit),
                                       cmocka_unit_test(what_is_divided_by_its_sum_does_not_grow)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
