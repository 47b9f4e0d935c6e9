/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings of a pipeline as a tree, for reports.
 */
#ifndef MPCF_PIPELINE_SETTINGS_JSON_H
#define MPCF_PIPELINE_SETTINGS_JSON_H

#include <jansson.h>

#include "pipeline/pipeline.h"

/* The file as it was understood, defaults filled in: seed, model, dataset, approximations, transport (its
 * name alone: options and keys of a link are of its roles), stages. NULL: memory. */
json_t *pipeline_settings_json(const struct pipeline *p);

#endif
