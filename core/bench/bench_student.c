/* SPDX-License-Identifier: Apache-2.0 */
/* A network to measure secure inference on, as a student that was trained leaves it. */
#include "bench/bench_student.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "bench/bench_ranges.h"
#include "bench/trained_weights.h"
#include "network/loaded_network.h"
#include "pipeline/output.h"
#include "stages/context.h"
#include "stages/gauge_student.h"
#include "stages/measured.h"
#include "stages/public_folder.h"

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

mpcf_status bench_student_write(const struct bench_secure_request *request,
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
