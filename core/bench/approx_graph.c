/* SPDX-License-Identifier: Apache-2.0 */
/* Builds the graph around a slot: values of the provider that the user looks up, so that they are shared. */
#include "bench/approx_graph.h"

#include <string.h>

#include <mpcf/model.h>

#include "base/memory.h"
#include "base/random.h"
#include "float_engine/float_engine.h"
#include "graph/finish.h"
#include "pass/measure.h"

enum { HEAD_WIDTH = 64 };

struct builder {
    mpcf_graph *g;
    const struct approx_sizes *sizes;
    mpcf_node *ids, *keep;
    mpcf_node *result;
};

/* Rows of the table NAME, one a token. */
static mpcf_node *rows(const struct builder *b, const char *name, size_t width)
{
    const mpcf_shape shape = mpcf_shape_2((int64_t) b->sizes->tokens, (int64_t) width);

    return mpcf_embedding(b->g, mpcf_parameter(b->g, name, shape, MPCF_INIT_NORMAL, 0.5), b->ids);
}

/* A number a token, so that nothing but the slot costs much. */
static mpcf_node *summed(const struct builder *b, mpcf_node *x)
{
    const mpcf_shape shape = mpcf_node_shape(x);
    mpcf_node *weight = mpcf_parameter(b->g, "sum", mpcf_shape_2(1, shape.dim[shape.rank - 1]),
                                       MPCF_INIT_NORMAL, 0.02);

    mpcf_scope(b->g, "after");
    return mpcf_linear(b->g, x, weight, NULL);
}

/* Scores that equal the table: times unit vectors, so that columns are tokens, as in a network. */
static mpcf_node *normalised(struct builder *b)
{
    const int64_t heads = (int64_t) b->sizes->heads;
    const size_t width = b->sizes->tokens * b->sizes->heads;
    mpcf_node *x = mpcf_split_heads(b->g, rows(b, "x", width), heads);
    mpcf_node *unit = mpcf_split_heads(b->g, rows(b, "unit", width), heads);
    mpcf_node *v = mpcf_split_heads(b->g, rows(b, "v", b->sizes->heads * HEAD_WIDTH), heads);

    x = mpcf_matmul_transposed(b->g, x, unit);
    b->result = mpcf_slot_apply(b->g, MPCF_SLOT_NORMALISER, 0, x, b->keep);
    return mpcf_merge_heads(b->g, mpcf_matmul(b->g, b->result, v));
}

static mpcf_node *normed(struct builder *b)
{
    const mpcf_shape width = mpcf_shape_1((int64_t) b->sizes->hidden);
    mpcf_node *gain = mpcf_parameter(b->g, "gain", width, MPCF_INIT_CONSTANT, 1);
    mpcf_node *bias = mpcf_parameter(b->g, "bias", width, MPCF_INIT_CONSTANT, 0);
    mpcf_node *x = rows(b, "x", b->sizes->hidden);

    b->result = mpcf_slot_layer_norm(b->g, 0, MPCF_NORM_ATTENTION, x, gain, bias, 1e-12);
    return b->result;
}

static mpcf_node *elementwise(struct builder *b, mpcf_slot slot)
{
    const bool is_tanh = slot == MPCF_SLOT_TANH;
    mpcf_node *x = rows(b, "x", is_tanh ? b->sizes->hidden : b->sizes->intermediate);

    b->result = mpcf_slot_apply(b->g, slot, 0, is_tanh ? mpcf_token(b->g, x, 0) : x, NULL);
    return b->result;
}

static void build(struct builder *b, mpcf_slot slot)
{
    const mpcf_shape tokens = mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS);
    mpcf_node *y;

    b->ids = mpcf_input(b->g, "input_ids", tokens, MPCF_USER);
    b->keep = mpcf_input(b->g, "attention_mask",
                         mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_scope(b->g, "bench");
    y = slot == MPCF_SLOT_NORMALISER   ? normalised(b)
        : slot == MPCF_SLOT_LAYER_NORM ? normed(b)
                                       : elementwise(b, slot);
    b->result = mpcf_tap(b->g, "y", b->result); /* its value is kept */
    mpcf_output(b->g, "logits", summed(b, y));
}

static void fill(struct approx_graph *a, const struct approx_sizes *sizes, struct approx_interval x)
{
    struct parameter *values = parameters_find(a->parameters, "x");
    struct parameter *unit = parameters_find(a->parameters, "unit");
    uint64_t state = 7;

    parameters_init(a->parameters, a->graph, 1);
    for (size_t i = 0; i < values->count; i++) {
        values->value[i] = (float) (x.low + (x.high - x.low) * random_uniform(&state));
    }
    for (size_t i = 0; unit != NULL && i < unit->count; i++) {
        const size_t width = sizes->tokens * sizes->heads;

        unit->value[i] = i % width % sizes->tokens == i / width ? 1 : 0;
    }
}

static mpcf_status make_batch(struct approx_graph *a, size_t tokens, mpcf_error *err)
{
    a->ids = mpcf_alloc_array(tokens, sizeof *a->ids);
    a->mask = mpcf_alloc_array(tokens, sizeof *a->mask);
    if (a->ids == NULL || a->mask == NULL) {
        return mpcf_fail_memory(err, tokens * sizeof *a->ids, "tokens");
    }
    for (size_t i = 0; i < tokens; i++) {
        a->ids[i] = (int32_t) i;
        a->mask[i] = 1;
    }
    a->batch = (struct float_batch){
        .batch = 1, .tokens = tokens, .input_ids = a->ids, .attention_mask = a->mask};
    return MPCF_OK;
}

mpcf_status approx_graph_open(struct approx_graph *a, mpcf_slot slot,
                              const struct slot_filling *filling, const struct approx_sizes *sizes,
                              struct approx_interval x, mpcf_error *err)
{
    struct builder b = {.sizes = sizes};

    memset(a, 0, sizeof *a);
    a->graph = b.g = graph_create();
    if (a->graph == NULL) {
        return mpcf_fail_memory(err, 0, "a graph");
    }
    if (filling != NULL) {
        MPCF_TRY(graph_fill_slots(a->graph, filling, 1, false, err));
    }
    build(&b, slot);
    MPCF_TRY(graph_finish(a->graph, err));
    a->result = b.result;
    a->count = shape_resolve(b.result->shape, 1, sizes->tokens).count;
    MPCF_TRY(parameters_create(a->graph, false, &a->parameters, err));
    fill(a, sizes, x);
    MPCF_TRY(make_batch(a, sizes->tokens, err));
    /* Measured constants: of these values. */
    return measure_on_batch(a->graph, a->parameters, &a->batch, err);
}

void approx_graph_clear(struct approx_graph *a)
{
    parameters_destroy(a->parameters);
    graph_destroy(a->graph);
    mpcf_free(a->ids);
    mpcf_free(a->mask);
    memset(a, 0, sizeof *a);
}

mpcf_status approx_graph_run(const struct approx_graph *a, float *y, mpcf_error *err)
{
    struct float_engine *e = NULL;
    mpcf_status status = float_engine_create(a->graph, a->parameters, FLOAT_EVALUATE, 1,
                                             a->batch.tokens, 0, &e, err);

    if (status == MPCF_OK) {
        status = float_forward(e, &a->batch, err);
    }
    if (status == MPCF_OK) {
        memcpy(y, float_value(e, a->result), a->count * sizeof *y);
    }
    float_engine_destroy(e);
    return status;
}
