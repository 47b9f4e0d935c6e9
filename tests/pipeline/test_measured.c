/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measured constants through a whole run: convert measures, the student keeps them, distill leaves them as
 * they are, and the secure run gives what the plaintext reference gives.
 */
#include "support/support.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/folder.h"
#include "base/memory.h"
#include "format/safetensors.h"
#include "format/tensor_convert.h"
#include "report/report.h"
#include "stages/measured.h"
#include "support/run_folder.h"

#define LARGEST_ERROR 0.02
#define POSITION      "{activation: quad, normaliser: bpmax}"
#define LAYER         "{activation: quad, normaliser: {name: bpmax, options: {r: layer}}}"

static struct test_run run_of(const char *approximations)
{
    return (struct test_run){.family = "bert",
                             .task = "SST-2",
                             .transport = "tcp",
                             .infer = "batch: 2",
                             .parties = "",
                             .approximations = approximations,
                             .rows = 7};
}

/* The tensor NAME of FOLDER's student, in VALUES of room ROOM; how many. */
static size_t read_tensor(const char *folder, const char *name, float *values, size_t room)
{
    char *path = file_join(folder, "run/student/model.safetensors");
    struct safetensors *file = NULL;
    const struct tensor *t;
    size_t count = 0;
    mpcf_error *err = mpcf_error_create();

    assert_ok(safetensors_open(path, &file, err), err);
    t = safetensors_find(file, name);
    if (t != NULL) {
        count = t->count;
        assert_true(count <= room);
        assert_ok(tensor_floats(t, values, err), err);
    }
    safetensors_close(file);
    mpcf_free(path);
    mpcf_error_destroy(err);
    return count;
}

static void check_run(const char *folder)
{
    json_t *report = test_run_infer(folder);

    assert_true(test_report_agrees(report, LARGEST_ERROR));
    assert_true(test_report_number(report, "secure.max_error_vs_fixed") <= LARGEST_ERROR);
    assert_true(test_report_number(report, "fixed.max_logit_error") <= LARGEST_ERROR);
    assert_int_equal(json_array_size(report_get(report, "convert.measured.constants")), 2);
    assert_true(test_report_number(report, "convert.measured.passes") == 2);
    json_decref(report);
}

static void constants_by_position_are_the_providers(void **state)
{
    const struct test_run run = run_of(POSITION);
    const char *folder = test_run_create(&run);
    char *digest = test_read(folder, "run/student/public/digest.json");
    float r[4096];

    (void) state;
    assert_int_equal(read_tensor(folder, "approximations.normaliser.0.R", r, 4096), 48 * 4);
    for (size_t i = 0; i < 48 * 4; i++) {
        assert_true(isfinite(r[i]));
    }
    assert_null(strstr(digest, "measured"));
    mpcf_free(digest);
    check_run(folder);
}

/* --- Public ones --- */

static void change_constant(const char *folder, json_t *value)
{
    char *path = file_join(folder, "run/student/public/digest.json");
    json_t *record = json_load_file(path, 0, NULL), *constants;
    mpcf_error *err = mpcf_error_create();

    constants = json_object_get(record, "measured");
    assert_int_equal(json_object_size(constants), 2);
    assert_int_equal(json_object_set_new(constants, "approximations.normaliser.1.R", value), 0);
    assert_int_equal(json_dump_file(record, path, 0), 0);
    json_decref(record);
    mpcf_free(path);
    mpcf_error_destroy(err);
}

static void assert_infer_fails(const char *folder, const char *why)
{
    const char *const words[] = {"pipeline.yaml", "--stage", "infer", NULL};
    char *log;

    assert_int_not_equal(test_host_wait(test_host_start(folder, "log", NULL, words), 100), 0);
    log = test_read(folder, "log");
    if (strstr(log, why) == NULL) {
        fail_msg("not '%s': %s", why, log);
    }
    mpcf_free(log);
}

/* It is in the digest of the graph: nobody runs with another. */
static void a_public_constant_is_agreed_on(void **state)
{
    const struct test_run run = run_of(LAYER);
    const char *folder = test_run_create(&run);
    char *digest = test_read(folder, "run/student/public/digest.json");
    float r[1];
    char number[64];

    (void) state;
    assert_int_equal(read_tensor(folder, "approximations.normaliser.1.R", r, 1), 1);
    (void) snprintf(number, sizeof number, "%.9g", (double) r[0]);
    number[8] = '\0'; /* as far as a float goes */
    assert_non_null(strstr(digest, number));
    mpcf_free(digest);
    check_run(folder);
    change_constant(folder, json_real(1.25));
    assert_infer_fails(folder, "is of another network");
    change_constant(folder, json_string("2"));
    assert_infer_fails(folder, "'measured.approximations.normaliser.1.R' is no number");
}

/* --- Distillation --- */

/* Whether constants were measured on the way is MEASURED. */
static void run_all(const char *folder, const char *more, bool measured)
{
    const char *const words[] = {"pipeline.yaml", "--set", more, NULL};
    const int status = test_host_wait(test_host_start(folder, "log", NULL, words), 200);
    char *log = test_read(folder, "log");

    if (status != 0) {
        fail_msg("ends with %d: %s", status, log);
    }
    assert_int_equal(strstr(log, "2 constants measured") != NULL, measured);
    mpcf_free(log);
}

#define WEIGHT "bert.encoder.layer.0.attention.self.query.weight"

static void distillation_leaves_them_as_they_are(void **state)
{
    struct test_run run = run_of(POSITION);
    const char *folder;
    char *kept;
    float converted[2][4096], distilled[4096], weights[2][4096];
    size_t count;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    run.stages = "  distill: {layers: {epochs: 1, learning_rate: 1e-3}, prediction: {epochs: 1}}\n";
    folder = test_run_create(&run);
    count = read_tensor(folder, "approximations.normaliser.0.R", converted[0], 4096);
    assert_int_equal(read_tensor(folder, "approximations.normaliser.1.R", converted[1], 4096),
                     count);
    assert_int_equal(read_tensor(folder, WEIGHT, weights[0], 4096), 32 * 32);
    run_all(folder, "stages.infer.examples=4", false);
    for (int layer = 0; layer < 2; layer++) {
        char name[64];

        (void) snprintf(name, sizeof name, "approximations.normaliser.%d.R", layer);
        assert_int_equal(read_tensor(folder, name, distilled, 4096), count);
        assert_memory_equal(distilled, converted[layer], count * sizeof(float));
    }
    assert_int_equal(read_tensor(folder, WEIGHT, weights[1], 4096), 32 * 32);
    assert_memory_not_equal(weights[1], weights[0], sizeof weights[0] / 4);

    /* Without what convert kept they are measured again, and are the same. */
    kept = file_join(folder, "run/stages/measured.safetensors");
    assert_true(file_exists(kept));
    assert_ok(file_remove_tree(kept, err), err);
    run_all(folder, "stages.distill.layers.epochs=2", true);
    assert_int_equal(read_tensor(folder, "approximations.normaliser.1.R", distilled, 4096), count);
    assert_memory_equal(distilled, converted[1], count * sizeof(float));
    mpcf_free(kept);
    mpcf_error_destroy(err);
}

/* --- A student as the teacher of another --- */

static bool run_again(const char *folder, const char *output, const char *approximations)
{
    char model[] = "model.path=run/student", *out = mpcf_format("output=%s", output);
    char *slots = mpcf_format("approximations=%s", approximations);
    const char *const words[] = {"pipeline.yaml", "--stage", "convert", "--set", model,
                                 "--set",         out,       "--set",   slots,   NULL};
    const int status = test_host_wait(test_host_start(folder, "log", NULL, words), 200);
    char *log = test_read(folder, "log");
    const bool measured = strstr(log, "2 constants measured") != NULL;

    if (status != 0) {
        fail_msg("ends with %d: %s", status, log);
    }
    mpcf_free(log);
    mpcf_free(slots);
    mpcf_free(out);
    return measured;
}

/* What its weights have is taken, and measured anew where another shape is asked for. */
static void weights_bring_their_constants(void **state)
{
    const struct test_run run = run_of(POSITION);
    const char *folder = test_run_create(&run);

    (void) state;
    assert_false(run_again(folder, "same", POSITION));
    assert_true(run_again(folder, "other", LAYER));
}

/* Whose constants they are, and how many rows there were. */
static void what_outgrows_constants_is_explained(void **state)
{
    const mpcf_approx norm = {.name = "batch_ln"}, other = {.name = "quad"};
    struct slot_filling fillings[] = {{.slot = MPCF_SLOT_ACTIVATION, .approx = &other},
                                      {.slot = MPCF_SLOT_LAYER_NORM, .approx = &norm}};
    struct pipeline p = {.fillings = fillings, .filling_count = 2};
    struct parameter constant = {.name = "approximations.layer_norm.4.attention.R2"};
    struct parameters parameters = {.items = &constant, .count = 1};
    const struct stage_context c = {.pipeline = &p};
    const struct loaded_network n = {.parameters = &parameters};
    mpcf_error *err = mpcf_error_create();

    (void) state;
    p.convert.measure_rows = 256;
    p.calibrate.examples = 1024;
    (void) mpcf_fail(err, MPCF_E_RANGE, "'x' is inf");
    assert_int_equal(stage_explain_measured(&c, &n, MPCF_E_RANGE, err), MPCF_E_RANGE);
    assert_string_equal(mpcf_error_text(err), "'x' is inf"); /* none is measured */
    constant.is_measured = true;
    assert_int_equal(stage_explain_measured(&c, &n, MPCF_OK, err), MPCF_OK);
    assert_int_equal(stage_explain_measured(&c, &n, MPCF_E_RANGE, err), MPCF_E_RANGE);
    assert_message_contains(err, "constants of batch_ln hold for the rows");
    assert_message_contains(err, "now 256 of 1024");
    assert_message_contains(err, ": 'x' is inf");
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_outgrows_constants_is_explained),
        cmocka_unit_test(constants_by_position_are_the_providers),
        cmocka_unit_test(a_public_constant_is_agreed_on),
        cmocka_unit_test(distillation_leaves_them_as_they_are),
        cmocka_unit_test(weights_bring_their_constants),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
