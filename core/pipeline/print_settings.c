/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings as text: for reports, and for "are the inputs of a stage unchanged".
 */
#include "pipeline/print_settings.h"

#include <string.h>

#include "graph/slot_name.h"
#include "lower/named_network.h"
#include "pipeline/schema.h"
#include "plugin/option_set.h"

static void print_component(enum component_kind kind, const struct component_use *use,
                            struct text_buffer *out)
{
    size_t option_size = 0, config_size = 0;
    const mpcf_option *options =
        component_options(kind, use->descriptor, &option_size, &config_size);

    text_printf(out, "%s %s ", component_kind_name(kind), use->name);
    option_config_print(options, option_size, use->config, out);
    text_append(out, "\n");
}

static void print_section(enum schema_section section, const void *config, struct text_buffer *out)
{
    text_printf(out, "%s ", schema_section(section)->path);
    option_config_print(schema_section(section)->options, sizeof(mpcf_option), config, out);
    text_append(out, "\n");
}

/* What the ranges are made with. How many rows are looked at afterwards makes no other student. */
static void print_calibrate(const struct calibrate_settings *s, struct text_buffer *out)
{
    mpcf_option made[3] = {{.key = NULL}};
    const mpcf_option *all = schema_section(SCHEMA_CALIBRATE)->options;

    for (size_t i = 0, count = 0; all[i].key != NULL && count < 2; i++) {
        if (strcmp(all[i].key, "reference") != 0) {
            made[count++] = all[i];
        }
    }
    text_printf(out, "%s ", schema_section(SCHEMA_CALIBRATE)->path);
    option_config_print(made, sizeof(mpcf_option), s, out);
    text_append(out, "\n");
}

void pipeline_print_lowering(const struct pipeline *p, struct text_buffer *out)
{
    const struct infer_settings *s = &p->infer;

    text_printf(out,
                "fractions %lld %lld %lld embedding %d weights %d reveal %d length %d batch %lld",
                (long long) s->value_fraction, (long long) s->weight_fraction,
                (long long) s->logit_fraction, (int) s->embedding, (int) s->weights,
                (int) s->reveal, (int) s->length, (long long) s->batch);
    for (size_t i = 0; i < s->buckets.count; i++) {
        text_printf(out, " %.0f", s->buckets.items[i]);
    }
    if (s->check_ranges != CHECKS_OFF) {
        text_printf(out, " check_ranges %d", (int) s->check_ranges);
    }
    text_append(out, " network ");
    named_network_print(&s->network, out);
    text_append(out, "\n");
}

void pipeline_print_part(const struct slot_filling *f, struct text_buffer *out)
{
    char text[HEAD_SET_TEXT_SIZE];
    const char *before = " where=";

    for (size_t i = 1; i <= NORM_COUNT; i++) {
        if ((f->norms >> i & 1) != 0) {
            text_printf(out, "%s%s", before, norm_name((mpcf_norm) i));
            before = "+";
        }
    }
    if (!head_set_is_empty(&f->heads)) {
        text_printf(out, " heads=%s", head_set_text(&f->heads, text));
    }
}

typedef void print_config(const mpcf_option *options, size_t option_size, const void *config,
                          struct text_buffer *out);

static void print_approximations(const struct pipeline *p, print_config *print,
                                 struct text_buffer *out)
{
    for (size_t i = 0; i < p->filling_count; i++) {
        const struct slot_filling *f = &p->fillings[i];

        text_printf(out, "%s ", slot_name(f->slot));
        if (f->last_layer == SIZE_MAX) {
            text_append(out, "all");
        } else {
            text_printf(out, "%zu-%zu", f->first_layer, f->last_layer);
        }
        pipeline_print_part(f, out);
        text_printf(out, " %s ", f->approx->name);
        print(f->approx->options, f->approx->option_size, f->config, out);
        text_append(out, "\n");
    }
}

void pipeline_print_approximations(const struct pipeline *p, struct text_buffer *out)
{
    print_approximations(p, option_config_print, out);
}

void pipeline_show_approximations(const struct pipeline *p, struct text_buffer *out)
{
    print_approximations(p, option_config_show, out);
}

static void print_common(const struct pipeline *p, enum pipeline_stage stage,
                         struct text_buffer *out)
{
    text_printf(out, "seed %lld max_length %lld\n", (long long) p->seed, (long long) p->max_length);
    print_component(COMPONENT_MODEL, &p->model, out);
    text_printf(out, "labels %zu new_head %s lower_case %d\n", p->model_labels,
                p->new_head ? "true" : "false", (int) p->lower_case);
    print_component(COMPONENT_DATASET, &p->dataset, out);
    if (stage != STAGE_FINETUNE) {
        pipeline_print_approximations(p, out);
    }
}

static void print_distill(const struct pipeline *p, struct text_buffer *out)
{
    print_section(SCHEMA_DISTILL, &p->distill, out);
    print_section(SCHEMA_LAYERS, &p->distill.layers, out);
    print_section(SCHEMA_PREDICTION, &p->distill.prediction, out);
}

void pipeline_print_own(const struct pipeline *p, enum pipeline_stage stage,
                        struct text_buffer *out)
{
    if (stage == STAGE_FINETUNE) {
        print_section(SCHEMA_FINETUNE, &p->finetune, out);
    } else if (stage == STAGE_CONVERT) {
        print_section(SCHEMA_CONVERT, &p->convert, out);
    } else if (stage == STAGE_DISTILL) {
        print_distill(p, out);
    }
}

void pipeline_print_weights(const struct pipeline *p, enum pipeline_stage stage,
                            struct text_buffer *out)
{
    print_common(p, stage, out);
    print_section(SCHEMA_CONVERT, &p->convert, out);
    if (stage == STAGE_DISTILL) {
        print_distill(p, out);
    }
}

void pipeline_print_settings(const struct pipeline *p, enum pipeline_stage stage,
                             struct text_buffer *out)
{
    print_common(p, stage, out);
    switch (stage) {
    case STAGE_FINETUNE:
        print_section(SCHEMA_FINETUNE, &p->finetune, out);
        return;
    case STAGE_CONVERT:
        print_section(SCHEMA_CONVERT, &p->convert, out);
        print_calibrate(&p->calibrate, out);
        return;
    case STAGE_DISTILL:
        print_distill(p, out);
        print_calibrate(&p->calibrate, out);
        return;
    case STAGE_INFER:
        print_section(SCHEMA_INFER, &p->infer, out);
        text_append(out, "network ");
        named_network_print(&p->infer.network, out);
        text_append(out, "\n");
        return;
    case STAGE_COUNT:
        return;
    }
}
