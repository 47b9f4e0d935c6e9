/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section stages.
 */
#ifndef MPCF_PIPELINE_READ_STAGES_H
#define MPCF_PIPELINE_READ_STAGES_H

#include "pipeline/reader.h"

/* Mistakes in the file go to the reader's problems; a status is of memory and the like. */
mpcf_status read_stages(struct pipeline_reader *r);

#endif
