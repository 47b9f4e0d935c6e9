/* SPDX-License-Identifier: Apache-2.0 */
#include "pass/token_rows.h"

#include <stdlib.h>
#include <string.h>

#include "float_engine/float_engine.h"
#include "support/support.h"

enum { BATCH = 2, TOKENS = 4, WIDTH = 6 };

static const int32_t ids[BATCH * TOKENS] = {1, 2, 3, 4, 5, 6, 1, 0};
static const int32_t mask[BATCH * TOKENS] = {1, 1, 1, 1, 1, 1, 0, 0};

static mpcf_node *weight(mpcf_graph *g, const char *name, int64_t rows)
{
    return mpcf_parameter(g, name, mpcf_shape_2(rows, WIDTH), MPCF_INIT_NORMAL, 0.7);
}

static mpcf_node *heads(mpcf_graph *g, const char *name, mpcf_node *x)
{
    return mpcf_split_heads(g, mpcf_linear(g, x, weight(g, name, WIDTH), NULL), 2);
}

/* One layer of attention with a residual, then the row of token INDEX. */
static mpcf_graph *build(int64_t index)
{
    mpcf_graph *g = graph_create();
    mpcf_node *in =
        mpcf_input(g, "input_ids", mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *keep = mpcf_input(g, "attention_mask",
                                 mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *gamma = mpcf_parameter(g, "gamma", mpcf_shape_1(WIDTH), MPCF_INIT_NORMAL, 1);
    mpcf_node *beta = mpcf_parameter(g, "beta", mpcf_shape_1(WIDTH), MPCF_INIT_NORMAL, 1);
    mpcf_node *x = mpcf_embedding(g, weight(g, "table", 7), in);
    mpcf_node *q;
    mpcf_node *k;
    mpcf_node *w;

    x = mpcf_tap(g, "embedding", mpcf_add(g, x, mpcf_positions(g, weight(g, "places", 9), 1)));
    q = heads(g, "q", x);
    k = heads(g, "k", x);
    w = mpcf_tap(g, "scores", mpcf_scale(g, mpcf_matmul_transposed(g, q, k), 0.6));
    w = mpcf_mask(g, mpcf_square(g, mpcf_offset(g, w, 1)), keep);
    w = mpcf_mul(g, w, mpcf_reciprocal(g, mpcf_row_sum(g, w)));
    w = mpcf_merge_heads(g, mpcf_matmul(g, w, heads(g, "v", x)));
    x = mpcf_tap(g, "hidden", mpcf_layer_norm(g, mpcf_add(g, w, x), gamma, beta, 1e-6));
    mpcf_output(g, "logits", mpcf_linear(g, mpcf_token(g, x, index), weight(g, "c", 3), NULL));
    return g;
}

struct result {
    float logits[BATCH * 3];
    float *gradients; /* of all parameters, one behind the other */
    size_t count;
};

static struct result run(const mpcf_graph *g, struct parameters *p)
{
    mpcf_error *err = mpcf_error_create();
    const struct float_batch batch = {BATCH, TOKENS, ids, NULL, mask, 0};
    const mpcf_node *logits = graph_find_tap(g, "logits");
    struct float_engine *e = NULL;
    struct result r = {.gradients = calloc(1000, sizeof(float))};
    float *seed;

    assert_ok(float_engine_create(g, p, FLOAT_TRAIN, BATCH, TOKENS, 0, &e, err), err);
    assert_ok(float_forward(e, &batch, err), err);
    memcpy(r.logits, float_value(e, logits), sizeof(r.logits));
    seed = float_seed(e, logits);
    for (size_t i = 0; i < BATCH * 3; i++) {
        seed[i] += (float) i - 1.5F;
    }
    parameters_zero_gradients(p);
    assert_ok(float_backward(e, err), err);
    for (size_t i = 0; i < p->count; i++) {
        memcpy(r.gradients + r.count, p->items[i].gradient, p->items[i].count * sizeof(float));
        r.count += p->items[i].count;
    }
    float_engine_destroy(e);
    mpcf_error_destroy(err);
    return r;
}

static void compare(int64_t index)
{
    mpcf_error *err = mpcf_error_create();
    mpcf_graph *g = build(index);
    mpcf_graph *narrow = NULL;
    struct parameters *p = NULL;
    struct result want;
    struct result got;

    assert_ok(graph_check(g, err), err);
    assert_ok(pass_token_rows(g, &narrow, err), err);
    assert_ok(parameters_create(g, true, &p, err), err);
    parameters_init(p, g, 3);
    want = run(g, p);
    got = run(narrow, p);
    assert_close_floats("logits", want.logits, got.logits, BATCH * 3, 1e-5, 1e-5);
    assert_close_floats("gradients", want.gradients, got.gradients, want.count, 1e-5, 1e-5);
    free(want.gradients);
    free(got.gradients);
    parameters_destroy(p);
    graph_destroy(g);
    graph_destroy(narrow);
    mpcf_error_destroy(err);
}

static void narrowed_network_computes_and_learns_the_same(void **state)
{
    (void) state;
    compare(0);
    compare(2);
}

static void rows_that_nobody_reads_are_gone(void **state)
{
    mpcf_error *err = mpcf_error_create();
    mpcf_graph *g = build(0);
    mpcf_graph *narrow = NULL;
    size_t products = 0;

    (void) state;
    assert_ok(pass_token_rows(g, &narrow, err), err);
    assert_null(graph_find_tap(narrow, "scores"));
    for (size_t i = 0; i < graph_count(narrow); i++) {
        const mpcf_node *node = graph_node(narrow, i);

        if (node->kind == OP_MATMUL) {
            assert_int_equal(node->shape.dim[2], 1);
            products++;
        }
        assert_int_not_equal(node->kind, OP_TAP);
    }
    assert_int_equal(products, 2);
    assert_int_equal(graph_find(narrow, "layer_norm")->shape.dim[1], 1);
    graph_destroy(g);
    graph_destroy(narrow);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(narrowed_network_computes_and_learns_the_same),
        cmocka_unit_test(rows_that_nobody_reads_are_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
