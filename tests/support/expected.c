/* SPDX-License-Identifier: Apache-2.0 */
/* A folder's network in floats against what another implementation wrote beside it. */
#include "support/expected.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/folder.h"
#include "float_engine/float_engine.h"
#include "format/safetensors.h"
#include "support/network.h"
#include "support/support.h"
#include "train/trainer.h"

struct expected {
    struct safetensors *file;
    size_t batch, tokens;
    int32_t *ids, *types, *mask;
    double *labels; /* class numbers, or scores */
    mpcf_error *err;
};

static int32_t *read_integers(const struct expected *x, const char *name, size_t count)
{
    const struct tensor *t = safetensors_find(x->file, name);
    int64_t *wide = calloc(count, sizeof(*wide));
    int32_t *narrow = calloc(count, sizeof(*narrow));

    if (t != NULL) { /* absent: zeros */
        assert_int_equal(t->count, count);
        assert_ok(tensor_integers(t, wide, x->err), x->err);
    }
    for (size_t i = 0; i < count; i++) {
        narrow[i] = (int32_t) wide[i];
    }
    free(wide);
    return narrow;
}

static float *read_floats(const struct expected *x, const struct tensor *t)
{
    float *values = calloc(t->count, sizeof(*values));

    assert_ok(tensor_floats(t, values, x->err), x->err);
    return values;
}

static void read_labels(struct expected *x)
{
    const struct tensor *t = safetensors_find(x->file, "labels");
    float *scores;
    int32_t *classes;

    x->labels = calloc(x->batch, sizeof(*x->labels));
    if (t == NULL || t->type == TENSOR_I64) {
        classes = read_integers(x, "labels", x->batch);
        for (size_t i = 0; i < x->batch; i++) {
            x->labels[i] = classes[i];
        }
        free(classes);
        return;
    }
    assert_int_equal(t->count, x->batch);
    scores = read_floats(x, t);
    for (size_t i = 0; i < x->batch; i++) {
        x->labels[i] = (double) scores[i];
    }
    free(scores);
}

static void expected_open(struct expected *x, const char *path)
{
    const struct tensor *ids;

    x->err = mpcf_error_create();
    assert_ok(safetensors_open(path, &x->file, x->err), x->err);
    ids = safetensors_find(x->file, "input_ids");
    assert_non_null(ids);
    x->batch = (size_t) ids->dim[0];
    x->tokens = (size_t) ids->dim[1];
    x->ids = read_integers(x, "input_ids", ids->count);
    x->types = read_integers(x, "token_type_ids", ids->count);
    x->mask = read_integers(x, "attention_mask", ids->count);
    read_labels(x);
}

static void expected_close(struct expected *x)
{
    safetensors_close(x->file);
    free(x->ids);
    free(x->types);
    free(x->mask);
    free(x->labels);
    mpcf_error_destroy(x->err);
}

static struct float_batch batch_of(const struct expected *x)
{
    return (struct float_batch){x->batch, x->tokens, x->ids, x->types, x->mask, 0};
}

/* Rows of padding tokens are not compared, nor scores of keys that are padding: sets them to 0 on
 * both sides. COUNT elements, of [B, T, ..] or [B, heads, T, T], where RANK says which; others have
 * no such rows. */
static void forget_padding(const struct expected *x, size_t rank, size_t count, float *a, float *b)
{
    const size_t width = rank == 4 ? x->tokens : count / (x->batch * x->tokens);
    const size_t heads = rank == 4 ? count / (x->batch * x->tokens * x->tokens) : 1;

    for (size_t i = 0; rank >= 3 && i < count; i++) {
        const size_t row = i / width;
        const size_t token = row % x->tokens;
        const size_t example = row / x->tokens / heads;

        const bool is_padding = x->mask[example * x->tokens + token] == 0;
        const bool is_column = rank == 4 && x->mask[example * x->tokens + i % width] == 0;

        if (is_padding || is_column) {
            a[i] = 0;
            b[i] = 0;
        }
    }
}

/* The tap LABEL against tensor T: 1e-4 on values of size 1, relative above. */
static void compare_tap(const struct expected *x, const struct test_network *n,
                        struct float_engine *e, const char *label, const struct tensor *t,
                        const char *where)
{
    const mpcf_node *node = graph_find_tap(n->network->graph, label);
    const float *got;
    float *want = read_floats(x, t);
    float *copy = calloc(t->count, sizeof(*copy));
    char what[512];

    (void) snprintf(what, sizeof(what), "%s: %s", where, label);
    assert_non_null(node);
    got = float_value(e, node);
    assert_non_null(got);
    assert_int_equal(shape_resolve(node->shape, x->batch, x->tokens).count, t->count);
    memcpy(copy, got, t->count * sizeof(*copy));
    forget_padding(x, t->rank, t->count, want, copy);
    assert_close_floats(what, want, copy, t->count, 1e-4, 1e-4);
    free(want);
    free(copy);
}

static bool is_tap(const char *name)
{
    static const char *const others[] = {"input_ids", "token_type_ids", "attention_mask", "labels",
                                         "loss"};

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (strcmp(name, others[i]) == 0) {
            return false;
        }
    }
    return true;
}

static void compare_all_taps(const struct expected *x, const struct test_network *n,
                             struct float_engine *e, const char *where)
{
    size_t compared = 0;

    for (size_t i = 0; i < safetensors_count(x->file); i++) {
        const struct tensor *t = safetensors_tensor(x->file, i);

        if (is_tap(t->name)) {
            compare_tap(x, n, e, t->name, t, where);
            compared++;
        }
    }
    assert_true(compared > 0);
}

static void check_values(struct plugins *plugins, const char *folder, const char *file,
                         enum float_mode mode, bool fuse)
{
    struct expected x = {0};
    struct test_network n;
    struct float_engine *e = NULL;
    struct float_batch batch;

    expected_open(&x, file);
    test_network_open(&n, plugins, folder, NULL, NULL, mode == FLOAT_TRAIN, fuse);
    assert_ok(
        float_engine_create(n.network->graph, n.parameters, mode, x.batch, x.tokens, 0, &e, x.err),
        x.err);
    batch = batch_of(&x);
    assert_ok(float_forward(e, &batch, x.err), x.err);
    assert_null(float_not_finite(e));
    compare_all_taps(&x, &n, e, folder);
    float_engine_destroy(e);
    test_network_close(&n);
    expected_close(&x);
}

/* Cross-entropy, or the square error where there is one logit; its gradient into SEED. */
static double loss_of(const struct expected *x, const float *logits, size_t classes, float *seed)
{
    double loss = 0;

    for (size_t b = 0; b < x->batch; b++) {
        const float *row = logits + b * classes;
        double sum = 0;

        if (classes == 1) {
            const double d = (double) row[0] - x->labels[b];

            loss += d * d / (double) x->batch;
            seed[b] += (float) (2 * d / (double) x->batch);
            continue;
        }
        for (size_t c = 0; c < classes; c++) {
            sum += exp((double) row[c]);
        }
        for (size_t c = 0; c < classes; c++) {
            const double p = exp((double) row[c]) / sum;
            const double is_label = (double) c == x->labels[b] ? 1 : 0;

            seed[b * classes + c] += (float) ((p - is_label) / (double) x->batch);
            loss -= is_label * log(p) / (double) x->batch;
        }
    }
    return loss;
}

static void compare_gradients(const struct expected *x, const struct test_network *n,
                              const char *folder)
{
    struct safetensors *file = NULL;
    char path[1200];

    (void) snprintf(path, sizeof(path), "%s/gradients.safetensors", folder);
    assert_ok(safetensors_open(path, &file, x->err), x->err);
    for (size_t i = 0; i < safetensors_count(file); i++) {
        const struct tensor *t = safetensors_tensor(file, i);
        const struct parameter *p = test_network_parameter(n, t->name);
        float *want = read_floats(x, t);
        double largest = 0;

        assert_non_null(p);
        assert_int_equal(p->count, t->count);
        for (size_t k = 0; k < t->count; k++) {
            largest = fmax(largest, fabs((double) want[k]));
        }
        /* key biases have gradient 0 but for rounding: their largest says nothing */
        assert_close_floats(t->name, want, p->gradient, t->count, fmax(1e-3 * largest, 5e-6), 0);
        free(want);
    }
    safetensors_close(file);
}

static void check_gradients(struct plugins *plugins, const char *folder, bool fuse)
{
    struct expected x = {0};
    struct test_network n;
    struct float_engine *e = NULL;
    struct float_batch batch;
    const mpcf_node *logits;
    const struct tensor *loss;
    float *want;
    char path[1200];
    double got;

    (void) snprintf(path, sizeof(path), "%s/expected.safetensors", folder);
    expected_open(&x, path);
    test_network_open(&n, plugins, folder, NULL, NULL, true, fuse);
    assert_ok(float_engine_create(n.network->graph, n.parameters, FLOAT_TRAIN, x.batch, x.tokens, 0,
                                  &e, x.err),
              x.err);
    batch = batch_of(&x);
    assert_ok(float_forward(e, &batch, x.err), x.err);
    logits = graph_find_tap(n.network->graph, "logits");
    got = loss_of(&x, float_value(e, logits), (size_t) logits->shape.dim[1], float_seed(e, logits));
    loss = safetensors_find(x.file, "loss");
    assert_non_null(loss);
    want = read_floats(&x, loss);
    assert_true(fabs(got - (double) want[0]) <= 1e-4 * fmax(1, fabs((double) want[0])));
    assert_ok(float_backward(e, x.err), x.err);
    compare_gradients(&x, &n, folder);
    free(want);
    float_engine_destroy(e);
    test_network_close(&n);
    expected_close(&x);
}

/* NAME is "<activation>+<normaliser>/<tap>". */
static void check_one_approximated(struct plugins *plugins, const struct expected *x,
                                   const struct tensor *t, const char *folder, bool fuse)
{
    struct test_network n;
    struct float_engine *e = NULL;
    struct float_batch batch = batch_of(x);
    char activation[64] = "";
    char normaliser[64] = "";
    char tap[64] = "";

    assert_int_equal(sscanf(t->name, "%63[^+]+%63[^/]/%63s", activation, normaliser, tap), 3);
    if (strcmp(normaliser, "2relu") == 0) { /* the oracle's e */
        (void) snprintf(normaliser, sizeof(normaliser), "2relu {e: 1e-6}");
    }
    test_network_open(&n, plugins, folder, activation, normaliser, false, fuse);
    assert_ok(float_engine_create(n.network->graph, n.parameters, FLOAT_EVALUATE, x->batch,
                                  x->tokens, 0, &e, x->err),
              x->err);
    assert_ok(float_forward(e, &batch, x->err), x->err);
    compare_tap(x, &n, e, tap, t, t->name);
    float_engine_destroy(e);
    test_network_close(&n);
}

static void check_approximated(struct plugins *plugins, const char *folder, bool fuse)
{
    struct expected x = {0};
    struct safetensors *file = NULL;
    char path[1200];

    (void) snprintf(path, sizeof(path), "%s/expected.safetensors", folder);
    expected_open(&x, path);
    (void) snprintf(path, sizeof(path), "%s/approximated.safetensors", folder);
    assert_ok(safetensors_open(path, &file, x.err), x.err);
    for (size_t i = 0; i < safetensors_count(file); i++) {
        check_one_approximated(plugins, &x, safetensors_tensor(file, i), folder, fuse);
    }
    safetensors_close(file);
    expected_close(&x);
}

void expected_values_in(struct plugins *plugins, const char *folder, const char *file)
{
    check_values(plugins, folder, file, FLOAT_EVALUATE, true);
}

void expected_values(struct plugins *plugins, const char *folder)
{
    char file[1200];

    (void) snprintf(file, sizeof(file), "%s/expected.safetensors", folder);
    check_values(plugins, folder, file, FLOAT_EVALUATE, true);
    check_values(plugins, folder, file, FLOAT_TRAIN, true);
    check_values(plugins, folder, file, FLOAT_OBSERVE, false);
}

void expected_gradients(struct plugins *plugins, const char *folder)
{
    check_gradients(plugins, folder, true);
    check_gradients(plugins, folder, false);
}

void expected_approximated(struct plugins *plugins, const char *folder)
{
    check_approximated(plugins, folder, true);
    check_approximated(plugins, folder, false);
}

/* Softmax does not change when all scores of a row move alike: the gradient of a key's bias is 0 but
 * for rounding, which Adam enlarges. */
static bool is_noise(const char *name)
{
    return strstr(name, "key.bias") != NULL || strstr(name, "k_lin.bias") != NULL;
}

/* Adam divides a gradient by its own size: an element whose gradient is little more than rounding may
 * be off. */
static void compare_weights(const struct expected *x, const struct test_network *n,
                            const struct safetensors *file)
{
    for (size_t i = 0; i < safetensors_count(file); i++) {
        const struct tensor *t = safetensors_tensor(file, i);
        const struct parameter *p = test_network_parameter(n, t->name);
        float *want = read_floats(x, t);
        size_t off = 0;

        assert_non_null(p);
        assert_int_equal(p->count, t->count);
        for (size_t k = 0; k < t->count; k++) {
            off += fabs((double) want[k] - (double) p->value[k]) > 2e-5;
        }
        if (off > 1 && !is_noise(t->name)) {
            fail_msg("%s: %zu of %zu elements are others after three steps", t->name, off,
                     t->count);
        }
        free(want);
    }
}

static void take_three_steps(const struct expected *x, const struct test_network *n)
{
    static struct trainer_result result;
    struct trainer *trainer = NULL;
    struct float_batch batch = batch_of(x);
    struct trainer_setup setup = {.graph = n->network->graph,
                                  .parameters = n->parameters,
                                  .loss = LOSS_LABELS,
                                  .classes = (size_t) n->network->facts.classes,
                                  .batch = x->batch,
                                  .tokens = x->tokens,
                                  .elements = x->batch * x->tokens};

    adamw_options_default(&setup.adamw);
    assert_ok(trainer_create(&setup, &trainer, x->err), x->err);
    for (int i = 0; i < 3; i++) {
        assert_ok(trainer_step(trainer, &batch, x->labels, 1e-3, &result, x->err), x->err);
    }
    adamw_settle(trainer_adamw(trainer));
    trainer_destroy(trainer);
}

bool expected_training(struct plugins *plugins, const char *folder)
{
    struct expected x = {0};
    struct test_network n;
    struct safetensors *file = NULL;
    char path[1200];

    (void) snprintf(path, sizeof(path), "%s/stepped.safetensors", folder);
    if (!file_exists(path)) {
        return false;
    }
    x.err = mpcf_error_create();
    assert_ok(safetensors_open(path, &file, x.err), x.err);
    mpcf_error_destroy(x.err);
    (void) snprintf(path, sizeof(path), "%s/expected.safetensors", folder);
    expected_open(&x, path);
    test_network_open(&n, plugins, folder, NULL, NULL, true, true);
    take_three_steps(&x, &n);
    compare_weights(&x, &n, file);
    test_network_close(&n);
    safetensors_close(file);
    expected_close(&x);
    return true;
}

double expected_logits_error(struct plugins *plugins, const char *folder)
{
    struct expected x = {0};
    struct test_network n;
    struct float_engine *e = NULL;
    struct float_batch batch;
    const struct tensor *t;
    const float *got;
    float *want;
    char file[1200];
    double largest = 0;

    (void) snprintf(file, sizeof(file), "%s/expected.safetensors", folder);
    expected_open(&x, file);
    test_network_open(&n, plugins, folder, NULL, NULL, false, true);
    assert_ok(float_engine_create(n.network->graph, n.parameters, FLOAT_EVALUATE, x.batch, x.tokens,
                                  0, &e, x.err),
              x.err);
    batch = batch_of(&x);
    assert_ok(float_forward(e, &batch, x.err), x.err);
    got = float_value(e, graph_find_tap(n.network->graph, "logits"));
    t = safetensors_find(x.file, "logits");
    want = read_floats(&x, t);
    for (size_t i = 0; i < t->count; i++) {
        largest = fmax(largest, fabs((double) got[i] - (double) want[i]));
    }
    free(want);
    float_engine_destroy(e);
    test_network_close(&n);
    expected_close(&x);
    return largest;
}
