/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The learning rate over a stage: linear warm-up, then linear decay to 0 or constant.
 */
#ifndef MPCF_TRAIN_SCHEDULE_H
#define MPCF_TRAIN_SCHEDULE_H

#include <stdint.h>

enum schedule_kind { SCHEDULE_LINEAR, SCHEDULE_CONSTANT };

/* Factor of the learning rate at STEP (from 0) of TOTAL, the first WARMUP steps rising:
 * (step + 1) / warmup, then (total - 1 - step) / (total - warmup) or 1. */
double schedule_factor(enum schedule_kind kind, uint64_t step, uint64_t total, uint64_t warmup);

#endif
