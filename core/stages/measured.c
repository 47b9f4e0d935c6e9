/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OUTPUT/stages/measured.safetensors: distill begins with the teacher's weights again, and must go on with
 * the constants that convert measured. They are no secret more than the student's weights beside them.
 */
#include "stages/measured.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "corpus/other_lengths.h"
#include "graph/slot_name.h"
#include "network/measure_rows.h"
#include "pass/measure.h"
#include "pipeline/output.h"
#include "report/report.h"
#include "train/state.h"

static struct state_array *list_measured(struct parameters *p, size_t *count)
{
    struct state_array *arrays = mpcf_alloc_array(p->count, sizeof *arrays);

    *count = 0;
    for (size_t i = 0; arrays != NULL && i < p->count; i++) {
        const struct parameter *item = &p->items[i];

        if (item->is_measured) {
            arrays[(*count)++] = (struct state_array){item->name, item->value, item->count};
        }
    }
    return arrays;
}

static bool restore(const char *path, const char *key, struct parameters *p)
{
    size_t count = 0;
    struct state_array *arrays = list_measured(p, &count);
    json_t *facts = NULL;
    bool is_restored = false;

    if (arrays != NULL && access(path, F_OK) == 0 && state_facts(path, &facts, NULL) == MPCF_OK) {
        const char *found = json_string_value(json_object_get(facts, "key"));

        is_restored = found != NULL && strcmp(found, key) == 0 &&
                      state_load(path, arrays, count, NULL) == MPCF_OK;
        json_decref(facts);
    }
    mpcf_free(arrays);
    return is_restored;
}

static mpcf_status keep(const char *path, const char *key, struct parameters *p, mpcf_error *err)
{
    size_t count = 0;
    struct state_array *arrays = list_measured(p, &count);
    json_t *facts = json_pack("{s:s}", "key", key);
    mpcf_status status = arrays != NULL && facts != NULL
                             ? state_save(path, facts, arrays, count, err)
                             : mpcf_fail_memory(err, p->count, "a list of constants");

    json_decref(facts);
    mpcf_free(arrays);
    return status;
}

/* Names alone: what is the provider's stays in its weights. */
static mpcf_status report(const struct stage_context *c, const struct parameters *p,
                          const struct measured_rows *done, mpcf_error *err)
{
    json_t *names = json_array();

    for (size_t i = 0; names != NULL && i < p->count; i++) {
        if (p->items[i].is_measured) {
            (void) json_array_append_new(names, json_string(p->items[i].name));
        }
    }
    log_line(LOG_INFO, "convert: %zu constants measured on %zu training rows, in %zu passes",
             done->constants, done->rows, done->passes);
    return c->report == NULL
               ? (json_decref(names), MPCF_OK)
               : report_set(c->report, "convert.measured",
                            json_pack("{s:I, s:I, s:o}", "rows", (json_int_t) done->rows, "passes",
                                      (json_int_t) done->passes, "constants", names),
                            err);
}

static mpcf_status measure(struct stage_context *c, struct loaded_network *n, mpcf_error *err)
{
    const struct corpus *corpus = NULL;
    struct corpus *others = NULL;
    struct measured_rows done;
    mpcf_status status;

    MPCF_TRY(stage_training_split(c, (size_t) c->pipeline->calibrate.examples, &corpus, err));
    status =
        other_lengths_create(c->tokenizer, corpus, (size_t) c->pipeline->max_length, &others, err);
    if (status == MPCF_OK) {
        status = network_measure(n, corpus, (size_t) c->pipeline->convert.measure_rows, others,
                                 &done, err);
    }
    corpus_destroy(others);
    return status == MPCF_OK ? report(c, n->parameters, &done, err) : status;
}

mpcf_status stage_measure(struct stage_context *c, struct loaded_network *n, const char *key,
                          mpcf_error *err)
{
    char *path = NULL;
    mpcf_status status = MPCF_OK;

    if (!measure_is_needed(n->parameters)) {
        return MPCF_OK;
    }
    path = output_path(c->pipeline, "stages/measured.safetensors");
    if (path == NULL) {
        return mpcf_fail_memory(err, 0, "a path");
    }
    if (key == NULL || !restore(path, key, n->parameters)) {
        status = measure(c, n, err);
        if (status == MPCF_OK && key != NULL) {
            status = keep(path, key, n->parameters, err);
        }
    }
    mpcf_free(path);
    return status == MPCF_OK ? MPCF_OK
                             : mpcf_fail_while(err, status, "measuring constants of the student");
}

/* --- Where they do not hold --- */

static bool has_constants(const struct slot_filling *f, const struct parameters *p)
{
    char before[64];

    (void) snprintf(before, sizeof before, "approximations.%s.", slot_name(f->slot));
    for (size_t i = 0; i < p->count; i++) {
        if (p->items[i].is_measured && text_starts_with(p->items[i].name, before)) {
            return true;
        }
    }
    return false;
}

mpcf_status stage_explain_measured(const struct stage_context *c, const struct loaded_network *n,
                                   mpcf_status status, mpcf_error *err)
{
    const struct pipeline *p = c->pipeline;
    struct text_buffer names = {0};

    for (size_t i = 0; status == MPCF_E_RANGE && i < p->filling_count; i++) {
        if (has_constants(&p->fillings[i], n->parameters)) {
            text_printf(&names, "%s%s", names.length > 0 ? ", " : "", p->fillings[i].approx->name);
        }
    }
    if (names.length > 0) {
        status = mpcf_fail_while(
            err, status,
            "constants of %s hold for the rows that they were measured on, and other rows grow "
            "from "
            "layer to layer; more rows (stages.convert.measure_rows, now %lld of %lld) or one "
            "constant for all positions (their option r: layer, say) help",
            text_string(&names), (long long) p->convert.measure_rows,
            (long long) p->calibrate.examples);
    }
    text_clear(&names);
    return status;
}
