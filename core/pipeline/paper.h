/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the paper trains a task with: Li et al., "MPCFormer" (ICLR 2023), appendix A.4.
 */
#ifndef MPCF_PIPELINE_PAPER_H
#define MPCF_PIPELINE_PAPER_H

#include <stdint.h>

/* Epochs of the layer distillation, and the batch, for a task's name. */
int64_t pipeline_paper_epochs(const char *task);
int64_t pipeline_paper_batch(const char *task);

#endif
