/* SPDX-License-Identifier: Apache-2.0 */
/* How numbers get from [B, T, H, d] to [B, H, T, d] and back. */
#include "ops/heads.h"

#include "base/workers.h"
#include "float/float_kernel.h"

struct job {
    const struct dims *d;
    bool split, add;
    const float *from;
    float *to;
};

/* Examples BEGIN .. END. */
static void copy_part(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    const size_t heads = job->d->dim[1];
    const size_t tokens = job->d->dim[2];
    const size_t width = job->d->dim[3];

    for (size_t b = begin; b < end; b++) {
        for (size_t i = 0; i < heads * tokens; i++) {
            const size_t h = i / tokens;
            const size_t t = i % tokens;
            const size_t apart = (b * heads * tokens + i) * width;
            const size_t woven = ((b * tokens + t) * heads + h) * width;

            float_kernel()->scale(job->from + (job->split ? woven : apart), 1.0F,
                                  job->to + (job->split ? apart : woven), job->add, width);
        }
    }
}

void heads_copy(const struct dims *d, bool split, const float *from, float *to, bool add)
{
    struct job job = {d, split, add, from, to};

    workers_for(d->dim[0], 1 + 16384 * d->dim[0] / d->count, copy_part, &job);
}
