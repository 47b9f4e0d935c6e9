/* SPDX-License-Identifier: Apache-2.0 */
#include "support/other_network.h"

#include <stdio.h>

#include <mpcf/model.h>

#include "graph/slots.h"
#include "support/support.h"

enum {
    WIDTH = 16,
    HEADS = 2,
    INNER = 32,
    VOCABULARY = 40,
    POSITIONS = 16,
    LAYERS = 2,
    CLASSES = 2
};

/* What a compiler may make of call(FIRST, SECOND). */
#define EITHER(first, second)                                                                      \
    do {                                                                                           \
        if (swapped) {                                                                             \
            second;                                                                                \
            first;                                                                                 \
        } else {                                                                                   \
            first;                                                                                 \
            second;                                                                                \
        }                                                                                          \
    } while (0)

static mpcf_node *quad(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    (void) config, (void) keep;
    return mpcf_poly(g, x, (const double[]){0.5, 0.25, 0.125}, 2);
}

static mpcf_node *share(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *u = mpcf_mask(g, mpcf_square(g, mpcf_offset(g, x, 5)), keep);

    (void) config;
    return mpcf_mul(g, u, mpcf_reciprocal(g, mpcf_row_sum(g, u)));
}

static void fill_slots(mpcf_graph *g)
{
    static const mpcf_approx activation = {
        .struct_size = sizeof activation, .name = "q", .slot = MPCF_SLOT_ACTIVATION, .build = quad};
    static const mpcf_approx normaliser = {.struct_size = sizeof normaliser,
                                           .name = "s",
                                           .slot = MPCF_SLOT_NORMALISER,
                                           .build = share};
    const struct slot_filling fillings[2] = {
        {.slot = MPCF_SLOT_ACTIVATION, .last_layer = SIZE_MAX, .approx = &activation},
        {.slot = MPCF_SLOT_NORMALISER, .last_layer = SIZE_MAX, .approx = &normaliser},
    };
    mpcf_error *err = mpcf_error_create();

    assert_ok(graph_fill_slots(g, fillings, 2, false, err), err);
    mpcf_error_destroy(err);
}

static mpcf_node *weight(mpcf_graph *g, const char *name, const char *what, mpcf_shape shape)
{
    char full[96];

    (void) snprintf(full, sizeof full, "%s/%s", name, what);
    return mpcf_parameter(g, full, shape, MPCF_INIT_NORMAL, 0.2);
}

static mpcf_node *project(mpcf_graph *g, const char *name, mpcf_node *x, int64_t out, bool swapped)
{
    const int64_t in = x->shape.dim[x->shape.rank - 1];
    mpcf_node *w, *b;

    EITHER(w = weight(g, name, "kernel", mpcf_shape_2(out, in)),
           b = weight(g, name, "shift", mpcf_shape_1(out)));
    return mpcf_linear(g, x, w, b);
}

static mpcf_node *norm(mpcf_graph *g, const char *name, mpcf_node *x, bool swapped)
{
    const char *before = mpcf_scope_current(g);

    mpcf_scope(g, name);
    mpcf_node *gain, *shift, *y;

    EITHER(gain = weight(g, name, "gain", mpcf_shape_1(WIDTH)),
           shift = weight(g, name, "shift", mpcf_shape_1(WIDTH)));
    y = mpcf_layer_norm(g, x, mpcf_offset(g, gain, 1), shift, 1e-6);
    mpcf_scope(g, before);
    return y;
}

static mpcf_node *mix(mpcf_graph *g, int layer, mpcf_node *x, mpcf_node *keep, bool swapped)
{
    char scope[64], names[3][80];
    mpcf_node *q, *k, *v, *probs;

    (void) snprintf(scope, sizeof scope, "tower.%d.mix", layer);
    for (size_t i = 0; i < 3; i++) {
        (void) snprintf(names[i], sizeof names[i], "%s/%zu", scope, i);
    }
    const char *before = mpcf_scope_current(g);

    mpcf_scope(g, scope);
    EITHER(q = mpcf_split_heads(g, project(g, names[0], x, WIDTH, swapped), HEADS),
           k = mpcf_split_heads(g, project(g, names[1], x, WIDTH, swapped), HEADS));
    mpcf_node *scores = mpcf_scale(g, mpcf_matmul_transposed(g, q, k), 0.35);
    EITHER(probs = mpcf_slot_apply(g, MPCF_SLOT_NORMALISER, (size_t) layer, scores, keep),
           v = mpcf_split_heads(g, project(g, names[2], x, WIDTH, swapped), HEADS));
    x = mpcf_merge_heads(g, mpcf_matmul(g, probs, v));
    mpcf_scope(g, before);
    return x;
}

/* Its scope looks like the part of another network. */
static mpcf_node *spool(mpcf_graph *g, int layer, mpcf_node *x, bool swapped)
{
    char scope[64], up[80], down[80];

    (void) snprintf(scope, sizeof scope, "tower.%d.spooler", layer);
    (void) snprintf(up, sizeof up, "%s/up", scope);
    (void) snprintf(down, sizeof down, "%s/down", scope);
    const char *before = mpcf_scope_current(g);

    mpcf_scope(g, scope);
    mpcf_node *y = project(g, up, x, INNER, swapped);
    y = mpcf_slot_apply(g, MPCF_SLOT_ACTIVATION, (size_t) layer, y, NULL);
    y = project(g, down, y, WIDTH, swapped);
    mpcf_scope(g, before);
    return y;
}

static mpcf_node *tower(mpcf_graph *g, int layer, mpcf_node *x, mpcf_node *keep, bool swapped)
{
    char name[64];
    mpcf_node *y;

    (void) snprintf(name, sizeof name, "tower.%d.first", layer);
    x = norm(g, name, mpcf_add(g, x, mix(g, layer, x, keep, swapped)), swapped);
    (void) snprintf(name, sizeof name, "tower.%d.second", layer);
    y = norm(g, name, mpcf_add(g, spool(g, layer, x, swapped), x), swapped);
    (void) snprintf(name, sizeof name, "seen.%d", layer);
    EITHER(mpcf_tap(g, name, mpcf_scale(g, y, 2)),
           mpcf_tap(g, layer == 0 ? "aside.0" : "aside.1", mpcf_offset(g, x, 1)));
    return y;
}

static mpcf_node *branch(mpcf_graph *g, const char *name, mpcf_node *x, bool swapped)
{
    const char *before = mpcf_scope_current(g);

    mpcf_scope(g, name);
    mpcf_node *y = project(g, name, x, CLASSES, swapped);

    mpcf_scope(g, before);
    return y;
}

static void verdict(mpcf_graph *g, mpcf_node *x, bool swapped)
{
    mpcf_node *left, *right;

    mpcf_scope_counts_as(g, "verdict", "classifier");
    mpcf_scope_counts_as(g, "verdict.left", "classifier");
    mpcf_scope_counts_as(g, "verdict.right", "classifier");
    mpcf_scope(g, "verdict");
    x = mpcf_token(g, x, 0);
    EITHER(left = branch(g, "verdict.left", x, swapped),
           right = branch(g, "verdict.right", x, swapped));
    mpcf_output(g, "logits", mpcf_add(g, left, mpcf_scale(g, right, 0.5)));
}

void other_network_open(struct tiny_bert *t, bool swapped)
{
    const mpcf_shape shape = mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS);
    const mpcf_shape mask = mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS);
    mpcf_graph *g = graph_create();
    mpcf_node *ids, *keep, *words, *places;
    mpcf_error *err = mpcf_error_create();

    fill_slots(g);
    EITHER(ids = mpcf_input(g, "input_ids", shape, MPCF_USER),
           keep = mpcf_input(g, "attention_mask", mask, MPCF_USER));
    mpcf_scope(g, "lexicon");
    EITHER(words = mpcf_embedding(g, weight(g, "lexicon", "words", mpcf_shape_2(VOCABULARY, WIDTH)),
                                  ids),
           places = mpcf_positions(
               g, weight(g, "lexicon", "places", mpcf_shape_2(POSITIONS, WIDTH)), 0));
    mpcf_node *x = norm(g, "lexicon.norm", mpcf_add(g, words, places), swapped);
    for (int i = 0; i < LAYERS; i++) {
        mpcf_scope(g, "tower");
        x = tower(g, i, x, keep, swapped);
    }
    verdict(g, x, swapped);
    assert_ok(graph_check(g, err), err);
    *t = (struct tiny_bert){.vocab = VOCABULARY, .classes = CLASSES, .graph = g};
    assert_ok(parameters_create(g, false, &t->parameters, err), err);
    parameters_init(t->parameters, g, 3);
    mpcf_error_destroy(err);
}
