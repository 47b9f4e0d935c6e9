/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pipeline file that a command line names, with what its options say of it.
 */
#ifndef MPCF_HOST_NAMED_PIPELINE_H
#define MPCF_HOST_NAMED_PIPELINE_H

#include <stdbool.h>

#include "args.h"
#include "pipeline/open_pipeline.h"

struct named_pipeline {
    struct pipeline_request request; /* of SETS, so that a copy of this is none */
    const char *sets[ARGS_LIMIT];
};

/* FILE with the values of --set and the folder of --plugin-dir, all of which stay ARGS's. */
void named_pipeline_take(const struct args *args, const char *file, struct named_pipeline *out);
/* The same of the first operand; false: there is no such file, and COMMAND has said so. */
bool named_pipeline_find(const struct args *args, const char *command, struct named_pipeline *out);

#endif
