/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section dataset.
 */
#ifndef MPCF_PIPELINE_READ_DATASET_H
#define MPCF_PIPELINE_READ_DATASET_H

#include "pipeline/reader.h"

/* Mistakes in the file go to the reader's problems; a status is of memory and the like. */
mpcf_status read_dataset(struct pipeline_reader *r);

#endif
