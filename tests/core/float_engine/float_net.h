/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small network and its engine, for tests of the float engine.
 */
#ifndef MPCF_TESTS_CORE_ENGINE_FLOAT_NET_H
#define MPCF_TESTS_CORE_ENGINE_FLOAT_NET_H

#include "float_engine/float_engine.h"
#include "support/support.h"

enum { BATCH = 3, TOKENS = 5, WIDTH = 8 };

static const int32_t ids[BATCH * TOKENS] = {1, 2, 3, 4, 5, 6, 1, 0, 2, 2, 3, 3, 1, 5, 4};
static const int32_t mask[BATCH * TOKENS] = {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0};

static mpcf_error *err;

static inline mpcf_node *matrix(mpcf_graph *g, const char *name, int64_t rows)
{
    return mpcf_parameter(g, name, mpcf_shape_2(rows, WIDTH), MPCF_INIT_NORMAL, 0.5);
}

/* A layer with everything that the plan treats in a way of its own. */
static inline mpcf_graph *build(double chance)
{
    mpcf_graph *g = graph_create();
    mpcf_node *in =
        mpcf_input(g, "input_ids", mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *keep = mpcf_input(g, "attention_mask",
                                 mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *gamma = mpcf_parameter(g, "gamma", mpcf_shape_1(WIDTH), MPCF_INIT_CONSTANT, 1);
    mpcf_node *beta = mpcf_parameter(g, "beta", mpcf_shape_1(WIDTH), MPCF_INIT_CONSTANT, 0);
    mpcf_node *x = mpcf_embedding(g, matrix(g, "table", 7), in);
    mpcf_node *q;
    mpcf_node *w;

    x = mpcf_add(g, x, mpcf_positions(g, matrix(g, "places", 6), 1));
    x = mpcf_dropout(g, mpcf_tap(g, "embedding", x), chance);
    q = mpcf_split_heads(g, mpcf_linear(g, x, matrix(g, "q", WIDTH), beta), 2);
    w = mpcf_tap(g, "scores", mpcf_scale(g, mpcf_matmul_transposed(g, q, q), 0.5));
    w = mpcf_mask(g, mpcf_square(g, mpcf_offset(g, w, 3)), keep);
    w = mpcf_mul(g, w, mpcf_reciprocal(g, mpcf_row_sum(g, w)));
    w = mpcf_merge_heads(g, mpcf_matmul(g, mpcf_dropout(g, w, chance), q));
    w = mpcf_dropout(g, mpcf_linear(g, w, matrix(g, "o", WIDTH), beta), chance);
    x = mpcf_tap(g, "hidden", mpcf_layer_norm(g, mpcf_add(g, w, x), gamma, beta, 1e-6));
    x = mpcf_token(g, x, 0);
    mpcf_output(g, "logits", mpcf_linear(g, x, matrix(g, "c", 2), NULL));
    return g;
}

struct net {
    mpcf_graph *g;
    struct parameters *p;
    struct float_engine *e;
};

static inline void net_open(struct net *n, double chance, enum float_mode mode, size_t batch,
                            size_t tokens, size_t elements)
{
    n->g = build(chance);
    assert_ok(graph_check(n->g, err), err);
    assert_ok(parameters_create(n->g, true, &n->p, err), err);
    parameters_init(n->p, n->g, 4);
    assert_ok(float_engine_create(n->g, n->p, mode, batch, tokens, elements, &n->e, err), err);
}

static inline void net_close(struct net *n)
{
    float_engine_destroy(n->e);
    parameters_destroy(n->p);
    graph_destroy(n->g);
}

static inline const float *tap(const struct net *n, const char *label)
{
    return float_value(n->e, graph_find_tap(n->g, label));
}

static inline struct float_batch batch_of(uint64_t seed)
{
    return (struct float_batch){BATCH, TOKENS, ids, NULL, mask, seed};
}

#endif
