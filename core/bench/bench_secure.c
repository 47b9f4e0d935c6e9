/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secure inference measured as it is run: a student with random weights goes through the stage
 * infer, in three processes, and its records are summed up.
 */
#include "bench/bench_secure.h"

#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "bench/bench_folder.h"
#include "bench/bench_ranges.h"
#include "bench/bench_secure_result.h"
#include "bench/trained_weights.h"
#include "network/loaded_network.h"
#include "pipeline/open_pipeline.h"
#include "pipeline/output.h"
#include "stages/context.h"
#include "stages/gauge_student.h"
#include "stages/measured.h"
#include "stages/public_folder.h"
#include "stages/run_pipeline.h"

/* As a network begins, but for a little of training in gains and biases: exactly equal gains
 * make values that are 0 but for rounding, which no trained network has. Approximations' own values
 * stay as they begin. */
#define SPREAD 0.02

static void fill(struct parameters *parameters, const mpcf_graph *g)
{
    uint64_t random = 1;

    parameters_init(parameters, g, 1);
    for (size_t i = 0; i < parameters->count; i++) {
        struct parameter *p = &parameters->items[i];
        const bool is_gain = parameter_is_gain(p);

        for (size_t k = 0; k < p->count && !text_starts_with(p->name, "approximations."); k++) {
            p->value[k] = (float) ((is_gain ? 1 : 0) + SPREAD * random_normal(&random));
        }
    }
}

static mpcf_status random_network(const struct bench_secure_request *request,
                                  const struct pipeline *p, struct loaded_network *n,
                                  mpcf_error *err)
{
    struct trained_shape shape = {.activation = request->activation, .spread = SPREAD};

    MPCF_TRY(loaded_network_build(p, p->model_path, FUNCTIONS_APPROXIMATED, n, err));
    MPCF_TRY(parameters_create(n->network->graph, false, &n->parameters, err));
    fill(n->parameters, n->network->graph);
    shape.facts = &n->network->facts;
    shape.places = (size_t) n->network->tokenizer.max_tokens;
    return request->ranges == BENCH_RANGES_TRAINED ? trained_weights(n->parameters, &shape, err)
                                                   : MPCF_OK;
}

/* The checkpoint's weights, with the tokenizer of our folder. */
static mpcf_status given_network(const struct pipeline *p, const char *checkpoint,
                                 struct loaded_network *n, mpcf_error *err)
{
    MPCF_TRY(loaded_network_open(p, checkpoint, FUNCTIONS_APPROXIMATED, n, err));
    mpcf_free(n->folder);
    n->folder = mpcf_strdup(p->model_path);
    return n->folder != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a path");
}

static mpcf_status write_student(const struct bench_secure_request *request,
                                 const struct bench_folder *folder, const struct pipeline *p,
                                 mpcf_error *err)
{
    struct stage_context c = {.pipeline = p, .report = json_object()};
    struct loaded_network n = {0};
    char *student = output_path(p, "student");
    mpcf_status status = student == NULL          ? mpcf_fail_memory(err, 0, "a path")
                         : folder->has_checkpoint ? given_network(p, request->model, &n, err)
                                                  : random_network(request, p, &n, err);

    if (status == MPCF_OK) {
        status = stage_measure(&c, &n, NULL, err);
    }
    if (status == MPCF_OK) {
        status = stage_gauge(STAGE_CONVERT, &n, err);
    }
    if (status == MPCF_OK) {
        status = loaded_network_save(p, &n, student, err);
    }
    if (status == MPCF_OK) {
        status = public_folder_write(&c, &n, student, err);
    }
    if (status == MPCF_OK && folder->has_checkpoint) {
        status = bench_ranges_take(request->model, student, err);
    }
    loaded_network_clear(&n);
    stage_context_clear(&c);
    mpcf_free(student);
    return status;
}

/* The file is this bench's own: who reads of it knows the options of the command alone. */
static mpcf_status say_of_options(const struct bench_folder *folder, mpcf_status status,
                                  mpcf_error *err)
{
    const size_t length = strlen(folder->pipeline);
    const char *text = mpcf_error_text(err);
    struct text_buffer said = {0};

    if (status != MPCF_E_CONFIG || strncmp(text, folder->pipeline, length) != 0) {
        return status;
    }
    while (*text != '\0') {
        if (strncmp(text, folder->pipeline, length) == 0) { /* and ":LINE:COLUMN: " */
            text += length;
            text += strspn(text, ":0123456789");
            text_append(&said, "bench secure:");
        }
        text_printf(&said, "%.*s", (int) strcspn(text, "\n"), text);
        text += strcspn(text, "\n");
        if (*text == '\n') {
            text_append(&said, "\n");
            text++;
        }
    }
    mpcf_error_reset(err);
    status = mpcf_fail(err, status, "%s", text_string(&said));
    text_clear(&said);
    return status;
}

/* Which weights and texts it was, and how wide their ranges. */
static mpcf_status add_ranges(const struct bench_secure_request *request,
                              const struct bench_folder *folder, const struct pipeline *p,
                              json_t *result, mpcf_error *err)
{
    const char *weights = folder->has_checkpoint                    ? "the checkpoint's"
                          : request->ranges == BENCH_RANGES_TRAINED ? "trained ranges"
                                                                    : "random";
    char *student = output_path(p, "student");
    json_t *ranges = NULL;
    mpcf_status status = student != NULL ? bench_ranges_of(student, &ranges, err)
                                         : mpcf_fail_memory(err, 0, "a path");

    mpcf_free(student);
    if (status == MPCF_OK &&
        (json_object_set_new(result, "weights", json_string(weights)) != 0 ||
         json_object_set_new(result, "length", json_string(bench_length(request))) != 0 ||
         json_object_set(result, "ranges", ranges) != 0)) {
        status = mpcf_fail_memory(err, 0, "a summary");
    }
    json_decref(ranges);
    return status;
}

/* What the run's records come to. */
static mpcf_status sum_up(const struct bench_secure_request *request,
                          const struct bench_folder *folder, const struct pipeline *p, json_t **out,
                          mpcf_error *err)
{
    json_t *result = NULL;
    mpcf_status status =
        bench_secure_summarise(request, &p->infer.network, p->output, &result, err);

    if (status == MPCF_OK) {
        status = add_ranges(request, folder, p, result, err);
    }
    if (status != MPCF_OK) {
        json_decref(result);
        return status;
    }
    *out = result;
    return MPCF_OK;
}

static mpcf_status run(const struct bench_secure_request *request,
                       const struct bench_folder *folder, json_t **out, mpcf_error *err)
{
    const struct pipeline_request source = {.file = folder->pipeline,
                                            .sets = request->sets,
                                            .set_count = request->set_count,
                                            .plugin_folder = request->plugin_folder};
    const struct run_request infer = {
        .source = &source, .one_stage = true, .stage = STAGE_INFER, .viewer = VIEW_ALL};
    struct pipeline *p = NULL;
    mpcf_status status = pipeline_open(&source, &p, err);

    if (status == MPCF_OK) {
        status = write_student(request, folder, p, err);
    }
    if (status == MPCF_OK) {
        status = pipeline_run(p, &infer, err);
    }
    if (status == MPCF_OK) {
        status = sum_up(request, folder, p, out, err);
    }
    pipeline_close(p);
    return say_of_options(folder, status, err);
}

mpcf_status bench_secure(const struct bench_secure_request *request, json_t **out, mpcf_error *err)
{
    struct bench_folder folder = {0};
    mpcf_status status = bench_folder_create(request, &folder, err);

    if (status == MPCF_OK) {
        status = run(request, &folder, out, err);
        bench_folder_remove(&folder);
    }
    return status;
}
