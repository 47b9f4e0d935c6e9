/* SPDX-License-Identifier: Apache-2.0 */
/* How the stages are called. */
#include "pipeline/stage_name.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static const char *const stage_names[STAGE_COUNT] = {"finetune", "convert", "distill", "infer"};

const char *pipeline_stage_name(enum pipeline_stage stage)
{
    assert((size_t) stage < STAGE_COUNT);
    return stage_names[stage];
}

bool pipeline_stage_parse(const char *name, enum pipeline_stage *stage)
{
    for (size_t i = 0; i < STAGE_COUNT; i++) {
        if (strcmp(name, stage_names[i]) == 0) {
            *stage = (enum pipeline_stage) i;
            return true;
        }
    }
    return false;
}
