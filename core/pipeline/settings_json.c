/* SPDX-License-Identifier: Apache-2.0 */
/* A pipeline's settings as a tree in the form of the file. */
#include "pipeline/settings_json.h"

#include <stdio.h>

#include "base/text.h"
#include "format/json.h"
#include "graph/slot_name.h"
#include "lower/named_network.h"
#include "pipeline/print_settings.h"
#include "pipeline/schema.h"
#include "plugin/option_json.h"
#include "plugin/option_set.h"

/* OBJECT with the component's own options; OBJECT is taken. */
static json_t *with_options(json_t *object, enum component_kind kind,
                            const struct component_use *use)
{
    size_t option_size = 0, config_size = 0;
    const mpcf_option *options =
        component_options(kind, use->descriptor, &option_size, &config_size);
    json_t *own = option_config_json(options, option_size, use->config);

    (void) json_object_update(object, own);
    json_decref(own);
    return object;
}

static json_t *model_json(const struct pipeline *p)
{
    json_t *model = json_pack("{s:s, s:s, s:I, s:b, s:s}", "family", p->model.name, "path",
                              p->model_path, "labels", (json_int_t) p->model_labels, "new_head",
                              (int) p->new_head, "lower_case", model_case_names[p->lower_case]);

    return with_options(model, COMPONENT_MODEL, &p->model);
}

/* NULL: memory, or there is none. */
static json_t *dataset_json(const struct pipeline *p)
{
    json_t *dataset = NULL;

    if (p->dataset.descriptor == NULL) {
        return NULL;
    }
    dataset = json_pack("{s:s, s:s, s:I}", "reader", p->dataset.name, "path", p->dataset_path,
                        "max_length", (json_int_t) p->max_length);

    return with_options(dataset, COMPONENT_DATASET, &p->dataset);
}

/* "activation": "quad", or of some layers "activation 0-5": "quad a=0.125", of some heads
 * "normaliser 0-5 heads=0,3": "2quad c=5". */
static json_t *approximations_json(const struct pipeline *p)
{
    json_t *object = json_object();

    for (size_t i = 0; i < p->filling_count; i++) {
        const struct slot_filling *f = &p->fillings[i];
        struct text_buffer value = {0}, key = {0};

        text_printf(&key, "%s", slot_name(f->slot));
        if (f->last_layer != SIZE_MAX) {
            text_printf(&key, " %zu-%zu", f->first_layer, f->last_layer);
        }
        pipeline_print_part(f, &key);
        text_printf(&value, "%s", f->approx->name);
        if (f->approx->options != NULL && f->approx->options->key != NULL) {
            text_append(&value, " ");
            option_config_show(f->approx->options, f->approx->option_size, f->config, &value);
        }
        (void) json_object_set_new(object, text_string(&key),
                                   value.failed || key.failed ? NULL
                                                              : json_string(text_string(&value)));
        text_clear(&value);
        text_clear(&key);
    }
    return object;
}

static void put_section(json_t *stages, const char *name, enum schema_section section,
                        const void *config)
{
    (void) json_object_set_new(
        stages, name,
        option_config_json(schema_section(section)->options, sizeof(mpcf_option), config));
}

static json_t *stages_json(const struct pipeline *p)
{
    json_t *stages = json_object();

    if (p->has_stage[STAGE_FINETUNE]) {
        put_section(stages, "finetune", SCHEMA_FINETUNE, &p->finetune);
    }
    if (p->has_stage[STAGE_CONVERT]) {
        put_section(stages, "convert", SCHEMA_CONVERT, &p->convert);
    }
    if (p->has_stage[STAGE_DISTILL]) {
        put_section(stages, "distill", SCHEMA_DISTILL, &p->distill);
        put_section(json_object_get(stages, "distill"), "layers", SCHEMA_LAYERS,
                    &p->distill.layers);
        put_section(json_object_get(stages, "distill"), "prediction", SCHEMA_PREDICTION,
                    &p->distill.prediction);
    }
    if (p->has_stage[STAGE_CONVERT] || p->has_stage[STAGE_DISTILL]) {
        put_section(stages, "calibrate", SCHEMA_CALIBRATE, &p->calibrate);
    }
    if (p->has_stage[STAGE_INFER]) {
        put_section(stages, "infer", SCHEMA_INFER, &p->infer);
        (void) json_object_set_new(json_object_get(stages, "infer"), "network",
                                   named_network_json(&p->infer.network));
    }
    return stages;
}

json_t *pipeline_settings_json(const struct pipeline *p)
{
    const size_t begun = json_begin();
    json_t *settings =
        json_pack("{s:I, s:o, s:o*, s:o, s:s*, s:o}", "seed", (json_int_t) p->seed, "model",
                  model_json(p), "dataset", dataset_json(p), "approximations",
                  approximations_json(p), "transport", p->transport.name, "stages", stages_json(p));

    return json_end(settings, begun);
}
