/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a pipeline file: reads and checks all of it, loads the plug-ins that it names and parses
 * their options; opens no data, no weights and no socket.
 */
#ifndef MPCF_PIPELINE_OPEN_PIPELINE_H
#define MPCF_PIPELINE_OPEN_PIPELINE_H

#include "pipeline/pipeline.h"

struct pipeline_request {
    const char *file;
    const char *text;        /* of FILE, which is not read then; NULL: it is */
    const char *const *sets; /* "stages.infer.examples=8" */
    size_t set_count;
    const char *plugin_folder; /* --plugin-dir, or NULL */
};
/* Every mistake at once: MPCF_E_CONFIG with a line each, "file:line:column: message". */
mpcf_status pipeline_open(const struct pipeline_request *request, struct pipeline **out,
                          mpcf_error *err);
void pipeline_close(struct pipeline *p); /* NULL is fine */

#endif
