/* SPDX-License-Identifier: Apache-2.0 */
#include "support/slot_network.h"

#include <math.h>
#include <string.h>

#include <mpcf/model.h>

#include "float_engine/float_engine.h"
#include "support/support.h"

static mpcf_node *build_2quad(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const double c = config == NULL ? 5 : *(const double *) config;
    mpcf_node *u = mpcf_mask(g, mpcf_square(g, mpcf_offset(g, x, c)), keep);

    return mpcf_mul(g, u, mpcf_reciprocal(g, mpcf_row_sum(g, u)));
}

static mpcf_node *build_scale(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const int64_t heads = mpcf_node_shape(x).dim[1];
    mpcf_node *a = mpcf_parameter(g, "a", mpcf_shape_4(1, heads, 1, 1), MPCF_INIT_CONSTANT, 0.5);

    (void) config;
    x = mpcf_mask(g, mpcf_mul(g, x, a), keep);
    return mpcf_mul(g, x, mpcf_reciprocal(g, mpcf_row_sum(g, keep)));
}

static mpcf_node *build_tanh(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *a = mpcf_parameter(g, "a", mpcf_shape_3(1, 1, 1), MPCF_INIT_CONSTANT, 0.5);

    (void) config, (void) keep;
    return mpcf_tanh(g, mpcf_mul(g, x, a));
}

static mpcf_node *build_norm(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *c = mpcf_sub(g, x, mpcf_scale(g, mpcf_row_sum(g, x), 1.0 / SLOT_WIDTH));
    mpcf_node *v = mpcf_scale(g, mpcf_row_sum(g, mpcf_square(g, c)), 1.0 / SLOT_WIDTH);

    (void) config, (void) keep;
    return mpcf_mul(g, c, mpcf_rsqrt(g, mpcf_offset(g, v, mpcf_slot_epsilon(g))));
}

#define APPROX(NAME, SLOT, BUILD)                                                                  \
    {                                                                                              \
        .struct_size = sizeof(mpcf_approx), .name = (NAME), .slot = (SLOT), .build = (BUILD)       \
    }
const mpcf_approx slot_test_2quad = APPROX("2quad", MPCF_SLOT_NORMALISER, build_2quad);
const mpcf_approx slot_test_scale = APPROX("scale", MPCF_SLOT_NORMALISER, build_scale);
const mpcf_approx slot_test_tanh = APPROX("tanh", MPCF_SLOT_LAYER_NORM, build_tanh);
const mpcf_approx slot_test_norm = APPROX("norm", MPCF_SLOT_LAYER_NORM, build_norm);

struct head_set slot_heads(const char *text)
{
    struct head_set s = {{0}};

    for (; *text != '\0'; text++) {
        head_set_add(&s, (size_t) (*text - '0'));
    }
    return s;
}

static mpcf_node *weight(mpcf_graph *g, const char *name, mpcf_shape shape, double deviation)
{
    return mpcf_parameter(g, name, shape, MPCF_INIT_NORMAL, deviation);
}

static mpcf_node *dense(mpcf_graph *g, const char *name, mpcf_node *x, int64_t out)
{
    return mpcf_linear(g, x, weight(g, name, mpcf_shape_2(out, SLOT_WIDTH), 0.3), NULL);
}

static mpcf_node *norm(mpcf_graph *g, mpcf_norm where, const char *gain, const char *bias,
                       mpcf_node *x)
{
    mpcf_node *gamma = weight(g, gain, mpcf_shape_1(SLOT_WIDTH), 1);
    mpcf_node *beta = weight(g, bias, mpcf_shape_1(SLOT_WIDTH), 0.5);

    return mpcf_slot_layer_norm(g, 0, where, x, gamma, beta, 1e-3);
}

static mpcf_node *attention(mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *q = mpcf_split_heads(g, dense(g, "q", x, SLOT_WIDTH), SLOT_HEADS);
    mpcf_node *k = mpcf_split_heads(g, dense(g, "k", x, SLOT_WIDTH), SLOT_HEADS);
    mpcf_node *v = mpcf_split_heads(g, dense(g, "v", x, SLOT_WIDTH), SLOT_HEADS);
    mpcf_node *s = mpcf_tap(g, "scores.0", mpcf_scale(g, mpcf_matmul_transposed(g, q, k), 0.5));

    s = mpcf_tap(g, "probs.0", mpcf_slot_apply(g, MPCF_SLOT_NORMALISER, 0, s, keep));
    return dense(g, "o", mpcf_merge_heads(g, mpcf_matmul(g, s, v)), SLOT_WIDTH);
}

mpcf_graph *slot_network_graph(const struct slot_filling *fillings, size_t count)
{
    const mpcf_shape tokens = mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS);
    mpcf_error *err = mpcf_error_create();
    mpcf_graph *g = graph_create();
    mpcf_node *ids = mpcf_input(g, "input_ids", tokens, MPCF_USER);
    mpcf_node *keep = mpcf_input(g, "attention_mask",
                                 mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *x, *y;

    assert_ok(graph_fill_slots(g, fillings, count, false, err), err);
    mpcf_scope(g, "words");
    x = mpcf_embedding(g, weight(g, "table", mpcf_shape_2(9, SLOT_WIDTH), 1), ids);
    x = norm(g, MPCF_NORM_EMBEDDING, "gain.e", "bias.e", x);
    mpcf_scope(g, "layer");
    y = mpcf_add(g, attention(g, x, keep), x);
    y = mpcf_tap(g, "hidden.0", norm(g, MPCF_NORM_ATTENTION, "gain.a", "bias.a", y));
    mpcf_scope(g, "head");
    mpcf_output(g, "logits", dense(g, "c", mpcf_token(g, y, 0), SLOT_CLASSES));
    mpcf_error_destroy(err);
    return g;
}

void slot_network_open(struct slot_network *n, const struct slot_filling *fillings, size_t count,
                       bool gradients)
{
    mpcf_error *err = mpcf_error_create();

    n->graph = slot_network_graph(fillings, count);
    assert_ok(graph_check(n->graph, err), err);
    assert_ok(graph_check_layers(n->graph, err), err);
    assert_ok(parameters_create(n->graph, gradients, &n->parameters, err), err);
    parameters_init(n->parameters, n->graph, 3);
    for (size_t i = 0; i < SLOT_BATCH * SLOT_TOKENS; i++) {
        n->ids[i] = (int32_t) ((i * i + 3 * i + 1) % 9);
        n->mask[i] = i % SLOT_TOKENS < SLOT_TOKENS - i / SLOT_TOKENS;
    }
    mpcf_error_destroy(err);
}

void slot_network_close(struct slot_network *n)
{
    parameters_destroy(n->parameters);
    graph_destroy(n->graph);
}

void slot_network_logits(const struct slot_network *n, const mpcf_graph *g, float *logits)
{
    const struct float_batch batch = {
        .batch = SLOT_BATCH, .tokens = SLOT_TOKENS, .input_ids = n->ids, .attention_mask = n->mask};
    mpcf_error *err = mpcf_error_create();
    struct float_engine *e = NULL;

    assert_ok(
        float_engine_create(g, n->parameters, FLOAT_EVALUATE, SLOT_BATCH, SLOT_TOKENS, 0, &e, err),
        err);
    assert_ok(float_forward(e, &batch, err), err);
    memcpy(logits, float_value(e, graph_output(g, 0)->node),
           SLOT_BATCH * SLOT_CLASSES * sizeof *logits);
    float_engine_destroy(e);
    mpcf_error_destroy(err);
}
