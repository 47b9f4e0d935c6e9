/* SPDX-License-Identifier: Apache-2.0 */
/* What the learning rate is multiplied with at a step. */
#include "train/schedule.h"

double schedule_factor(enum schedule_kind kind, uint64_t step, uint64_t total, uint64_t warmup)
{
    if (step + 1 < warmup) {
        return (double) (step + 1) / (double) warmup;
    }
    if (kind == SCHEDULE_CONSTANT || total <= warmup) {
        return 1;
    }
    return step + 1 >= total ? 0 : (double) (total - 1 - step) / (double) (total - warmup);
}
