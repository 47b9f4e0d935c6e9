/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sections transport and parties.
 */
#ifndef MPCF_PIPELINE_READ_TRANSPORT_H
#define MPCF_PIPELINE_READ_TRANSPORT_H

#include "pipeline/reader.h"

/* Mistakes in the file go to the reader's problems; a status is of memory and the like. */
mpcf_status read_transport(struct pipeline_reader *r);

#endif
