/* SPDX-License-Identifier: Apache-2.0 */
/* Paths in a run's output folder. */
#include "pipeline/output.h"

#include "base/folder.h"
#include "base/memory.h"

char *output_path(const struct pipeline *p, const char *name)
{
    return file_join(p->output, name);
}

char *output_teacher(const struct pipeline *p)
{
    return p->has_stage[STAGE_FINETUNE] ? output_path(p, "teacher") : mpcf_strdup(p->model_path);
}
