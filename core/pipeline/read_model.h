/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section model.
 */
#ifndef MPCF_PIPELINE_READ_MODEL_H
#define MPCF_PIPELINE_READ_MODEL_H

#include "pipeline/reader.h"

/* The config.json that says what the network is: the model's or, of a role that has none, the
 * student's; mpcf_free(). NULL: there is none. */
char *model_config_path(const struct pipeline *p);
/* Mistakes in the file go to the reader's problems; a status is of memory and the like. */
mpcf_status read_model(struct pipeline_reader *r);

#endif
