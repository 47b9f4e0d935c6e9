/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dealer engine: expands both parties' seeds and sends the user what they cannot give.
 */
#include "secure/dealer.h"

#include "base/memory.h"
#include "protocol/step_operations.h"

static mpcf_status deal_step(struct deal_run *d, const struct step *s, struct channel *user,
                             struct step_clock *clock, mpcf_error *err)
{
    struct message out = {.length = d->program->costs[s->index].correction_bits / 8};

    if (out.length == 0) {
        return MPCF_OK;
    }
    uint64_t *words = share_pool_take(d->pool, out.length / 8 + 1);
    if (words == NULL) {
        return mpcf_fail_memory(err, out.length, "a correction");
    }
    out.data = (uint8_t *) words;
    const int64_t start = step_clock_start(clock);
    mpcf_status status = s->operations->deal(d, s, &out, err);
    step_clock_stop(clock, PHASE_BEFORE, s->index, start);
    if (status == MPCF_OK) {
        status = step_wrote(s, out.at, out.length, err);
    }
    if (status == MPCF_OK) {
        status = channel_send(user, out.data, out.length, err);
    }
    share_pool_give(d->pool, words);
    return status;
}

mpcf_status dealer_run(const struct deal_options *o, struct channel *user, mpcf_error *err)
{
    struct deal_run d = {.program = o->program, .pool = o->pool, .masked = o->masked};

    d.products = o->products;
    d.random = (struct randomness){.key = {o->key[0], o->key[1]}, .inference = o->inference};
    d.random.observe = o->observe;
    d.random.observe_context = o->observe_context;
    for (size_t i = 0; i < o->program->step_count; i++) {
        MPCF_TRY(deal_step(&d, &o->program->steps[i], user, o->clock, err));
    }
    return MPCF_OK;
}
