/* SPDX-License-Identifier: Apache-2.0 */
/* Runs an approximation at points, in floats and as the secure run's integers. */
#include "bench/eval_approx.h"

#include "base/memory.h"
#include "bench/eval_graph.h"
#include "float_engine/float_engine.h"
#include "graph/slot_name.h"
#include "lower/lower.h"
#include "network/filled_slot.h"
#include "pass/calibrate.h"
#include "pass/pass.h"
#include "secure/reference.h"

/* --- In floats --- */

static mpcf_status run_floats(const struct eval_graph *g, mpcf_slot slot,
                              const struct number_rows *rows, float *y, mpcf_error *err)
{
    struct float_engine *e = NULL;
    mpcf_status status = float_engine_create(g->graph, g->parameters, FLOAT_EVALUATE,
                                             g->batch.batch, g->batch.tokens, 0, &e, err);

    if (status == MPCF_OK) {
        status = float_forward(e, &g->batch, err);
    }
    for (size_t i = 0, at = 0; status == MPCF_OK && i < rows->row_count; i++) {
        const float *all = float_value(e, g->result);

        for (size_t k = 0; at < rows->ends[i]; k++, at++) {
            y[at] = all[eval_graph_place(g, slot, rows, i, k)];
        }
    }
    float_engine_destroy(e);
    return status;
}

/* --- As integers --- */

struct secure {
    mpcf_graph *graph;
    struct ranges *ranges;
    struct program *program;
    struct weights *weights;
    double *output;
};

static void secure_clear(struct secure *s)
{
    weights_destroy(s->weights);
    program_destroy(s->program);
    ranges_destroy(s->ranges);
    graph_destroy(s->graph);
    mpcf_free(s->output);
}

static mpcf_status secure_run(struct secure *s, const struct eval_graph *g, mpcf_error *err)
{
    const size_t batch = g->batch.batch, tokens = g->batch.tokens;
    const struct secure_input input = {
        .input_ids = g->ids, .token_type_ids = g->types, .attention_mask = g->mask};
    struct lower_options options;

    lower_options_default(&options);
    options.reveal_fraction = options.value_fraction; /* all bits that a network goes on with */
    MPCF_TRY(pass_all(g->graph, &s->graph, err));
    MPCF_TRY(calibrate_on_batch(s->graph, g->parameters, &g->batch, &s->ranges, err));
    MPCF_TRY(lower_graph(s->graph, s->ranges, &options, batch, tokens, false, &s->program, err));
    MPCF_TRY(weights_create(s->program, g->parameters, &s->weights, err));
    s->output = mpcf_alloc_array(g->count, sizeof *s->output);
    if (s->output == NULL) {
        return mpcf_fail_memory(err, g->count * sizeof *s->output, "values");
    }
    return reference_run(s->program, s->weights, &input, s->output, NULL, NULL, NULL, err);
}

static bool ends_all(mpcf_status status)
{
    return status == MPCF_E_NOMEM || status == MPCF_E_INTERRUPTED;
}

/* What a secure run refuses has values in floats all the same. */
static mpcf_status refuse(struct eval_approx_result *result, mpcf_error *err)
{
    result->refused = mpcf_format("%s", mpcf_error_text(err));
    mpcf_free(result->reference);
    result->reference = NULL;
    mpcf_error_reset(err);
    return result->refused != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a reason");
}

static mpcf_status run_reference(const struct eval_graph *g, mpcf_slot slot,
                                 const struct number_rows *rows, struct eval_approx_result *result,
                                 mpcf_error *err)
{
    struct secure s = {0};
    const mpcf_status status = secure_run(&s, g, err);

    for (size_t i = 0, at = 0; status == MPCF_OK && i < rows->row_count; i++) {
        for (size_t k = 0; at < rows->ends[i]; k++, at++) {
            result->reference[at] = s.output[eval_graph_place(g, slot, rows, i, k)];
        }
    }
    secure_clear(&s);
    return status == MPCF_OK || ends_all(status) ? status : refuse(result, err);
}

/* --- Beside each other --- */

static mpcf_status run_exact(const struct eval_approx_request *r, float *y, mpcf_error *err)
{
    const char *const names[] = {NULL, "gelu", "softmax", "tanh", NULL};
    const mpcf_slot slot = r->approx->slot;
    const char *name = r->exact != NULL ? r->exact : names[slot];
    const void *found = NULL;
    struct filled_slot f = {0};
    struct eval_graph g = {0};
    mpcf_status status = MPCF_OK;

    if (name != NULL) {
        const mpcf_approx *approx;

        MPCF_TRY(plugins_find(r->plugins, COMPONENT_APPROX, name, &found, err));
        approx = found;
        if (approx->slot != slot) {
            return mpcf_fail(err, MPCF_E_CONFIG,
                             "approximation '%s' is for the slot '%s', not '%s'", name,
                             slot_name(approx->slot), slot_name(slot));
        }
        status = filled_slot_open(&f, approx, NULL, err);
    }
    if (status == MPCF_OK) {
        status =
            eval_graph_open(&g, slot, r->layer, name == NULL ? NULL : &f.filling, r->rows, err);
    }
    if (status == MPCF_OK) {
        status = run_floats(&g, slot, r->rows, y, err);
    }
    eval_graph_clear(&g);
    filled_slot_clear(&f);
    return status;
}

static mpcf_status run_own(const struct eval_approx_request *r, struct eval_approx_result *result,
                           mpcf_error *err)
{
    const mpcf_slot slot = r->approx->slot;
    struct filled_slot f = {0};
    struct eval_graph g = {0};
    mpcf_status status = filled_slot_open(&f, r->approx, r->options, err);

    if (status == MPCF_OK) {
        status = eval_graph_open(&g, slot, r->layer, &f.filling, r->rows, err);
    }
    if (status == MPCF_OK) {
        status = run_floats(&g, slot, r->rows, result->value, err);
    }
    if (status == MPCF_OK) {
        status = run_reference(&g, slot, r->rows, result, err);
    }
    eval_graph_clear(&g);
    filled_slot_clear(&f);
    return status;
}

mpcf_status eval_approx(const struct eval_approx_request *r, struct eval_approx_result *result,
                        mpcf_error *err)
{
    const size_t count = r->rows->value_count;

    *result = (struct eval_approx_result){
        .value = mpcf_alloc_array(count, sizeof(float)),
        .exact = mpcf_alloc_array(count, sizeof(float)),
        .reference = mpcf_alloc_array(count, sizeof(double)),
    };
    if (result->value == NULL || result->exact == NULL || result->reference == NULL) {
        return mpcf_fail_memory(err, count * sizeof(double), "values");
    }
    MPCF_TRY(run_own(r, result, err));
    return run_exact(r, result->exact, err);
}

void eval_approx_clear(struct eval_approx_result *result)
{
    mpcf_free(result->value);
    mpcf_free(result->exact);
    mpcf_free(result->reference);
    mpcf_free(result->refused);
    *result = (struct eval_approx_result){0};
}
