/* SPDX-License-Identifier: Apache-2.0 */
#include "support/tiny_bert.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "pass/calibrate.h"
#include "support/support.h"

static mpcf_node *weight(mpcf_graph *g, const char *name, mpcf_shape shape)
{
    return mpcf_parameter(g, name, shape, MPCF_INIT_REQUIRED, 0);
}

static mpcf_node *dense(mpcf_graph *g, const char *name, mpcf_node *x, int64_t in, int64_t out)
{
    char w[96], b[96];

    (void) snprintf(w, sizeof w, "%s.weight", name);
    (void) snprintf(b, sizeof b, "%s.bias", name);
    mpcf_node *of_x = weight(g, w, mpcf_shape_2(out, in));
    return mpcf_linear(g, x, of_x, weight(g, b, mpcf_shape_1(out)));
}

static mpcf_node *norm(mpcf_graph *g, const char *name, mpcf_node *x, int64_t h)
{
    char w[96], b[96];

    (void) snprintf(w, sizeof w, "%s.gamma", name);
    (void) snprintf(b, sizeof b, "%s.beta", name);
    mpcf_node *gamma = weight(g, w, mpcf_shape_1(h));
    return mpcf_layer_norm(g, x, gamma, weight(g, b, mpcf_shape_1(h)), 1e-12);
}

static mpcf_node *activation(mpcf_graph *g, const char *name, mpcf_node *x)
{
    if (strcmp(name, "quad") == 0) {
        return mpcf_poly(g, x, (const double[]){0.5, 0.25, 0.125}, 2);
    }
    if (strcmp(name, "relu") == 0) {
        return mpcf_relu(g, x);
    }
    mpcf_node *erf = mpcf_erf(g, mpcf_scale(g, x, 0.70710678118654752));
    mpcf_node *half = mpcf_scale(g, x, 0.5);
    return mpcf_mul(g, half, mpcf_offset(g, erf, 1));
}

static mpcf_node *normaliser(mpcf_graph *g, const char *name, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *u;

    if (strcmp(name, "2quad") == 0) {
        u = mpcf_square(g, mpcf_offset(g, x, 5));
    } else if (strcmp(name, "2relu") == 0) {
        mpcf_node *r = mpcf_mask(g, mpcf_relu(g, x), keep);
        mpcf_node *share = mpcf_scale(g, mpcf_reciprocal(g, mpcf_row_sum(g, keep)), 1.0 / 64);
        mpcf_node *sum = mpcf_offset(g, mpcf_row_sum(g, r), 1.0 / 64);
        u = mpcf_mask(g, mpcf_add(g, r, share), keep);
        return mpcf_mul(g, u, mpcf_reciprocal(g, sum));
    } else {
        u = mpcf_exp(g, mpcf_sub(g, x, mpcf_row_max(g, x, keep)));
    }
    u = mpcf_mask(g, u, keep);
    return mpcf_mul(g, u, mpcf_reciprocal(g, mpcf_row_sum(g, u)));
}

static mpcf_node *attention(const struct tiny_bert *t, mpcf_graph *g, const char *name,
                            mpcf_node *x, mpcf_node *keep)
{
    char n[3][96], scope[96];
    mpcf_node *part[3];
    const char *const parts[3] = {"query", "key", "value"};

    for (size_t i = 0; i < 3; i++) {
        (void) snprintf(n[i], sizeof n[i], "%s.%s", name, parts[i]);
        part[i] = mpcf_split_heads(g, dense(g, n[i], x, t->hidden, t->hidden), t->heads);
    }
    mpcf_node *scores = mpcf_matmul_transposed(g, part[0], part[1]);
    scores = mpcf_scale(g, scores, 1 / sqrt((double) (t->hidden / t->heads)));
    (void) snprintf(scope, sizeof scope, "%s.scores", name);
    scores = mpcf_tap(g, scope, scores);
    (void) snprintf(scope, sizeof scope, "%s.normaliser", name);
    mpcf_scope(g, scope);
    mpcf_node *probs = mpcf_dropout(g, normaliser(g, t->normaliser, scores, keep), 0.1);
    mpcf_scope(g, name);
    mpcf_node *context = mpcf_merge_heads(g, mpcf_matmul(g, probs, part[2]));
    (void) snprintf(n[0], sizeof n[0], "%s.output", name);
    return mpcf_dropout(g, dense(g, n[0], context, t->hidden, t->hidden), 0.1);
}

static mpcf_node *layer(const struct tiny_bert *t, mpcf_graph *g, int64_t index, mpcf_node *x,
                        mpcf_node *keep)
{
    char name[48], part[96];

    (void) snprintf(name, sizeof name, "layer.%lld", (long long) index);
    mpcf_scope(g, name);
    (void) snprintf(part, sizeof part, "%s.norm1", name);
    x = norm(g, part, mpcf_add(g, attention(t, g, name, x, keep), x), t->hidden);
    (void) snprintf(part, sizeof part, "%s.inner", name);
    mpcf_node *y = dense(g, part, x, t->hidden, t->inner);
    (void) snprintf(part, sizeof part, "%s.activation", name);
    mpcf_scope(g, part);
    y = activation(g, t->activation, y);
    mpcf_scope(g, name);
    (void) snprintf(part, sizeof part, "%s.outer", name);
    y = dense(g, part, y, t->inner, t->hidden);
    (void) snprintf(part, sizeof part, "%s.norm2", name);
    y = norm(g, part, mpcf_add(g, y, x), t->hidden);
    (void) snprintf(part, sizeof part, "hidden.%lld", (long long) index);
    return mpcf_tap(g, part, y);
}

static mpcf_graph *build(const struct tiny_bert *t)
{
    mpcf_graph *g = graph_create();
    const mpcf_shape ids_shape = mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS);
    mpcf_node *ids = mpcf_input(g, "input_ids", ids_shape, MPCF_USER);
    mpcf_node *types = mpcf_input(g, "token_type_ids", ids_shape, MPCF_USER);
    mpcf_node *keep = mpcf_input(g, "attention_mask",
                                 mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);

    mpcf_scope(g, "embeddings");
    mpcf_node *words = mpcf_embedding(g, weight(g, "word", mpcf_shape_2(t->vocab, t->hidden)), ids);
    mpcf_node *kinds = mpcf_embedding(g, weight(g, "type", mpcf_shape_2(2, t->hidden)), types);
    mpcf_node *places =
        mpcf_positions(g, weight(g, "position", mpcf_shape_2(t->positions, t->hidden)), 0);
    mpcf_node *x =
        norm(g, "embedding.norm", mpcf_add(g, mpcf_add(g, words, kinds), places), t->hidden);
    x = mpcf_tap(g, "embedding", mpcf_dropout(g, x, 0.1));
    for (int64_t i = 0; i < t->layers; i++) {
        x = layer(t, g, i, x, keep);
    }
    mpcf_scope(g, "pooler");
    x = dense(g, "pooler", mpcf_token(g, x, 0), t->hidden, t->hidden);
    x = mpcf_tanh(g, x);
    mpcf_scope(g, "classifier");
    mpcf_output(g, "logits", dense(g, "classifier", x, t->hidden, t->classes));
    return g;
}

static bool has(const char *name, const char *part)
{
    return strstr(name, part) != NULL;
}

static void fill(const struct tiny_bert *t, struct parameter *p, struct test_random *r)
{
    const size_t columns = (size_t) p->shape.dim[p->shape.rank - 1];
    const double spread = t->spread > 0 ? t->spread : 1 / sqrt((double) columns);

    for (size_t i = 0; i < p->count; i++) {
        const double z = test_random_normal(r);
        p->value[i] =
            (float) (has(p->name, "gamma")  ? 1 + 0.2 * z
                     : has(p->name, "beta") ? 0.1 * z
                     : has(p->name, "bias") ? 0.1 * z
                     : has(p->name, ".weight")
                         ? z * (has(p->name, "query") || has(p->name, "key") ? 1.5 : 1) * spread
                         : 0.05 * z);
    }
}

void tiny_bert_open(struct tiny_bert *t, uint64_t seed)
{
    mpcf_error *err = mpcf_error_create();
    struct test_random r = {seed};

    t->graph = build(t);
    assert_ok(graph_check(t->graph, err), err);
    assert_ok(parameters_create(t->graph, false, &t->parameters, err), err);
    for (size_t i = 0; i < t->parameters->count; i++) {
        fill(t, &t->parameters->items[i], &r);
    }
    mpcf_error_destroy(err);
}

void tiny_bert_close(struct tiny_bert *t)
{
    graph_destroy(t->graph);
    parameters_destroy(t->parameters);
}

void tiny_batch_open(struct tiny_batch *b, const struct tiny_bert *t, size_t batch, size_t tokens,
                     bool padded, uint64_t seed)
{
    const size_t count = batch * tokens;
    struct test_random r = {seed};

    b->ids = mpcf_alloc_array(count, sizeof(int32_t));
    b->types = mpcf_alloc_array(count, sizeof(int32_t));
    b->mask = mpcf_alloc_array(count, sizeof(int32_t));
    for (size_t i = 0; i < batch; i++) {
        const size_t real = padded ? tokens - i % (tokens / 2) - 1 : tokens;
        for (size_t j = 0; j < tokens; j++) {
            const bool is_real = j < real;
            b->ids[i * tokens + j] =
                is_real ? (int32_t) (test_random_u64(&r) % (uint64_t) t->vocab) : 0;
            b->types[i * tokens + j] = is_real && j > real / 2 ? 1 : 0;
            b->mask[i * tokens + j] = is_real ? 1 : 0;
        }
    }
    b->batch = (struct float_batch){.batch = batch,
                                    .tokens = tokens,
                                    .input_ids = b->ids,
                                    .token_type_ids = b->types,
                                    .attention_mask = b->mask};
}

void tiny_batch_close(struct tiny_batch *b)
{
    mpcf_free(b->ids);
    mpcf_free(b->types);
    mpcf_free(b->mask);
}

struct calibration {
    const struct tiny_bert *bert;
    size_t batch, tokens, left;
    struct tiny_batch current;
};

static mpcf_status next_batch(void *context, struct float_batch *batch, mpcf_error *err)
{
    struct calibration *c = context;

    (void) err;
    tiny_batch_close(&c->current);
    memset(&c->current, 0, sizeof c->current);
    if (c->left > 0) {
        tiny_batch_open(&c->current, c->bert, c->batch, c->tokens, c->left % 2 == 0,
                        1000 + c->left);
        *batch = c->current.batch;
        c->left--;
    }
    return MPCF_OK;
}

struct ranges *tiny_bert_calibrate(const struct tiny_bert *t, const mpcf_graph *passed,
                                   size_t batch, size_t tokens, size_t count)
{
    struct calibration c = {.bert = t, .batch = batch, .tokens = tokens, .left = count};
    struct ranges *ranges = NULL;
    mpcf_error *err = mpcf_error_create();

    assert_ok(calibrate(passed, t->parameters, batch, tokens, 0, next_batch, &c, &ranges, err),
              err);
    mpcf_error_destroy(err);
    return ranges;
}

float *tiny_bert_logits(const struct tiny_bert *t, const mpcf_graph *g, const struct tiny_batch *b)
{
    struct float_engine *e = NULL;
    mpcf_error *err = mpcf_error_create();
    const size_t count = b->batch.batch * (size_t) t->classes;
    float *logits = mpcf_alloc_array(count, sizeof(float));

    assert_ok(float_engine_create(g, t->parameters, FLOAT_EVALUATE, b->batch.batch, b->batch.tokens,
                                  0, &e, err),
              err);
    assert_ok(float_forward(e, &b->batch, err), err);
    memcpy(logits, float_value(e, graph_output(g, 0)->node), count * sizeof(float));
    float_engine_destroy(e);
    mpcf_error_destroy(err);
    return logits;
}
