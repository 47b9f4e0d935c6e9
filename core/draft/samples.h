/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Some rows of a table, drawn evenly while it is read once, as a dataset of their own.
 */
#ifndef MPCF_DRAFT_SAMPLES_H
#define MPCF_DRAFT_SAMPLES_H

#include <mpcf/dataset.h>

#include "draft/sketch.h"

enum { SAMPLES_MAX = 2000 };

struct samples;

struct samples *samples_create(void); /* NULL: memory */
void samples_destroy(struct samples *samples);
/* The next row; LABEL and TEXT_B may be NULL. false: memory. */
bool samples_offer(struct samples *samples, const char *text_a, const char *text_b,
                   const char *label);

/* What samples_dataset's config is. */
struct samples_config {
    const struct samples *samples;
    const mpcf_task *task; /* and its labels */
};
extern const mpcf_dataset samples_dataset;

#endif
