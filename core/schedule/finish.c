/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of building a program: checks what its steps ask of their operands, says who makes and
 * reads each value and which of its axes may be padding, settles the schedule, takes the digest.
 */
#include "schedule/finish.h"

#include "program/digest.h"
#include "protocol/opening.h"
#include "protocol/step_table.h"
#include "schedule/rounds.h"
#include "schedule/settle.h"

static mpcf_status check_step(const struct program *p, const struct step *s, mpcf_error *err)
{
    const char *name = step_name(s->kind);

    if (s->out >= p->value_count) {
        return mpcf_fail(err, MPCF_E_INTERNAL, "step %u (%s): result %u is no value",
                         (unsigned) s->index, name, (unsigned) s->out);
    }
    for (size_t i = 0; i < s->in_count; i++) {
        if (s->in[i] >= p->value_count || p->values[s->in[i]].producer >= s->index) {
            return mpcf_fail(err, MPCF_E_INTERNAL,
                             "step %u (%s) of node '%s': operand %zu is not made before it",
                             (unsigned) s->index, name, p->values[s->out].node, i);
        }
    }
    const struct value *out = &p->values[s->out];
    if (out->ring < 1 || out->ring > 64 || out->dims.count == 0) {
        return mpcf_fail(err, MPCF_E_INTERNAL, "step %u (%s) of node '%s': ring %u, %zu elements",
                         (unsigned) s->index, name, out->node, out->ring, out->dims.count);
    }
    if (out->producer != UINT32_MAX) {
        return mpcf_fail(err, MPCF_E_INTERNAL, "step %u (%s): value of node '%s' is made twice",
                         (unsigned) s->index, name, out->node);
    }
    const char *broken = s->operations->check(p, s);
    if (broken != NULL) {
        return mpcf_fail(err, MPCF_E_INTERNAL, "step %u (%s) of node '%s': %s", (unsigned) s->index,
                         name, out->node, broken);
    }
    return MPCF_OK;
}

static mpcf_status find_values(struct program *p, mpcf_error *err)
{
    for (size_t i = 0; i < p->step_count; i++) {
        struct step *s = &p->steps[i];
        MPCF_TRY(check_step(p, s, err));
        struct value *out = &p->values[s->out];
        out->producer = s->index;
        step_axes(p, s, out);
        p->revealed += s->operations->is_revealed ? out->dims.count : 0;
        for (size_t j = 0; j < s->in_count; j++) {
            p->values[s->in[j]].uses++;
        }
    }
    return MPCF_OK;
}

static void count_opening_uses(struct program *p)
{
    for (size_t i = 0; i < p->step_count; i++) {
        const struct step *s = &p->steps[i];
        for (unsigned j = 0; j < opening_count(s); j++) {
            p->steps[s->opening[j].step].opening[s->opening[j].item].uses++;
        }
    }
}

static mpcf_status settle(struct program *p, mpcf_error *err)
{
    struct openings openings;

    MPCF_TRY(openings_find(p, &openings, err));
    schedule_settle(p, &openings);
    openings_clear(&openings);
    count_opening_uses(p);
    return rounds_build(p, err);
}

mpcf_status program_finish(struct program *p, mpcf_error *err)
{
    if (p->failed) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory (a program of %zu steps)",
                         p->step_count);
    }
    if (p->function_count == 0) {
        program_function(p, "all");
    }
    steps_attach(p);
    MPCF_TRY(find_values(p, err));
    MPCF_TRY(settle(p, err));
    program_digest(p);
    return p->failed ? mpcf_fail(err, MPCF_E_NOMEM, "out of memory (digest)") : MPCF_OK;
}
