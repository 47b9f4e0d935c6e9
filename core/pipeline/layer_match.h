/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the file's layer distillation matches, as the trainer has it.
 */
#ifndef MPCF_PIPELINE_LAYER_MATCH_H
#define MPCF_PIPELINE_LAYER_MATCH_H

#include "pipeline/settings.h"
#include "train/trainer.h"

struct layer_match layer_match_of(const struct layers_settings *s);

#endif
