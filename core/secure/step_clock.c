/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps a role's seconds by step and phase. */
#include "secure/step_clock.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

mpcf_status step_clock_create(size_t steps, struct step_clock *out, mpcf_error *err)
{
    struct step_clock c = {.steps = steps};
    bool is_whole = true;

    for (size_t i = 0; i < STEP_PHASES; i++) {
        c.now[i] = mpcf_alloc_array(steps + 1, sizeof *c.now[i]);
        c.least[i] = mpcf_alloc_array(steps + 1, sizeof *c.least[i]);
        is_whole = is_whole && c.now[i] != NULL && c.least[i] != NULL;
        for (size_t s = 0; c.least[i] != NULL && s < steps; s++) {
            c.least[i][s] = HUGE_VAL;
        }
    }
    if (!is_whole) {
        step_clock_clear(&c);
        return mpcf_fail_memory(err, 4 * steps * sizeof(double), "times of steps");
    }
    *out = c;
    return MPCF_OK;
}

void step_clock_clear(struct step_clock *c)
{
    for (size_t i = 0; i < STEP_PHASES; i++) {
        mpcf_free(c->now[i]);
        mpcf_free(c->least[i]);
    }
    *c = (struct step_clock){0};
}

int64_t step_clock_start(const struct step_clock *c)
{
    return c == NULL ? 0 : clock_thread_ns();
}

void step_clock_stop(struct step_clock *c, enum step_phase phase, uint32_t step, int64_t start)
{
    if (c != NULL) {
        c->now[phase][step] += 1e-9 * (double) (clock_thread_ns() - start);
    }
}

void step_clock_fold(struct step_clock *c)
{
    for (size_t i = 0; c != NULL && i < STEP_PHASES; i++) {
        for (size_t s = 0; s < c->steps; s++) {
            c->least[i][s] = fmin(c->least[i][s], c->now[i][s]);
            c->now[i][s] = 0;
        }
    }
}
