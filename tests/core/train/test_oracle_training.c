/* SPDX-License-Identifier: Apache-2.0 */
/* Training steps against PyTorch's: losses, gradient norms, terms, and the weights afterwards. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "format/json.h"
#include "format/safetensors.h"
#include "support/network.h"
#include "support/support.h"
#include "train/schedule.h"
#include "train/trainer.h"

enum { ROWS_MAX = 64, ELEMENTS_MAX = 8192 };

struct batch {
    struct float_batch inputs;
    int32_t ids[ELEMENTS_MAX], mask[ELEMENTS_MAX], types[ELEMENTS_MAX];
    double labels[ROWS_MAX];
};

static struct safetensors *batches;
static json_t *expected;
static struct plugins *plugins;
static mpcf_error *err;

static const struct tensor *step_tensor(size_t step, const char *name)
{
    char *full = mpcf_format("step.%zu.%s", step, name);
    const struct tensor *t = safetensors_find(batches, full);

    mpcf_free(full);
    assert_non_null(t);
    return t;
}

static void read_integers(size_t step, const char *name, int32_t *out)
{
    const struct tensor *t = step_tensor(step, name);
    int64_t wide[ELEMENTS_MAX];

    assert_true(t->count <= ELEMENTS_MAX);
    assert_ok(tensor_integers(t, wide, err), err);
    for (size_t i = 0; i < t->count; i++) {
        out[i] = (int32_t) wide[i];
    }
}

static void read_batch(size_t step, struct batch *b)
{
    const struct tensor *t = step_tensor(step, "input_ids");
    int32_t labels[ELEMENTS_MAX];

    memset(&b->inputs, 0, sizeof b->inputs);
    b->inputs.batch = (size_t) t->dim[0];
    b->inputs.tokens = (size_t) t->dim[1];
    assert_true(b->inputs.batch <= ROWS_MAX);
    read_integers(step, "input_ids", b->ids);
    read_integers(step, "attention_mask", b->mask);
    read_integers(step, "token_type_ids", b->types);
    read_integers(step, "labels", labels);
    for (size_t i = 0; i < b->inputs.batch; i++) {
        b->labels[i] = labels[i];
    }
    b->inputs.input_ids = b->ids;
    b->inputs.attention_mask = b->mask;
    b->inputs.token_type_ids = b->types;
}

static enum loss_kind loss_of(const char *run)
{
    if (strcmp(run, "finetune") == 0) {
        return LOSS_LABELS;
    }
    if (strstr(run, "layers") != NULL) {
        return LOSS_LAYERS;
    }
    return strstr(run, "soft") != NULL ? LOSS_PREDICTION_SOFT : LOSS_PREDICTION_MSE;
}

static void near(const char *run, const char *what, size_t step, double want, double got,
                 double relative)
{
    if (!(fabs(got - want) <= relative * fabs(want) + 1e-7)) {
        fail_msg("%s, step %zu: %s is %.9g, PyTorch has %.9g", run, step, what, got, want);
    }
}

static void check_step(const char *run, const json_t *want, size_t step,
                       const struct trainer_result *got)
{
    const json_t *parts = json_array_get(json_object_get(want, "parts"), step);

    near(run, "the loss", step,
         json_number_value(json_array_get(json_object_get(want, "losses"), step)), got->loss, 1e-4);
    near(run, "the gradient's norm", step,
         json_number_value(json_array_get(json_object_get(want, "gradient_norms"), step)),
         got->gradient_norm, 1e-3);
    assert_int_equal(got->term_count, json_object_size(parts));
    for (size_t i = 0; i < got->term_count; i++) {
        const json_t *part = json_object_get(parts, got->term_names[i]);

        assert_non_null(part);
        near(run, got->term_names[i], step, json_number_value(part), got->terms[i], 1e-4);
    }
}

/* Softmax does not change when all scores of a row move alike, so the gradient of a key's bias is
 * zero but for rounding, which Adam enlarges to steps of up to the learning rate: there is no
 * right value, only a bound. */
static bool is_noise(const char *normaliser, const char *name)
{
    return strcmp(normaliser, "softmax") == 0 && strstr(name, "attention.self.key.bias") != NULL;
}

/* Adam divides a gradient by its own size: of elements whose gradient is little more than rounding,
 * the step is as uncertain as the gradient. At most FEW may be off by more than ALLOWED. */
static void check_tensor(const char *run, const char *name, const float *want, const float *got,
                         size_t count, double allowed, size_t few)
{
    size_t off = 0;

    for (size_t i = 0; i < count; i++) {
        off += !(fabs((double) want[i] - (double) got[i]) <= allowed);
    }
    if (off > few) {
        fail_msg("%s: %s: %zu of %zu elements off by more than %g", run, name, off, count, allowed);
    }
}

static void check_weights(const char *run, const char *normaliser, double rates,
                          const struct test_network *n)
{
    char name[256];
    struct safetensors *after = NULL;

    (void) snprintf(name, sizeof name, "oracle/training/%s.after.safetensors", run);
    assert_ok(safetensors_open(shared_path(name), &after, err), err);
    for (size_t i = 0; i < safetensors_count(after); i++) {
        const struct tensor *t = safetensors_tensor(after, i);
        struct parameter *p = test_network_parameter(n, t->name);
        float *want = mpcf_alloc_array(t->count, sizeof *want);
        double largest = 0;

        if (p == NULL) {
            fail_msg("%s: the network has no parameter '%s'", run, t->name);
        }
        assert_int_equal(p->count, t->count);
        assert_ok(tensor_floats(t, want, err), err);
        for (size_t j = 0; j < t->count; j++) {
            largest = fmax(largest, fabs((double) want[j]));
        }
        check_tensor(run, t->name, want, p->value, t->count, 1e-4 * largest + 1e-9,
                     is_noise(normaliser, t->name) ? t->count : t->count / 4000 + 1);
        assert_close_floats(t->name, want, p->value, t->count, rates, 0);
        mpcf_free(want);
    }
    safetensors_close(after);
}

static void functions_of(const json_t *run, char *activation, char *normaliser, size_t size)
{
    const char *name = json_string_value(json_object_get(run, "normaliser"));

    (void) snprintf(activation, size, "%s", json_string_value(json_object_get(run, "activation")));
    /* The reference uses another constant than our default. */
    (void) snprintf(normaliser, size, "%s%s", name, strcmp(name, "2relu") == 0 ? " {e: 1e-6}" : "");
}

/* Returns the sum of the learning rates. */
static double train(const char *run, const json_t *want, struct trainer *trainer)
{
    const json_t *settings = json_object_get(expected, "settings");
    double rate = json_number_value(json_object_get(settings, "learning_rate"));
    uint64_t steps = (uint64_t) json_integer_value(json_object_get(settings, "steps"));
    static struct batch batch;
    static struct trainer_result result;
    double rates = 0;

    for (size_t step = 0; step < steps; step++) {
        double factor = schedule_factor(SCHEDULE_LINEAR, step, steps, 3);

        read_batch(step, &batch);
        assert_ok(trainer_step(trainer, &batch.inputs, batch.labels, rate * factor, &result, err),
                  err);
        check_step(run, want, step, &result);
        rates += rate * factor;
    }
    adamw_settle(trainer_adamw(trainer));
    return rates;
}

static void check_run(const char *run, const json_t *want, bool fuse)
{
    struct test_network student, teacher;
    struct trainer *trainer = NULL;
    char activation[64], normaliser[64];
    double rates = 0;

    functions_of(want, activation, normaliser, sizeof activation);
    test_network_open(&student, plugins, shared_path("oracle/training/start"), activation,
                      normaliser, true, fuse);
    test_network_open(&teacher, plugins, shared_path("oracle/training/teacher"), NULL, NULL, false,
                      fuse);
    struct trainer_setup setup = {.graph = student.network->graph,
                                  .parameters = student.parameters,
                                  .teacher = teacher.network->graph,
                                  .teacher_parameters = teacher.parameters,
                                  .loss = loss_of(run),
                                  .match = {.embedding = true, .hidden = true, .scores = true},
                                  .classes = (size_t) student.network->facts.classes,
                                  .batch = ROWS_MAX,
                                  .tokens = 128,
                                  .elements = ELEMENTS_MAX};

    adamw_options_default(&setup.adamw);
    assert_ok(trainer_create(&setup, &trainer, err), err);
    rates = train(run, want, trainer);
    check_weights(run, normaliser, rates, &student);
    trainer_destroy(trainer);
    test_network_close(&student);
    test_network_close(&teacher);
}

static void every_run_follows_pytorch(void **state)
{
    const char *run = NULL;
    json_t *want = NULL;

    (void) state;
    json_object_foreach(expected, run, want)
    {
        if (strcmp(run, "settings") != 0) {
            check_run(run, want, false);
            check_run(run, want, true);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_run_follows_pytorch)};

    require_shared("oracle/training/losses.json");
    err = mpcf_error_create();
    if (json_read_file(shared_path("oracle/training/losses.json"), &expected, err) != MPCF_OK ||
        safetensors_open(shared_path("oracle/training/batches.safetensors"), &batches, err) !=
            MPCF_OK) {
        (void) fprintf(stderr, "%s\n", mpcf_error_text(err));
        return 1;
    }
    plugins = test_plugins();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
