/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of the checkpoint's classes, for readers of datasets that ask for them (MPCF_OFFER_LABELS).
 */
#ifndef MPCF_PIPELINE_OFFER_LABELS_H
#define MPCF_PIPELINE_OFFER_LABELS_H

#include "pipeline/reader.h"

/* Into each field of CONFIG, the dataset's, that its options have for them. Nothing is offered where config.json
 * is not there or has no names for two classes or more. */
mpcf_status offer_labels(struct pipeline_reader *r, void *config);

#endif
