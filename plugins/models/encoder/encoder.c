/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The encoder as a graph. Source: Devlin et al., "BERT", 2018; weight names and the places of
 * dropout are those of the published checkpoints and of the code that made them.
 */
#include "encoder.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define NAME_SIZE 160

/* One part of the network: names of its weights and nodes begin with its path. */
struct part {
    const struct encoder *e;
    mpcf_graph *g;
    char path[NAME_SIZE]; /* "encoder.layer.3" */
};

static mpcf_node *parameter(const struct encoder *e, mpcf_graph *g, const char *name,
                            const char *what, mpcf_shape shape, mpcf_init init, double value)
{
    char full[3 * NAME_SIZE];

    (void) snprintf(full, sizeof(full), "%s.%s", name, what);
    return mpcf_parameter(g, full, shape, init, init == MPCF_INIT_NORMAL ? e->deviation : value);
}

mpcf_node *encoder_linear(const struct encoder *e, mpcf_graph *g, const char *name, mpcf_node *x,
                          int64_t o, int is_new)
{
    const mpcf_shape shape = mpcf_node_shape(x);
    const int64_t i = shape.rank > 0 ? shape.dim[shape.rank - 1] : 1;
    mpcf_node *weight = parameter(e, g, name, "weight", mpcf_shape_2(o, i),
                                  is_new ? MPCF_INIT_NORMAL : MPCF_INIT_REQUIRED, 0);
    mpcf_node *bias = parameter(e, g, name, "bias", mpcf_shape_1(o),
                                is_new ? MPCF_INIT_CONSTANT : MPCF_INIT_REQUIRED, 0);

    return bias == NULL ? NULL : mpcf_linear(g, x, weight, bias);
}

/* NAME under the part's path, as scope and with the family's prefix in FULL. */
static void enter(const struct part *p, const char *name, char full[2 * NAME_SIZE])
{
    char scope[2 * NAME_SIZE];

    (void) snprintf(scope, sizeof(scope), "%s.%s", p->path, name);
    (void) snprintf(full, 2 * NAME_SIZE, "%s%s.%s", p->e->family->prefix, p->path, name);
    mpcf_scope(p->g, scope);
}

static mpcf_node *linear(const struct part *p, const char *name, mpcf_node *x, int64_t o)
{
    char full[2 * NAME_SIZE];

    enter(p, name, full);
    return encoder_linear(p->e, p->g, full, x, o, 0);
}

static mpcf_node *layer_norm(const struct part *p, const char *name, mpcf_node *x)
{
    const mpcf_shape shape = mpcf_shape_1(p->e->hidden);
    char full[2 * NAME_SIZE];
    mpcf_node *gamma;
    mpcf_node *beta;

    enter(p, name, full);
    gamma = parameter(p->e, p->g, full, "weight", shape, MPCF_INIT_REQUIRED, 1);
    beta = parameter(p->e, p->g, full, "bias", shape, MPCF_INIT_REQUIRED, 0);
    return mpcf_layer_norm(p->g, x, gamma, beta, p->e->epsilon);
}

static mpcf_node *dropout(const struct part *p, mpcf_node *x, double chance)
{
    return chance > 0 ? mpcf_dropout(p->g, x, chance) : x;
}

static mpcf_node *table(const struct part *p, const char *name, int64_t rows)
{
    char full[2 * NAME_SIZE];

    enter(p, name, full);
    return parameter(p->e, p->g, full, "weight", mpcf_shape_2(rows, p->e->hidden),
                     MPCF_INIT_REQUIRED, 0);
}

static mpcf_node *embed(const struct encoder *e, mpcf_graph *g)
{
    const mpcf_shape ids_shape = mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS);
    const struct part p = {e, g, "embeddings"};
    mpcf_node *ids = mpcf_input(g, "input_ids", ids_shape, MPCF_USER);
    mpcf_node *types = mpcf_input(g, "token_type_ids", ids_shape, MPCF_USER);
    mpcf_node *words = mpcf_embedding(g, table(&p, "word_embeddings", e->vocab), ids);
    mpcf_node *kinds = mpcf_embedding(g, table(&p, "token_type_embeddings", e->types), types);
    mpcf_node *places =
        mpcf_positions(g, table(&p, "position_embeddings", e->positions), e->first_position);
    mpcf_node *sum;

    mpcf_scope(g, "embeddings");
    sum = mpcf_add(g, mpcf_add(g, words, kinds), places);
    return dropout(&p, mpcf_tap(g, "embedding", layer_norm(&p, "LayerNorm", sum)), e->dropout);
}

static mpcf_node *tap_of_layer(mpcf_graph *g, const char *name, size_t layer, mpcf_node *x)
{
    char full[NAME_SIZE];

    (void) snprintf(full, sizeof(full), "%s.%zu", name, layer);
    return mpcf_tap(g, full, x);
}

static mpcf_node *heads(const struct part *p, const char *name, mpcf_node *x)
{
    return mpcf_split_heads(p->g, linear(p, name, x, p->e->hidden), p->e->heads);
}

static mpcf_node *attention(const struct part *p, size_t layer, mpcf_node *x, mpcf_node *keep)
{
    const struct encoder *e = p->e;
    mpcf_graph *g = p->g;
    char full[2 * NAME_SIZE];
    const int64_t width = e->hidden / e->heads;
    mpcf_node *q = heads(p, "attention.self.query", x);
    mpcf_node *k = heads(p, "attention.self.key", x);
    mpcf_node *v = heads(p, "attention.self.value", x);
    mpcf_node *scores;
    mpcf_node *probs;

    enter(p, "attention.self", full);
    scores = mpcf_scale(g, mpcf_matmul_transposed(g, q, k), 1.0 / sqrt((double) width));
    scores = tap_of_layer(g, "scores", layer, scores);
    probs = mpcf_slot_apply(g, MPCF_SLOT_NORMALISER, layer, scores, keep);
    probs = dropout(p, tap_of_layer(g, "probs", layer, probs), e->attention_dropout);
    return mpcf_merge_heads(g, mpcf_matmul(g, probs, v));
}

static mpcf_node *residual(const struct part *p, const char *name, mpcf_node *x, mpcf_node *y)
{
    char full[2 * NAME_SIZE];
    char inner[NAME_SIZE];

    (void) snprintf(inner, sizeof(inner), "%s.dense", name);
    y = linear(p, inner, y, p->e->hidden);
    enter(p, name, full);
    y = mpcf_add(p->g, dropout(p, y, p->e->dropout), x);
    (void) snprintf(inner, sizeof(inner), "%s.LayerNorm", name);
    return layer_norm(p, inner, y);
}

static mpcf_node *build_layer(const struct encoder *e, mpcf_graph *g, size_t layer, mpcf_node *x,
                              mpcf_node *keep)
{
    struct part p = {e, g, ""};
    char full[2 * NAME_SIZE];
    mpcf_node *y;

    (void) snprintf(p.path, sizeof(p.path), "encoder.layer.%zu", layer);
    x = residual(&p, "attention.output", x, attention(&p, layer, x, keep));
    y = linear(&p, "intermediate.dense", x, e->intermediate);
    enter(&p, "intermediate", full);
    y = mpcf_slot_apply(g, MPCF_SLOT_ACTIVATION, layer, y, NULL);
    return tap_of_layer(g, "hidden", layer, residual(&p, "output", x, y));
}

mpcf_node *encoder_build(const struct encoder *e, mpcf_graph *g)
{
    mpcf_node *x = embed(e, g);
    mpcf_node *keep = mpcf_input(g, "attention_mask",
                                 mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);

    for (int64_t i = 0; i < e->layers; i++) {
        x = build_layer(e, g, (size_t) i, x, keep);
    }
    mpcf_scope(g, NULL);
    return x;
}

mpcf_node *encoder_classifier_dropout(const struct encoder *e, mpcf_graph *g, mpcf_node *x)
{
    return e->classifier_dropout > 0 ? mpcf_dropout(g, x, e->classifier_dropout) : x;
}

void encoder_logits(const struct encoder *e, mpcf_graph *g, const char *name, mpcf_node *x)
{
    mpcf_scope_counts_as(g, name, "classifier");
    mpcf_scope(g, name);
    x = encoder_classifier_dropout(e, g, x);
    x = mpcf_tap(g, "logits", encoder_linear(e, g, name, x, e->classes, 1));
    mpcf_scope(g, NULL);
    mpcf_output(g, "logits", x);
}
