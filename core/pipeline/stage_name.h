/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stages of a pipeline, in their order, and their names.
 */
#ifndef MPCF_PIPELINE_STAGE_NAME_H
#define MPCF_PIPELINE_STAGE_NAME_H

#include <stdbool.h>

enum pipeline_stage { STAGE_FINETUNE = 0, STAGE_CONVERT, STAGE_DISTILL, STAGE_INFER, STAGE_COUNT };
const char *pipeline_stage_name(enum pipeline_stage stage); /* "finetune" */
/* false: no such stage. */
bool pipeline_stage_parse(const char *name, enum pipeline_stage *stage);

#endif
