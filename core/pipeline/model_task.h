/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The task of a file without a dataset: what the network's config.json says of its answers.
 */
#ifndef MPCF_PIPELINE_MODEL_TASK_H
#define MPCF_PIPELINE_MODEL_TASK_H

#include "pipeline/reader.h"

/* What there is of the run goes before model.path: who has the student need not have what it was made
 * from. Fills R's task, which has no names of classes (they are config.json's, label_names.h) and no
 * metrics, and its max_length: model.max_length, or as many tokens as the network has positions for.
 * Behind read_model(). Problems: no config.json, more tokens than positions, several scores. */
mpcf_status model_task_read(struct pipeline_reader *r);

#endif
