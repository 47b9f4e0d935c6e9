/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where points lie:
 *
 *   normaliser   [rows, 1, T, T], T the longest row; each of a text's T tokens has the same scores
 *   layer norm   [rows, 1, width]
 *   activation   [1, 1, values]
 *   tanh         [1, values]
 */
#include "bench/eval_graph.h"

#include <string.h>

#include <mpcf/model.h>

#include "base/memory.h"
#include "graph/finish.h"
#include "pass/measure.h"

/* Of a result, so that a secure run of it fits into some GB. */
enum { ELEMENTS_MAX = 1 << 20 };
#define EPSILON 1e-12 /* BERT's */

struct sizes {
    size_t batch, tokens, width; /* width: of a row of the table */
};

static size_t row_length(const struct number_rows *rows, size_t i)
{
    size_t count = 0;

    (void) number_rows_at(rows, i, &count);
    return count;
}

static size_t longest_row(const struct number_rows *rows)
{
    size_t longest = 0;

    for (size_t i = 0; i < rows->row_count; i++) {
        const size_t count = row_length(rows, i);

        longest = count > longest ? count : longest;
    }
    return longest;
}

static mpcf_status check_lengths(const struct number_rows *rows, size_t length, mpcf_error *err)
{
    for (size_t i = 0; i < rows->row_count; i++) {
        const size_t count = row_length(rows, i);

        if (count != length) {
            return mpcf_fail(err, MPCF_E_CONFIG,
                             "rows of a layer norm are of one length: row %zu has %zu values, "
                             "another %zu",
                             i + 1, count, length);
        }
    }
    return MPCF_OK;
}

static mpcf_status find_sizes(mpcf_slot slot, const struct number_rows *rows, struct sizes *s,
                              mpcf_error *err)
{
    const size_t longest = longest_row(rows);
    size_t elements = rows->value_count;

    *s = (struct sizes){.batch = 1, .tokens = 1, .width = rows->value_count};
    if (slot == MPCF_SLOT_LAYER_NORM) {
        MPCF_TRY(check_lengths(rows, longest, err));
        *s = (struct sizes){.batch = rows->row_count, .tokens = 1, .width = longest};
    } else if (slot == MPCF_SLOT_NORMALISER) {
        *s = (struct sizes){.batch = rows->row_count, .tokens = longest, .width = longest};
        if (longest > PLACES_DEFAULT) {
            return mpcf_fail(err, MPCF_E_CONFIG, "a row of scores has up to %d values, not %zu",
                             PLACES_DEFAULT, longest);
        }
        elements = rows->row_count * longest * longest;
    }
    return elements <= ELEMENTS_MAX
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_CONFIG,
                           "%zu rows of up to %zu values are too many at a time (%zu elements, "
                           "%d at most)",
                           rows->row_count, longest, elements, (int) ELEMENTS_MAX);
}

/* --- The graph --- */

static mpcf_node *table(mpcf_graph *g, const char *name, size_t rows, size_t width, mpcf_node *ids)
{
    const mpcf_shape shape = mpcf_shape_2((int64_t) rows, (int64_t) width);

    return mpcf_embedding(g, mpcf_parameter(g, name, shape, MPCF_INIT_CONSTANT, 0), ids);
}

/* Scores that equal the table: times unit vectors by position, so that columns are tokens. */
static mpcf_node *normalised(mpcf_graph *g, size_t layer, mpcf_node *x, const struct sizes *s)
{
    mpcf_node *places =
        mpcf_input(g, "token_type_ids", mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *keep = mpcf_input(g, "attention_mask",
                                 mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *unit = table(g, "unit", s->tokens, s->tokens, places);

    x = mpcf_matmul_transposed(g, mpcf_split_heads(g, x, 1), mpcf_split_heads(g, unit, 1));
    return mpcf_slot_apply(g, MPCF_SLOT_NORMALISER, layer, x, keep);
}

static mpcf_node *normed(mpcf_graph *g, size_t layer, mpcf_node *x, const struct sizes *s)
{
    const mpcf_shape width = mpcf_shape_1((int64_t) s->width);
    mpcf_node *gain = mpcf_parameter(g, "gain", width, MPCF_INIT_CONSTANT, 1);
    mpcf_node *bias = mpcf_parameter(g, "bias", width, MPCF_INIT_CONSTANT, 0);

    return mpcf_slot_layer_norm(g, layer, MPCF_NORM_ATTENTION, x, gain, bias, EPSILON);
}

static mpcf_node *build(mpcf_graph *g, mpcf_slot slot, size_t layer, const struct sizes *s)
{
    mpcf_node *ids =
        mpcf_input(g, "input_ids", mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *x, *y;

    mpcf_scope(g, "eval");
    x = table(g, "x", s->batch, s->width, ids);
    y = slot == MPCF_SLOT_NORMALISER   ? normalised(g, layer, x, s)
        : slot == MPCF_SLOT_LAYER_NORM ? normed(g, layer, x, s)
        : slot == MPCF_SLOT_TANH       ? mpcf_slot_apply(g, slot, layer, mpcf_token(g, x, 0), NULL)
                                       : mpcf_slot_apply(g, slot, layer, x, NULL);
    y = mpcf_tap(g, "y", y); /* its value is kept */
    mpcf_output(g, "logits", y);
    return y;
}

/* --- Its values --- */

static void fill(struct eval_graph *g, mpcf_slot slot, const struct number_rows *rows,
                 const struct sizes *s)
{
    struct parameter *x = parameters_find(g->parameters, "x");
    struct parameter *unit = parameters_find(g->parameters, "unit");

    parameters_init(g->parameters, g->graph, 1);
    for (size_t i = 0; slot == MPCF_SLOT_NORMALISER && i < rows->row_count; i++) {
        size_t count = 0;
        const float *row = number_rows_at(rows, i, &count);

        memcpy(x->value + i * s->width, row, count * sizeof *row);
    }
    if (slot != MPCF_SLOT_NORMALISER) {
        memcpy(x->value, rows->values, x->count * sizeof *x->value);
    }
    for (size_t i = 0; unit != NULL && i < s->tokens; i++) {
        unit->value[i * s->tokens + i] = 1;
    }
}

static mpcf_status make_batch(struct eval_graph *g, mpcf_slot slot, const struct number_rows *rows,
                              const struct sizes *s, mpcf_error *err)
{
    const size_t count = s->batch * s->tokens;

    g->ids = mpcf_alloc_array(count, sizeof *g->ids);
    g->types = mpcf_alloc_array(count, sizeof *g->types);
    g->mask = mpcf_alloc_array(count, sizeof *g->mask);
    if (g->ids == NULL || g->types == NULL || g->mask == NULL) {
        return mpcf_fail_memory(err, count * sizeof *g->ids, "tokens");
    }
    for (size_t i = 0; i < count; i++) {
        const size_t row = i / s->tokens, column = i % s->tokens;

        g->ids[i] = (int32_t) row;
        g->types[i] = (int32_t) column;
        g->mask[i] = slot != MPCF_SLOT_NORMALISER || column < row_length(rows, row);
    }
    g->batch = (struct float_batch){.batch = s->batch,
                                    .tokens = s->tokens,
                                    .input_ids = g->ids,
                                    .token_type_ids = g->types,
                                    .attention_mask = g->mask};
    return MPCF_OK;
}

static bool same_shape(mpcf_shape a, mpcf_shape b)
{
    return a.rank == b.rank && memcmp(a.dim, b.dim, (size_t) a.rank * sizeof a.dim[0]) == 0;
}

/* Whether the result has the shape that its places are counted by. */
static mpcf_status check_result(const struct eval_graph *g, mpcf_slot slot, const struct sizes *s,
                                mpcf_error *err)
{
    const struct sizes t = *s;
    const int64_t width = (int64_t) t.width;
    const mpcf_shape want = slot == MPCF_SLOT_NORMALISER
                                ? mpcf_shape_4(MPCF_DIM_BATCH, 1, MPCF_DIM_TOKENS, MPCF_DIM_TOKENS)
                            : slot == MPCF_SLOT_TANH
                                ? mpcf_shape_2(MPCF_DIM_BATCH, width)
                                : mpcf_shape_3(MPCF_DIM_BATCH, MPCF_DIM_TOKENS, width);

    return same_shape(g->result->shape, want)
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_INVALID, "its result has not its input's shape");
}

mpcf_status eval_graph_open(struct eval_graph *g, mpcf_slot slot, size_t layer,
                            const struct slot_filling *filling, const struct number_rows *rows,
                            mpcf_error *err)
{
    struct sizes s;

    memset(g, 0, sizeof *g);
    MPCF_TRY(find_sizes(slot, rows, &s, err));
    g->graph = graph_create();
    if (g->graph == NULL) {
        return mpcf_fail_memory(err, 0, "a graph");
    }
    if (filling != NULL) {
        MPCF_TRY(graph_fill_slots(g->graph, filling, 1, false, err));
    }
    g->result = build(g->graph, slot, layer, &s);
    MPCF_TRY(graph_finish(g->graph, err));
    MPCF_TRY(check_result(g, slot, &s, err));
    g->count = shape_resolve(g->result->shape, s.batch, s.tokens).count;
    MPCF_TRY(parameters_create(g->graph, false, &g->parameters, err));
    fill(g, slot, rows, &s);
    MPCF_TRY(make_batch(g, slot, rows, &s, err));
    return measure_on_batch(g->graph, g->parameters, &g->batch, err);
}

void eval_graph_clear(struct eval_graph *g)
{
    parameters_destroy(g->parameters);
    graph_destroy(g->graph);
    mpcf_free(g->ids);
    mpcf_free(g->types);
    mpcf_free(g->mask);
    memset(g, 0, sizeof *g);
}

size_t eval_graph_place(const struct eval_graph *g, mpcf_slot slot, const struct number_rows *rows,
                        size_t i, size_t k)
{
    const size_t begin = i == 0 ? 0 : rows->ends[i - 1];

    return slot == MPCF_SLOT_NORMALISER ? i * g->batch.tokens * g->batch.tokens + k : begin + k;
}
