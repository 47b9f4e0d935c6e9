/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints that once gave wrong answers without a word, or none: each role a process of its own, and all of them
 * on one machine, whose report holds the answers against floats.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/safetensors.h"
#include "format/safetensors_write.h"
#include "report/report.h"
#include "support/apart.h"
#include "support/datasets.h"
#include "support/program.h"
#include "support/run_folder.h"
#include "support/support.h"

enum { TENSORS = 64, TEXTS = 8 };
#define CLOSE 0.02

struct model {
    struct tensor_out tensors[TENSORS];
    size_t count;
};

/* --- What is done to the weights --- */

static float *tensor_of(struct model *m, const char *end, size_t *count)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct tensor_out *t = &m->tensors[i];

        if (text_ends_with(t->name, end)) {
            *count = 1;
            for (size_t k = 0; k < t->rank; k++) {
                *count *= t->dim[k];
            }
            return (float *) (uintptr_t) t->data;
        }
    }
    fail_msg("the example's network has no '%s'", end);
    return NULL;
}

static void scale(struct model *m, const char *end, double factor)
{
    size_t count = 0;
    float *x = tensor_of(m, end, &count);

    for (size_t i = 0; i < count; i++) {
        x[i] *= (float) factor;
    }
}

static void value_small(struct model *m)
{
    char name[96];

    for (int layer = 0; layer < 2; layer++) {
        (void) snprintf(name, sizeof name, "layer.%d.attention.self.value.weight", layer);
        scale(m, name, 1e-5);
        (void) snprintf(name, sizeof name, "layer.%d.attention.self.value.bias", layer);
        scale(m, name, 1e-5);
        (void) snprintf(name, sizeof name, "layer.%d.attention.output.dense.weight", layer);
        scale(m, name, 1e5);
    }
}

static size_t hidden_of(const struct model *m)
{
    size_t hidden = 0;

    (void) tensor_of((struct model *) (uintptr_t) m, "embeddings.LayerNorm.weight", &hidden);
    return hidden;
}

/* Every other word is 10^4 times as large. */
static void words_apart(struct model *m)
{
    const size_t hidden = hidden_of(m);
    size_t count = 0;
    float *x = tensor_of(m, "word_embeddings.weight", &count);

    scale(m, "position_embeddings.weight", 0.01);
    scale(m, "token_type_embeddings.weight", 0.01);
    for (size_t i = 0; i < count; i++) {
        x[i] *= i / hidden % 2 == 0 ? 0.01F : 100;
    }
}

/* The word's row in the vocabulary. */
static size_t row_of(const char *folder, const char *word)
{
    char *vocabulary = test_read(folder, "example/model/vocab.txt");
    size_t row = 0;

    for (const char *line = vocabulary; line != NULL && *line != '\0'; row++) {
        if (strncmp(line, word, strlen(word)) == 0 && line[strlen(word)] == '\n') {
            mpcf_free(vocabulary);
            return row;
        }
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    fail_msg("the example's vocabulary has no '%s'", word);
    return 0;
}

static size_t loud_row;

static void a_word_loud(struct model *m)
{
    const size_t hidden = hidden_of(m);
    size_t count = 0;
    float *x = tensor_of(m, "word_embeddings.weight", &count);

    assert_true((loud_row + 1) * hidden <= count);
    for (size_t i = 0; i < hidden; i++) {
        x[loud_row * hidden + i] *= 200;
    }
}

/* --- The run's folder --- */

static void change_weights(const char *folder, void (*change)(struct model *m))
{
    char *path = file_join(folder, "example/model/model.safetensors");
    struct safetensors *file = NULL;
    struct model m = {0};
    mpcf_error *err = mpcf_error_create();

    assert_ok(safetensors_open(path, &file, err), err);
    m.count = safetensors_count(file);
    assert_true(m.count <= TENSORS);
    for (size_t i = 0; i < m.count; i++) {
        const struct tensor *t = safetensors_tensor(file, i);
        float *copy = malloc(t->count * sizeof *copy);

        assert_true(t->type == TENSOR_F32);
        memcpy(copy, t->data, t->count * sizeof *copy);
        m.tensors[i] = (struct tensor_out){.name = strdup(t->name), .rank = t->rank, .data = copy};
        memcpy(m.tensors[i].dim, t->dim, sizeof t->dim);
    }
    safetensors_close(file);
    change(&m);
    assert_ok(safetensors_write(path, m.tensors, m.count, err), err);
    for (size_t i = 0; i < m.count; i++) {
        free((void *) (uintptr_t) m.tensors[i].name);
        free((void *) (uintptr_t) m.tensors[i].data);
    }
    mpcf_error_destroy(err);
    mpcf_free(path);
}

/* Of the training rows no "camera", of the judged ones one in each. */
static void change_texts(const char *folder)
{
    char *rows = test_read(folder, "example/data/train.tsv");
    struct text_buffer judged = {0};

    for (char *at; (at = strstr(rows, "camera")) != NULL;) {
        memcpy(at, "voice ", 6);
    }
    test_write(folder, "example/data/train.tsv", rows);
    text_append(&judged, "sentence\tlabel\n");
    for (int i = 0; i < TEXTS; i++) {
        text_printf(&judged, "%s camera %s\t%d\n", i % 2 == 0 ? "the" : "a",
                    i % 3 == 0   ? "was great and very warm"
                    : i % 3 == 1 ? "story of the old city"
                                 : "",
                    i % 2);
    }
    test_write(folder, "example/data/dev.tsv", text_string(&judged));
    text_clear(&judged);
    mpcf_free(rows);
}

static const char *make_run(void (*change)(struct model *m), bool has_word)
{
    static int number;
    static char folder[4300];
    char text[1200];

    (void) snprintf(folder, sizeof folder, "%s/%d", test_folder(), number++);
    assert_int_equal(file_make_folder(folder, NULL), MPCF_OK);
    assert_program(0, NULL, folder,
                   (const char *const[]){"example", "example", "--rows", "100", NULL});
    if (has_word) {
        loud_row = row_of(folder, "camera");
        change_texts(folder);
    }
    change_weights(folder, change);
    (void) snprintf(text, sizeof text,
                    "version: 1\noutput: run\nmodel: {family: bert, path: example/model}\n"
                    "dataset: {reader: glue, task: SST-2, path: example/data, max_length: 32}\n"
                    "approximations: {activation: gelu, normaliser: softmax}\n"
                    "parties:\n  provider: {listen: \"@mpcf-test-%ld-%d-p\"}\n"
                    "  dealer: {listen: \"@mpcf-test-%ld-%d-d\"}\n"
                    "transport: {name: loopback}\n"
                    "stages: {convert: {}, infer: {examples: %d, length: bucket, buckets: [16]}}\n",
                    (long) getpid(), number, (long) getpid(), number, TEXTS);
    test_write(folder, "pipeline.yaml", text);
    assert_program(0, NULL, folder,
                   (const char *const[]){"pipeline.yaml", "--stage", "convert", "--quiet", NULL});
    return folder;
}

/* --- What comes of it --- */

static json_t *logits_of(const char *folder)
{
    char *path = file_join(folder, "run/infer/user.json");
    json_t *record = json_load_file(path, 0, NULL);
    json_t *logits = json_incref(json_object_get(record, "logits"));

    mpcf_free(path);
    json_decref(record);
    assert_int_equal(json_array_size(logits), TEXTS);
    return logits;
}

static json_t *ask_apart(const char *folder)
{
    pid_t pids[ROLES];

    for (int r = 0; r < ROLES; r++) {
        pids[r] = apart_start(folder, r, NULL, NULL);
    }
    for (int r = 0; r < ROLES; r++) {
        assert_int_equal(test_host_wait(pids[r], 100), 0);
    }
    return logits_of(folder);
}

static void assert_close(const json_t *a, const json_t *b)
{
    for (size_t i = 0; i < TEXTS; i++) {
        for (size_t k = 0; k < 2; k++) {
            const double x = json_number_value(json_array_get(json_array_get(a, i), k));
            const double y = json_number_value(json_array_get(json_array_get(b, i), k));

            assert_true(fabs(x - y) <= CLOSE);
        }
    }
}

static void check(void (*change)(struct model *m), bool has_word)
{
    const char *folder = make_run(change, has_word);
    json_t *apart = ask_apart(folder), *together = NULL, *report = NULL;
    char *output = file_join(folder, "run");

    assert_program(0, NULL, folder,
                   (const char *const[]){"pipeline.yaml", "--stage", "infer", "--quiet", NULL});
    together = logits_of(folder);
    assert_int_equal(report_read(output, &report, NULL), MPCF_OK);
    assert_true(test_report_number(report, "secure.max_logit_error") <= CLOSE);
    assert_true(test_report_number(report, "fixed.max_logit_error") <= CLOSE);
    assert_true(test_report_number(report, "secure.agreement") == 1);
    assert_close(apart, together);
    json_decref(report);
    json_decref(together);
    json_decref(apart);
    mpcf_free(output);
}

static void small_weights_stay(void **state)
{
    (void) state;
    check(value_small, false);
}

static void a_layer_norm_holds_27_octaves(void **state)
{
    (void) state;
    check(words_apart, false);
}

static void a_word_that_no_training_row_has_is_in_range(void **state)
{
    (void) state;
    check(a_word_loud, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_weights_stay), cmocka_unit_test(a_layer_norm_holds_27_octaves),
        cmocka_unit_test(a_word_that_no_training_row_has_is_in_range)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
