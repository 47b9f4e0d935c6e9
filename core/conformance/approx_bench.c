/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds the graph of one approximation alone, and runs it in floats, forward and backward.
 */
#include "conformance/approx_bench.h"

#include <string.h>

#include <mpcf/model.h>

#include "base/random.h"
#include "float_engine/float_engine.h"
#include "graph/finish.h"
#include "graph/slots.h"
#include "pass/measure.h"

static void fill_batch(struct approx_bench *b)
{
    for (size_t i = 0; i < BENCH_BATCH * BENCH_TOKENS; i++) {
        b->ids[i] = (int32_t) i;
        b->types[i] = (int32_t) (i % BENCH_TOKENS);
        b->mask[i] = i < BENCH_TOKENS + BENCH_TOKENS / 2 + 1;
    }
    b->batch = (struct float_batch){
        .batch = BENCH_BATCH,
        .tokens = BENCH_TOKENS,
        .input_ids = b->ids,
        .token_type_ids = b->types,
        .attention_mask = b->mask,
    };
}

/* Scores [B, heads, T, T] that equal X: X times the transpose of unit vectors, looked up by
 * position, so that the last dimension is the tokens as in a network. */
static mpcf_node *as_scores(mpcf_graph *g, mpcf_node *x)
{
    mpcf_node *places =
        mpcf_input(g, "token_type_ids", mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *units =
        mpcf_parameter(g, "units", mpcf_shape_2(BENCH_TOKENS, BENCH_WIDTH), MPCF_INIT_REQUIRED, 0);
    mpcf_node *unit = mpcf_embedding(g, units, places);

    x = mpcf_split_heads(g, x, BENCH_HEADS);
    return mpcf_matmul_transposed(g, x, mpcf_split_heads(g, unit, BENCH_HEADS));
}

static void fill_units(struct parameters *p)
{
    struct parameter *units = parameters_find(p, "units");

    for (size_t i = 0; units != NULL && i < BENCH_TOKENS; i++) {
        for (size_t head = 0; head < BENCH_HEADS; head++) {
            units->value[i * BENCH_WIDTH + head * BENCH_TOKENS + i] = 1;
        }
    }
}

/* A layer norm's gain and bias: 1 and 0, so that the result is the formula's. */
static mpcf_node *normed(mpcf_graph *g, size_t layer, mpcf_node *x)
{
    const mpcf_shape width = mpcf_shape_1(BENCH_WIDTH);
    mpcf_node *gain = mpcf_parameter(g, "gain", width, MPCF_INIT_CONSTANT, 1);
    mpcf_node *bias = mpcf_parameter(g, "bias", width, MPCF_INIT_CONSTANT, 0);

    return mpcf_slot_layer_norm(g, layer, MPCF_NORM_ATTENTION, x, gain, bias, BENCH_EPSILON);
}

static void build(mpcf_graph *g, mpcf_slot slot, struct approx_bench *b)
{
    mpcf_node *ids =
        mpcf_input(g, "input_ids", mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *keep = mpcf_input(g, "attention_mask",
                                 mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *table = mpcf_parameter(g, "x", mpcf_shape_2(BENCH_BATCH * BENCH_TOKENS, BENCH_WIDTH),
                                      MPCF_INIT_REQUIRED, 0);
    const bool is_normaliser = slot == MPCF_SLOT_NORMALISER;

    mpcf_scope(g, "check");
    b->in = mpcf_embedding(g, table, ids);
    if (is_normaliser) {
        b->in = as_scores(g, b->in);
    }
    b->in = mpcf_tap(g, "x", b->in);
    b->out = slot == MPCF_SLOT_LAYER_NORM
                 ? normed(g, b->at.layer, b->in)
                 : mpcf_slot_apply(g, slot, b->at.layer, b->in, is_normaliser ? keep : NULL);
    b->out = mpcf_tap(g, "y", b->out);
    mpcf_output(g, "logits", b->out);
}

static mpcf_status fill_slots(struct approx_bench *b, const mpcf_approx *approx, const void *config,
                              bool fuse, mpcf_error *err)
{
    struct slot_filling fillings[BENCH_HEADS];
    const size_t count = b->at.by_heads ? BENCH_HEADS : 1;

    if (fuse && approx->forward != NULL) {
        overwriting_make(&b->overwriting, approx, config);
        approx = &b->overwriting.approx;
        config = &b->overwriting;
    }
    for (size_t i = 0; i < count; i++) {
        fillings[i] = (struct slot_filling){
            .slot = approx->slot, .last_layer = SIZE_MAX, .approx = approx, .config = config};
        if (b->at.by_heads) {
            head_set_add(&fillings[i].heads, i);
        }
    }
    return graph_fill_slots(b->graph, fillings, count, fuse, err);
}

/* Other numbers are far from those drawn, and as a run may have them. */
static void fill_x(struct approx_bench *b, double low, double high)
{
    uint64_t state = 1;

    for (size_t i = 0; i < b->x->count; i++) {
        double x = low + (high - low) * random_uniform(&state);

        if (b->at.other_padding && approx_bench_is_padded_score(b, i)) {
            x = x < (low + high) / 2 ? high : low;
        }
        b->x->value[i] = (float) x;
    }
}

mpcf_status approx_bench_create(const mpcf_approx *approx, const void *config, bool fuse,
                                struct approx_bench *b, mpcf_error *err)
{
    return approx_bench_create_at(approx, config, &(struct bench_place){0}, fuse, b, err);
}

mpcf_status approx_bench_create_at(const mpcf_approx *approx, const void *config,
                                   const struct bench_place *at, bool fuse, struct approx_bench *b,
                                   mpcf_error *err)
{
    memset(b, 0, sizeof *b);
    b->at = *at;
    fill_batch(b);
    b->graph = graph_create();
    if (b->graph == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "no memory for a graph");
    }
    MPCF_TRY(fill_slots(b, approx, config, fuse, err));
    build(b->graph, approx->slot, b);
    MPCF_TRY(graph_finish(b->graph, err));
    MPCF_TRY(parameters_create(b->graph, true, &b->parameters, err));
    parameters_init(b->parameters, b->graph, 1);
    fill_units(b->parameters);
    b->x = parameters_find(b->parameters, "x");
    fill_x(b, approx->input_low, approx->input_high);
    /* Measured constants: of the inputs that are checked. */
    return measure_on_batch(b->graph, b->parameters, &b->batch, err);
}

void approx_bench_clear(struct approx_bench *b)
{
    parameters_destroy(b->parameters);
    graph_destroy(b->graph);
    memset(b, 0, sizeof *b);
}

static mpcf_status differentiate(struct approx_bench *b, struct float_engine *e, const float *dy,
                                 float *dx, mpcf_error *err)
{
    float *seed = float_seed(e, b->out);

    parameters_zero_gradients(b->parameters);
    memcpy(seed, dy, BENCH_COUNT * sizeof *dy);
    MPCF_TRY(float_backward(e, err));
    memcpy(dx, b->x->gradient, b->x->count * sizeof *dx);
    return MPCF_OK;
}

mpcf_status approx_bench_run(struct approx_bench *b, float *y, const float *dy, float *dx,
                             mpcf_error *err)
{
    struct float_engine *e = NULL;
    mpcf_status status =
        float_engine_create(b->graph, b->parameters, dy == NULL ? FLOAT_EVALUATE : FLOAT_TRAIN,
                            BENCH_BATCH, BENCH_TOKENS, 0, &e, err);

    if (status == MPCF_OK) {
        status = float_forward(e, &b->batch, err);
    }
    if (status == MPCF_OK) {
        memcpy(y, float_value(e, b->out), BENCH_COUNT * sizeof *y);
    }
    if (status == MPCF_OK && dy != NULL) {
        status = differentiate(b, e, dy, dx, err);
    }
    float_engine_destroy(e);
    return status;
}

bool approx_bench_is_padding(const struct approx_bench *b, bool rows_of_scores, size_t i)
{
    if (!rows_of_scores) {
        return b->mask[i / BENCH_WIDTH] == 0;
    }
    return b->mask[i / (BENCH_HEADS * BENCH_TOKENS * BENCH_TOKENS) * BENCH_TOKENS +
                   i % BENCH_TOKENS] == 0;
}

bool approx_bench_is_padded_score(const struct approx_bench *b, size_t i)
{
    return b->mask[i / (BENCH_TOKENS * BENCH_WIDTH) * BENCH_TOKENS + i % BENCH_TOKENS] == 0;
}
