/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which values are input-independent, and in which round each step runs.
 */
#include "schedule/settle.h"

#include "protocol/step_operations.h"

static void set_round(struct program *p, struct step *s)
{
    s->round = 0;
    for (size_t i = 0; i < s->in_count; i++) {
        uint32_t ready = p->values[s->in[i]].round;
        s->round = ready > s->round ? ready : s->round;
    }
    uint32_t end = s->round + step_rounds(p, s);
    p->values[s->out].round = end;
    p->round_count = end > p->round_count ? end : p->round_count;
}

void schedule_settle(struct program *p, const struct openings *o)
{
    p->round_count = 0;
    for (size_t i = 0; i < p->step_count; i++) {
        struct step *s = &p->steps[i];
        p->values[s->out].is_input_independent = step_is_independent(p, s);
        set_round(p, s);
    }
    openings_share(p, o);
}
