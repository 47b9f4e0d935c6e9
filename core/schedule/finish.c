/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of building a program: who makes and reads each value, which user's shares are known
 * early, which axes may be padding, levels, and which message opens an operand.
 */
#include <assert.h>
#include <string.h>

#include "program/digest.h"
#include "program/program.h"
#include "protocol/opening.h"
#include "protocol/step_operations.h"

static mpcf_status check_step(const struct program *p, const struct step *s, mpcf_error *err)
{
    const char *name = step_name(s->kind);
    if (s->out >= p->value_count) {
        return mpcf_fail(err, MPCF_E_INTERNAL, "step %u (%s): result %u is no value",
                         (unsigned) s->index, name, (unsigned) s->out);
    }
    for (size_t i = 0; i < s->in_count; ++i) {
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
    const char *broken = step_operations[s->kind]->check(p, s);
    if (broken != NULL) {
        return mpcf_fail(err, MPCF_E_INTERNAL, "step %u (%s) of node '%s': %s", (unsigned) s->index,
                         name, out->node, broken);
    }
    return MPCF_OK;
}

static bool is_input_independent(const struct program *p, const struct step *s)
{
    switch (s->kind) {
    case STEP_PROVIDER:
    case STEP_LINEAR:
    case STEP_SCALE_COLUMNS:
        return true;
    case STEP_TRUNCATE_EXTEND:
    case STEP_TRUNCATE_REDUCE:
    case STEP_COMBINE:
    case STEP_ROW_SUM:
        break;
    case STEP_MASKED: /* what the user knows of it is its mask */
        return true;
    default:
        return false;
    }
    for (size_t i = 0; i < s->in_count; ++i) {
        if (!p->values[s->in[i]].is_input_independent) {
            return false;
        }
    }
    struct step_cost cost;
    step_cost(p, s, &cost);
    return cost.rounds == 0;
}

static size_t stride_of(const struct dims *d, unsigned axis)
{
    size_t stride = 1;
    for (unsigned i = axis + 1; i < MPCF_RANK_MAX; ++i) {
        stride *= d->dim[i];
    }
    return stride;
}

/* Axes of OUT that walk along axis AXIS of an operand X read through VIEW. */
static unsigned axes_along(const struct value *out, const struct value *x, const struct view *view,
                           unsigned axis)
{
    unsigned axes = 0;
    for (unsigned i = 0; i < MPCF_RANK_MAX; ++i) {
        if (out->dims.dim[i] > 1 && out->dims.dim[i] == x->dims.dim[axis] &&
            view->stride[i] == stride_of(&x->dims, axis)) {
            axes |= 1u << i;
        }
    }
    return axes;
}

static void take_axes(struct value *out, int batch_axis, unsigned token_axes)
{
    if (batch_axis >= 0 && out->dims.dim[batch_axis] > 1) {
        out->batch_axis = (int8_t) batch_axis;
    }
    for (unsigned i = 0; i < MPCF_RANK_MAX; ++i) {
        if ((token_axes >> i & 1) != 0 && out->dims.dim[i] > 1) {
            out->token_axes = (uint8_t) (out->token_axes | 1u << i);
        }
    }
}

static void axes_of_views(const struct program *p, const struct step *s, struct value *out)
{
    for (size_t j = 0; j < s->in_count; ++j) {
        const struct value *x = &p->values[s->in[j]];
        unsigned tokens = 0;
        for (unsigned a = 0; a < MPCF_RANK_MAX; ++a) {
            if ((x->token_axes >> a & 1) != 0) {
                tokens |= axes_along(out, x, &s->views[j], a);
            }
        }
        int batch = -1;
        if (x->batch_axis >= 0) {
            unsigned axes = axes_along(out, x, &s->views[j], (unsigned) x->batch_axis) & ~tokens;
            for (int i = MPCF_RANK_MAX - 1; i >= 0; --i) {
                batch = (axes >> i & 1) != 0 ? i : batch;
            }
        }
        take_axes(out, batch, tokens);
    }
}

static void find_axes(const struct program *p, const struct step *s, struct value *out)
{
    switch (s->kind) {
    case STEP_USER_LOOKUP:
    case STEP_USER_ONE_HOT:
        take_axes(out, 1, 1u << 2);
        return;
    case STEP_USER_MASK:
        take_axes(out, 0, 1u << 3);
        return;
    case STEP_COMBINE:
        axes_of_views(p, s, out);
        return;
    case STEP_MATMUL: {
        const struct value *a = &p->values[s->in[0]], *b = &p->values[s->in[1]];
        unsigned columns = s->transposed ? b->token_axes >> 2 & 1 : b->token_axes >> 3 & 1;
        take_axes(out, a->batch_axis, (a->token_axes & 7u) | columns << 3);
        return;
    }
    case STEP_LINEAR:
        take_axes(out, p->values[s->in[0]].batch_axis, p->values[s->in[0]].token_axes & 7u);
        return;
    case STEP_COMPARE:
    case STEP_BITS_TO_RING:
    case STEP_PROVIDER:
        return;
    case STEP_SELECT:
        take_axes(out, p->values[s->in[1]].batch_axis, p->values[s->in[1]].token_axes);
        return;
    default:
        take_axes(out, p->values[s->in[0]].batch_axis, p->values[s->in[0]].token_axes);
        return;
    }
}

static void set_level(struct program *p, struct step *s)
{
    struct step_cost cost;
    s->level = 0;
    for (size_t i = 0; i < s->in_count; ++i) {
        uint32_t ready = p->values[s->in[i]].level;
        s->level = ready > s->level ? ready : s->level;
    }
    step_cost(p, s, &cost);
    uint32_t end = s->level + cost.rounds;
    p->values[s->out].level = end;
    p->level_count = end > p->level_count ? end : p->level_count;
}

/* The first step by level, then by place, that opens a value for a ring does it for all. */
static void share_openings(struct program *p)
{
    for (size_t i = 0; i < p->step_count; ++i) {
        struct step *s = &p->steps[i];
        for (unsigned j = 0; j < opening_count(s); ++j) {
            s->opening[j] = (struct opening){.step = s->index, .item = (uint8_t) j};
        }
    }
    for (size_t i = 0; i < p->step_count; ++i) {
        struct step *s = &p->steps[i];
        for (unsigned j = 0; j < opening_count(s); ++j) {
            opening_choose(p, s, j);
        }
    }
    for (size_t i = 0; i < p->step_count; ++i) {
        struct step *s = &p->steps[i];
        for (unsigned j = 0; j < opening_count(s); ++j) {
            p->steps[s->opening[j].step].opening[s->opening[j].item].uses++;
        }
    }
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
    for (size_t i = 0; i < p->step_count; ++i) {
        struct step *s = &p->steps[i];
        MPCF_TRY(check_step(p, s, err));
        struct value *out = &p->values[s->out];
        out->producer = s->index;
        out->is_input_independent = is_input_independent(p, s);
        find_axes(p, s, out);
        for (size_t j = 0; j < s->in_count; ++j) {
            p->values[s->in[j]].uses++;
        }
        set_level(p, s);
    }
    share_openings(p);
    program_digest(p);
    return p->failed ? mpcf_fail(err, MPCF_E_NOMEM, "out of memory (digest)") : MPCF_OK;
}
