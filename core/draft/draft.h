/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pipeline file for a checkpoint and data that nobody has described: each is looked at, and what is
 * chosen is explained beside it.
 */
#ifndef MPCF_DRAFT_DRAFT_H
#define MPCF_DRAFT_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include <mpcf/error.h>

#include "base/text.h"

struct draft_request {
    const char *checkpoint; /* folder */
    const char *data;       /* folder or file */
    const char *file;       /* that the pipeline will be: paths in it start from its folder */
    const char *plugin_folder;
    const char *const *sets; /* "dataset.KEY=VALUE": options of the reader, or dataset.reader */
    size_t set_count;
    bool no_trial; /* the checkpoint is not asked for the order of its classes */
};

/* YAML: the file's text, which pipeline_open() takes. FOUND: what it was made from, lines for a person.
 * MPCF_E_CONFIG: no family takes the checkpoint, or no reader the data, with what each says. */
mpcf_status draft_pipeline(const struct draft_request *request, struct text_buffer *yaml,
                           struct text_buffer *found, mpcf_error *err);

#endif
