/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plaintext reference: the integers of the secure run, without sharing.
 *
 * Every value is taken modulo its ring after its step, as a sum of shares is. A value of a real
 * row must lie within its magnitude; padded rows may wrap, as they do in a secure run.
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/workers.h"
#include "program/program.h"
#include "program/secure_input.h"
#include "protocol/integer.h"
#include "protocol/placement.h"
#include "protocol/step_operations.h"
#include "protocol/weights.h"
#include "secure/reference.h"

/* --- Ranges --- */

/* Examples of a program whose answers are marked: a value outside is no failure where the mark tells it. */
struct findings {
    bool *is_outside, *is_marked; /* [batch] */
    bool is_somewhere; /* a value outside is of an example that its shape does not tell */
    char what[256];    /* of the first value outside */
};

struct range_check {
    const struct program *program;
    const struct value *value;
    const int32_t *mask; /* [batch, tokens]; NULL: nothing is padded */
    uint64_t *x;
    uint64_t *largest; /* by row of the last dimension */
};

/* Whether row ROW's fixed axes are real; its example in *EXAMPLE. */
static bool row_is_real(const struct range_check *k, size_t row, size_t *example)
{
    const size_t *dim = k->value->dims.dim;
    size_t i[3] = {row / dim[2] / dim[1], row / dim[2] % dim[1], row % dim[2]};
    int8_t batch = k->value->batch_axis;

    *example = batch >= 0 && batch < 3 ? i[batch] : 0;
    for (unsigned a = 0; a < 3 && k->mask != NULL; a++) {
        if ((k->value->token_axes >> a & 1) != 0 &&
            k->mask[*example * k->program->tokens + i[a]] == 0) {
            return false;
        }
    }
    return true;
}

static uint64_t magnitude_of(uint64_t x)
{
    return (x >> 63) != 0 ? 0 - x : x;
}

static void check_rows(void *context, size_t begin, size_t end)
{
    const struct range_check *k = context;
    size_t columns = k->value->dims.dim[3], example = 0;

    for (size_t row = begin; row < end; row++) {
        uint64_t *x = k->x + row * columns, largest = 0;
        for (size_t c = 0; c < columns; c++) {
            x[c] = ring_sign_extend(x[c], k->value->ring);
        }
        if (!row_is_real(k, row, &example)) {
            k->largest[row] = 0;
            continue;
        }
        bool masked = k->mask != NULL && (k->value->token_axes >> 3 & 1) != 0;
        const int32_t *mask = masked ? k->mask + example * k->program->tokens : NULL;
        for (size_t c = 0; c < columns; c++) {
            uint64_t size = magnitude_of(x[c]);
            if ((mask == NULL || mask[c] != 0) && size > largest) {
                largest = size;
            }
        }
        k->largest[row] = largest;
    }
}

static void note_outside(const struct range_check *k, size_t rows, struct findings *f)
{
    const bool is_told =
        k->program->batch == 1 || (k->value->batch_axis >= 0 && k->value->batch_axis < 3);
    size_t example = 0;

    for (size_t row = 0; row < rows; row++) {
        if (k->largest[row] >= UINT64_C(1) << (k->value->magnitude - 1)) {
            (void) row_is_real(k, row, &example);
            f->is_outside[example] = f->is_outside[example] || is_told;
            f->is_somewhere = f->is_somewhere || !is_told;
        }
    }
}

static void note_what(const struct value *v, double margin, char text[256])
{
    (void) snprintf(text, 256,
                    "node '%s': a value is %.3g times beyond the calibrated range (%u bits, %u of "
                    "them fractional)",
                    v->node, exp2(-margin), v->magnitude, v->fraction);
}

/* An owned value is exact and may be wider than its ring: it is not wrapped, only measured. */
static mpcf_status check_value(struct reference_state *r, const struct value *v, uint64_t *x,
                               struct reference_result *result, struct findings *findings,
                               mpcf_error *err)
{
    size_t rows = value_rows(v);
    struct range_check k = {.program = r->program, .value = v, .x = x};

    k.mask = r->program->exact_length ? NULL : r->input->attention_mask;
    k.largest = share_pool_take(r->pool, rows);
    if (k.largest == NULL) {
        return mpcf_fail_memory(err, rows * sizeof *k.largest, "ranges");
    }
    workers_for(rows, 1 + 8192 / v->dims.dim[3], check_rows, &k);
    uint64_t largest = 0;
    for (size_t i = 0; i < rows; i++) {
        largest = k.largest[i] > largest ? k.largest[i] : largest;
    }
    const bool is_outside = !v->may_wrap && largest >= UINT64_C(1) << (v->magnitude - 1);
    if (is_outside && r->program->is_marked) {
        note_outside(&k, rows, findings);
    }
    share_pool_give(r->pool, k.largest);
    if (v->may_wrap) {
        return MPCF_OK;
    }
    double margin = (double) v->magnitude - 1 - (largest == 0 ? 0 : log2((double) largest));
    if (largest > 0 && margin < result->smallest_margin && v->node[0] != '\0' && !v->is_inner) {
        result->smallest_margin = margin;
        result->margin_node = v->node;
    }
    if (is_outside && findings->what[0] == '\0') {
        note_what(v, margin, findings->what);
    }
    return is_outside && !r->program->is_marked ? mpcf_fail(err, MPCF_E_RANGE, "%s", findings->what)
                                                : MPCF_OK;
}

static void note_marks(const struct program *p, const struct value *v, const uint64_t *x,
                       struct findings *f)
{
    const size_t columns = v->dims.count / p->batch;

    for (size_t i = 0; i < p->batch; i++) {
        f->is_marked[i] = x[(i + 1) * columns - 1] == 0;
    }
}

static mpcf_status judge(const struct program *p, const struct findings *f, mpcf_error *err)
{
    bool is_missed = false, is_any = false;

    for (size_t i = 0; i < p->batch; i++) {
        is_missed = is_missed || (f->is_outside[i] && !f->is_marked[i]);
        is_any = is_any || f->is_marked[i];
    }
    return is_missed || (f->is_somewhere && !is_any)
               ? mpcf_fail(err, MPCF_E_RANGE, "%s, where check_ranges compares nothing", f->what)
               : MPCF_OK;
}

/* --- The walk --- */

static void release_operands(struct reference_state *r, const struct step *s, uint32_t *uses)
{
    for (size_t i = 0; i < s->in_count; i++) {
        value_id id = s->in[i];
        if (--uses[id] == 0) {
            share_pool_give(r->pool, r->x[id]);
            r->x[id] = NULL;
        }
    }
}

/* A range is promised where a step relies on it: constants, masked copies and bits have none of
 * their own. */
static bool has_range(const struct value *v, const struct step *s)
{
    return v->kind == VALUE_SHARED || (v->kind == VALUE_USER && s->operations->has_user_range);
}

static mpcf_status run_step(struct reference_state *r, const struct step *s, uint32_t *uses,
                            struct reference_result *result, struct findings *findings,
                            reference_observe *observe, void *context, mpcf_error *err)
{
    const struct value *v = step_out(r->program, s);

    MPCF_TRY(s->operations->reference(r, s, err));
    if (has_range(v, s)) {
        MPCF_TRY(check_value(r, v, r->x[s->out], result, findings, err));
    }
    if (r->program->is_marked && s->operations->is_revealed) {
        note_marks(r->program, v, r->x[s->out], findings);
    }
    if (observe != NULL && r->x[s->out] != NULL) {
        observe(context, v, s->out, (const int64_t *) (const void *) r->x[s->out]);
    }
    release_operands(r, s, uses);
    if (uses[s->out] == 0) {
        share_pool_give(r->pool, r->x[s->out]);
        r->x[s->out] = NULL;
    }
    return MPCF_OK;
}

static mpcf_status run(const struct program *p, const struct weights *w,
                       const struct secure_input *in, double *output,
                       struct reference_result *result, reference_observe *observe, void *context,
                       mpcf_error *err)
{
    struct reference_result ignored = {0};
    struct reference_result *res = result != NULL ? result : &ignored;
    struct reference_state r = {.program = p, .weights = w, .input = in, .output = output};
    struct findings findings = {0};
    uint32_t *uses = mpcf_alloc_array(p->value_count, sizeof *uses);

    findings.is_outside = mpcf_alloc_array(2 * p->batch, sizeof *findings.is_outside);
    findings.is_marked = findings.is_outside == NULL ? NULL : findings.is_outside + p->batch;
    r.x = mpcf_alloc_array(p->value_count, sizeof *r.x);
    r.pool = share_pool_create();
    mpcf_status status =
        uses != NULL && r.x != NULL && r.pool != NULL && findings.is_outside != NULL
            ? MPCF_OK
            : mpcf_fail_memory(err, p->value_count * 12, "the plaintext reference");
    *res = (struct reference_result){.smallest_margin = 64, .margin_node = ""};
    for (size_t i = 0; status == MPCF_OK && i < p->value_count; i++) {
        uses[i] = p->values[i].uses;
    }
    for (size_t i = 0; status == MPCF_OK && i < p->step_count; i++) {
        status = run_step(&r, &p->steps[i], uses, res, &findings, observe, context, err);
    }
    if (status == MPCF_OK && p->is_marked) {
        status = judge(p, &findings, err);
    }
    mpcf_free(findings.is_outside);
    share_pool_destroy(r.pool);
    mpcf_free(r.x);
    mpcf_free(uses);
    return status;
}

mpcf_status reference_run(const struct program *p, const struct weights *w,
                          const struct secure_input *in, double *output,
                          struct reference_result *result, reference_observe *observe,
                          void *context, mpcf_error *err)
{
    struct secure_input placed = *in;
    struct placements *made = NULL;

    if (in->placements == NULL) {
        MPCF_TRY(placements_create(p, in, &made, err));
        placed.placements = made;
    }
    mpcf_status status = run(p, w, &placed, output, result, observe, context, err);
    placements_destroy(made);
    return status;
}
