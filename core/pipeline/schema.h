/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of a pipeline file as option tables; docs/pipeline-file.md is printed from them.
 */
#ifndef MPCF_PIPELINE_SCHEMA_H
#define MPCF_PIPELINE_SCHEMA_H

#include <mpcf/option.h>

#include "base/text.h"

/* Sections whose scalar keys stand in a table. */
enum schema_section {
    SCHEMA_TOP = 0,
    SCHEMA_MODEL,
    SCHEMA_DATASET,
    SCHEMA_PARTY,
    SCHEMA_FINETUNE,
    SCHEMA_CONVERT,
    SCHEMA_DISTILL,
    SCHEMA_LAYERS,
    SCHEMA_PREDICTION,
    SCHEMA_CALIBRATE,
    SCHEMA_INFER,
    SCHEMA_NETWORK,
    SCHEMA_COUNT
};

struct schema {
    const char *path; /* "stages.distill.layers" */
    const mpcf_option *options;
    size_t config_size;
    const char *const *others; /* keys of the section that are sections or components */
    const char *about;
};
const struct schema *schema_section(enum schema_section section);

/* Structs of sections that settings.h has not. */
struct top_settings {
    int64_t version;
    const char *output;
    int64_t seed;
};
struct model_settings {
    const char *family, *path;
    int64_t labels; /* 0: the task's */
    bool new_head;
    int32_t lower_case; /* enum letter_case */
    int64_t max_length; /* 0: as many as there are positions */
};
struct dataset_settings {
    const char *reader, *path;
    int64_t max_length;
    bool keep_tokens;
};
struct network_settings {
    int64_t delay_ns;
    const char *rate;
};
struct party_settings {
    const char *listen, *address, *keys;
};

/* All tables as Markdown. */
void schema_print(struct text_buffer *out);

#endif
