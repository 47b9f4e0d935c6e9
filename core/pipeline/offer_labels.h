/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of the checkpoint's classes, for readers of datasets that ask for them.
 */
#ifndef MPCF_PIPELINE_OFFER_LABELS_H
#define MPCF_PIPELINE_OFFER_LABELS_H

#include "pipeline/reader.h"

/* Into CONFIG, the dataset's, where its known_labels_offset says. Nothing where config.json is not there, or has
 * no names of two classes or more. */
mpcf_status offer_labels(struct pipeline_reader *r, void *config);

#endif
