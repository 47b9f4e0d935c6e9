/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The encoder as a graph. Source: Devlin et al., "BERT", 2018; weight names and the places of
 * dropout are those of the published checkpoints and of the code that made them.
 */
#include "encoder.h"

#include <math.h>
#include <stdio.h>

#include "encoder_weight.h"

#define NAME_SIZE 160

/* One part of the network: names of its weights and nodes begin with its path. */
struct part {
    const struct encoder *e;
    mpcf_graph *g;
    char path[NAME_SIZE]; /* "encoder.layer.3" */
};

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
    return encoder_linear(p->e, p->g, full, x, o, false);
}

static mpcf_node *layer_norm(const struct part *p, const char *name, size_t layer, mpcf_norm where,
                             mpcf_node *x, int64_t width)
{
    const mpcf_shape shape = mpcf_shape_1(width);
    char full[2 * NAME_SIZE];
    mpcf_node *gamma;
    mpcf_node *beta;

    enter(p, name, full);
    gamma = encoder_weight(p->g, full, "weight", shape);
    beta = encoder_weight(p->g, full, "bias", shape);
    return mpcf_slot_layer_norm(p->g, layer, where, x, gamma, beta, p->e->epsilon);
}

static mpcf_node *dropout(const struct part *p, mpcf_node *x, double chance)
{
    return chance > 0 ? mpcf_dropout(p->g, x, chance) : x;
}

static mpcf_node *rows(const struct part *p, const char *name, int64_t count, mpcf_node *ids)
{
    char full[2 * NAME_SIZE];

    enter(p, name, full);
    return mpcf_embedding(
        p->g, encoder_weight(p->g, full, "weight", mpcf_shape_2(count, p->e->embedding)), ids);
}

/* Words and token types. */
static mpcf_node *embed_tokens(const struct part *p)
{
    const struct encoder *e = p->e;
    const mpcf_shape shape = mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS);
    mpcf_node *ids = mpcf_input(p->g, "input_ids", shape, MPCF_USER);
    mpcf_node *words = rows(p, "word_embeddings", e->vocab, ids);
    mpcf_node *kinds;

    if (e->family->keys->types == NULL) {
        return words;
    }
    kinds = rows(p, "token_type_embeddings", e->types,
                 mpcf_input(p->g, "token_type_ids", shape, MPCF_USER));
    mpcf_scope(p->g, "embeddings");
    return mpcf_add(p->g, words, kinds);
}

static mpcf_node *embed_places(const struct part *p)
{
    const struct encoder *e = p->e;
    char full[2 * NAME_SIZE];

    if (e->family->positions_follow_pad) {
        return rows(p, "position_embeddings", e->positions, mpcf_input_positions(p->g, e->pad_id));
    }
    enter(p, "position_embeddings", full);
    return mpcf_positions(
        p->g, encoder_weight(p->g, full, "weight", mpcf_shape_2(e->positions, e->embedding)), 0);
}

/* To the width of the layers, where the tables are narrower. */
static mpcf_node *project(const struct encoder *e, mpcf_graph *g, mpcf_node *x)
{
    char full[2 * NAME_SIZE];

    if (e->embedding == e->hidden) {
        return x;
    }
    (void) snprintf(full, sizeof(full), "%sembeddings_project", e->family->prefix);
    mpcf_scope(g, "embeddings_project");
    return encoder_linear(e, g, full, x, e->hidden, false);
}

static mpcf_node *embed(const struct encoder *e, mpcf_graph *g)
{
    const struct part p = {e, g, "embeddings"};
    mpcf_node *tokens = embed_tokens(&p);
    mpcf_node *places = embed_places(&p);
    mpcf_node *x;

    mpcf_scope(g, "embeddings");
    x = layer_norm(&p, "LayerNorm", 0, MPCF_NORM_EMBEDDING, mpcf_add(g, tokens, places),
                   e->embedding);
    if (e->embedding == e->hidden) {
        return dropout(&p, mpcf_tap(g, "embedding", x), e->dropout);
    }
    return mpcf_tap(g, "embedding", project(e, g, dropout(&p, x, e->dropout)));
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
    const struct encoder_names *names = e->family->names;
    mpcf_graph *g = p->g;
    char full[2 * NAME_SIZE];
    const int64_t width = e->hidden / e->heads;
    mpcf_node *q = heads(p, names->query, x);
    mpcf_node *k = heads(p, names->key, x);
    mpcf_node *v = heads(p, names->value, x);
    mpcf_node *scores;
    mpcf_node *probs;

    enter(p, names->attention, full);
    scores = mpcf_scale(g, mpcf_matmul_transposed(g, q, k), 1.0 / sqrt((double) width));
    scores = tap_of_layer(g, "scores", layer, scores);
    probs = mpcf_slot_apply(g, MPCF_SLOT_NORMALISER, layer, scores, keep);
    probs = dropout(p, tap_of_layer(g, "probs", layer, probs), e->attention_dropout);
    return mpcf_merge_heads(g, mpcf_matmul(g, probs, v));
}

static mpcf_node *residual(const struct part *p, size_t layer, mpcf_norm where, mpcf_node *x,
                           mpcf_node *y)
{
    const struct encoder_names *all = p->e->family->names;
    const struct encoder_residual *names =
        where == MPCF_NORM_ATTENTION ? &all->attended : &all->fed;
    char full[2 * NAME_SIZE];

    y = linear(p, names->dense, y, p->e->hidden);
    enter(p, names->scope, full);
    y = mpcf_add(p->g, names->drops ? dropout(p, y, p->e->dropout) : y, x);
    return layer_norm(p, names->norm, layer, where, y, p->e->hidden);
}

static mpcf_node *build_layer(const struct encoder *e, mpcf_graph *g, size_t layer, mpcf_node *x,
                              mpcf_node *keep)
{
    const struct encoder_names *names = e->family->names;
    struct part p = {e, g, ""};
    char full[2 * NAME_SIZE];
    mpcf_node *y;

    (void) snprintf(p.path, sizeof(p.path), "%s.%zu", names->layer, layer);
    x = residual(&p, layer, MPCF_NORM_ATTENTION, x, attention(&p, layer, x, keep));
    y = linear(&p, names->inner, x, e->intermediate);
    enter(&p, names->inner_scope, full);
    y = mpcf_slot_apply(g, MPCF_SLOT_ACTIVATION, layer, y, NULL);
    return tap_of_layer(g, "hidden", layer, residual(&p, layer, MPCF_NORM_FEED_FORWARD, x, y));
}

/* Mistakes stay in the graph, where the host finds them. */
mpcf_status encoder_build(void *model, mpcf_graph *g, mpcf_error *err)
{
    const struct encoder *e = model;
    mpcf_node *x = embed(e, g);
    mpcf_node *keep = mpcf_input(g, "attention_mask",
                                 mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);

    (void) err;
    for (int64_t i = 0; i < e->layers; i++) {
        x = build_layer(e, g, (size_t) i, x, keep);
    }
    mpcf_scope(g, NULL);
    e->family->head(e, g, mpcf_token(g, x, 0));
    return MPCF_OK;
}
