/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which family a config.json is of, where the pipeline file names none.
 */
#ifndef MPCF_PIPELINE_MODEL_FAMILY_H
#define MPCF_PIPELINE_MODEL_FAMILY_H

#include <jansson.h>

#include "plugin/plugins.h"

/*
 * *FAMILY: a model among PLUGINS, that the pipeline file has loaded, of the name that CONFIG's
 * model_type is or with one of its architectures; else a family that comes along. Only these are
 * looked at: what a checkpoint says names no file that is loaded. Lives as long as PLUGINS. None:
 * MPCF_E_CONFIG, with the nearest names, and what the network would need.
 */
mpcf_status model_family_of(const json_t *config, const char *path, const struct plugins *plugins,
                            const char **family, mpcf_error *err);

#endif
