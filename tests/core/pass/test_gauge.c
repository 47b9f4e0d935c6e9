/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Powers of two between weights: the float network stays to the bit, and what was put out of balance is in balance.
 */
#include "pass/gauge.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "float_engine/float_engine.h"
#include "support/support.h"
#include "support/tiny_bert.h"

enum { BATCH = 5, TOKENS = 12, CLASSES = 3 };

static struct tiny_bert small(const char *activation, const char *normaliser)
{
    return (struct tiny_bert){.layers = 2,
                              .hidden = 32,
                              .heads = 4,
                              .inner = 48,
                              .vocab = 60,
                              .positions = 16,
                              .classes = CLASSES,
                              .activation = activation,
                              .normaliser = normaliser};
}

static bool ends_with(const char *name, const char *end)
{
    const size_t n = strlen(name), m = strlen(end);

    return n >= m && strcmp(name + n - m, end) == 0;
}

/* Every parameter whose name ends so times FACTOR; how many there were. */
static size_t times(const struct tiny_bert *t, const char *end, double factor)
{
    size_t found = 0;

    for (size_t i = 0; i < t->parameters->count; i++) {
        struct parameter *p = &t->parameters->items[i];

        if (ends_with(p->name, end)) {
            for (size_t j = 0; j < p->count; j++) {
                p->value[j] = (float) ((double) p->value[j] * factor);
            }
            found++;
        }
    }
    return found;
}

static double largest_of(const struct tiny_bert *t, const char *end)
{
    double largest = 0;

    for (size_t i = 0; i < t->parameters->count; i++) {
        const struct parameter *p = &t->parameters->items[i];

        for (size_t j = 0; ends_with(p->name, end) && j < p->count; j++) {
            largest = fmax(largest, fabs((double) p->value[j]));
        }
    }
    return largest;
}

/* Logits before and after: equal to the bit. */
static size_t gauge(struct tiny_bert *t)
{
    struct tiny_batch b;
    size_t channels = 0;
    mpcf_error *err = mpcf_error_create();

    tiny_batch_open(&b, t, BATCH, TOKENS, true, 3);
    float *before = tiny_bert_logits(t, t->graph, &b);
    assert_ok(gauge_weights(t->graph, t->parameters, &channels, err), err);
    float *after = tiny_bert_logits(t, t->graph, &b);
    assert_memory_equal(before, after, BATCH * CLASSES * sizeof *before);
    mpcf_free(before);
    mpcf_free(after);
    tiny_batch_close(&b);
    mpcf_error_destroy(err);
    return channels;
}

static void an_ordinary_network_stays(void **state)
{
    struct tiny_bert t = small("gelu", "softmax");

    (void) state;
    tiny_bert_open(&t, 7);
    assert_int_equal(gauge(&t), 0);
    tiny_bert_close(&t);
}

static void value_against_output(void **state)
{
    struct tiny_bert t = small("quad", "2quad");

    (void) state;
    tiny_bert_open(&t, 7);
    const double value = largest_of(&t, ".value.weight");
    assert_int_equal(times(&t, ".value.weight", 1e-5), 2);
    assert_int_equal(times(&t, ".value.bias", 1e-5), 2);
    assert_int_equal(times(&t, ".output.weight", 1e5), 2);
    assert_int_equal(gauge(&t), 2 * 32);
    const double now = largest_of(&t, ".value.weight");
    assert_true(now > value / 4 && now < value * 4);
    assert_int_equal(gauge(&t), 0); /* nothing is left */
    tiny_bert_close(&t);
}

static void query_against_key(void **state)
{
    struct tiny_bert t = small("gelu", "softmax");

    (void) state;
    tiny_bert_open(&t, 7);
    const double query = largest_of(&t, ".query.weight");
    (void) times(&t, ".query.weight", 1e4);
    (void) times(&t, ".query.bias", 1e4);
    (void) times(&t, ".key.weight", 1e-4);
    (void) times(&t, ".key.bias", 1e-4);
    assert_int_equal(gauge(&t), 2 * 32);
    assert_true(largest_of(&t, ".query.weight") < 4 * query);
    tiny_bert_close(&t);
}

static void through_relu_but_not_gelu(void **state)
{
    struct tiny_bert t = small("relu", "softmax");

    (void) state;
    tiny_bert_open(&t, 7);
    (void) times(&t, "inner.weight", 1e-3);
    (void) times(&t, "inner.bias", 1e-3);
    assert_int_equal(gauge(&t), 2 * 48);
    tiny_bert_close(&t);
    t = small("gelu", "softmax");
    tiny_bert_open(&t, 7);
    (void) times(&t, "inner.weight", 1e-3);
    (void) times(&t, "inner.bias", 1e-3);
    assert_int_equal(gauge(&t), 0);
    tiny_bert_close(&t);
}

/* A layer norm's gain that its readers undo is no imbalance: it is rounded folded into them. */
static void gain_counts_with_its_reader(void **state)
{
    struct tiny_bert t = small("gelu", "softmax");

    (void) state;
    tiny_bert_open(&t, 7);
    (void) times(&t, "embedding.norm.gamma", 1e-4);
    (void) times(&t, "embedding.norm.beta", 1e-4);
    (void) times(&t, "layer.0.query.weight", 1e4);
    (void) times(&t, "layer.0.key.weight", 1e4);
    (void) times(&t, "layer.0.value.weight", 1e4);
    assert_int_equal(gauge(&t), 0);
    tiny_bert_close(&t);
}

/* --- Squares, and what reads a value twice --- */

static mpcf_node *dense(mpcf_graph *g, const char *name, mpcf_node *x, int64_t out)
{
    const mpcf_shape shape = mpcf_node_shape(x);

    return mpcf_linear(
        g, x,
        mpcf_parameter(g, name, mpcf_shape_2(out, shape.dim[shape.rank - 1]), MPCF_INIT_NORMAL, 1),
        NULL);
}

/* What DENSE(1), x^2 or more, DENSE(2) is scaled by; 0 without. */
static double scale_of(mpcf_node *(*between)(mpcf_graph *g, mpcf_node *x))
{
    mpcf_graph *g = graph_create();
    struct parameters *p = NULL;
    mpcf_error *err = mpcf_error_create();
    size_t channels = 0;
    mpcf_node *ids =
        mpcf_input(g, "input_ids", mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *x =
        mpcf_embedding(g, mpcf_parameter(g, "table", mpcf_shape_2(9, 4), MPCF_INIT_NORMAL, 1), ids);

    mpcf_output(g, "logits", dense(g, "second", between(g, dense(g, "first", x, 6)), 3));
    assert_ok(graph_check(g, err), err);
    assert_ok(parameters_create(g, false, &p, err), err);
    parameters_init(p, g, 5);
    struct parameter *first = parameters_find(p, "first"), *second = parameters_find(p, "second");
    for (size_t i = 0; i < second->count; i++) {
        second->value[i] *= 0x1p30F;
    }
    const double a = (double) first->value[0], b = (double) second->value[0];
    assert_ok(gauge_weights(g, p, &channels, err), err);
    const double s = (double) first->value[0] / a, r = b / (double) second->value[0];
    assert_int_equal(channels, s == 1 ? 0 : 6);
    assert_true(r == 1 || r == s || r == s * s);
    parameters_destroy(p);
    graph_destroy(g);
    mpcf_error_destroy(err);
    return r == s * s && s != 1 ? -log2(s) : log2(s);
}

static mpcf_node *squared(mpcf_graph *g, mpcf_node *x)
{
    return mpcf_scale(g, mpcf_square(g, x), 0.5);
}

static mpcf_node *parabola(mpcf_graph *g, mpcf_node *x)
{
    return mpcf_poly(g, x, (const double[]){0, 0.25, 0.125}, 2);
}

static mpcf_node *gated(mpcf_graph *g, mpcf_node *x)
{
    return mpcf_mul(g, x, mpcf_relu(g, x));
}

static mpcf_node *rectified(mpcf_graph *g, mpcf_node *x)
{
    return mpcf_tap(g, "up", mpcf_relu(g, mpcf_tap(g, "down", x)));
}

static void squares_by_their_square(void **state)
{
    (void) state;
    const double once = scale_of(rectified), twice = scale_of(squared);
    assert_true(once >= 13 && once <= 17);    /* 2^30 in halves */
    assert_true(twice >= -12 && twice <= -8); /* in thirds; negative: s^2 */
    assert_true(scale_of(parabola) == 0);
    assert_true(scale_of(gated) == 0); /* read twice */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ordinary_network_stays),   cmocka_unit_test(value_against_output),
        cmocka_unit_test(query_against_key),           cmocka_unit_test(through_relu_but_not_gelu),
        cmocka_unit_test(gain_counts_with_its_reader), cmocka_unit_test(squares_by_their_square)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
