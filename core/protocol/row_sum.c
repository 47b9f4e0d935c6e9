/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ROW_SUM: y[r] = sum_c x[r, c] modulo 2^k, on shares. No message, no leakage.
 */
#include "base/workers.h"
#include "protocol/step_operations.h"

static const char *check(const struct program *p, const struct step *s)
{
    const struct value *out = step_out(p, s), *x = step_in(p, s, 0);

    if (s->in_count != 1 || out->dims.count != value_rows(x)) {
        return "the result is one number a row of one operand";
    }
    if (x->kind == VALUE_SHARED && x->ring < out->ring) {
        return "the operand's ring is narrower than the result's";
    }
    return check_owned(p, s);
}

struct row_sum {
    const uint64_t *x;
    size_t columns;
    uint64_t *out;
};

static void rows_body(void *context, size_t begin, size_t end)
{
    const struct row_sum *r = context;

    for (size_t row = begin; row < end; row++) {
        const uint64_t *x = r->x + row * r->columns;
        uint64_t sum = 0;
        for (size_t c = 0; c < r->columns; c++) {
            sum += x[c];
        }
        r->out[row] = sum;
    }
}

static void sum(const struct program *p, const struct step *s, const uint64_t *x, uint64_t *out)
{
    const struct value *v = step_in(p, s, 0);
    struct row_sum r = {.x = x, .columns = v->dims.dim[3], .out = out};

    workers_for(value_rows(v), 1 + 8192 / r.columns, rows_body, &r);
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    uint64_t *out = NULL;

    MPCF_TRY(reference_value(r, s, &out, err));
    sum(r->program, s, r->x[s->in[0]], out);
    return MPCF_OK;
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    const uint64_t *x = party_operand(p, s, 0);

    if (x == NULL) {
        return MPCF_OK;
    }
    uint64_t *out = NULL;
    MPCF_TRY(party_result(p, s, &out, err));
    sum(p->program, s, x, out);
    return MPCF_OK;
}

const struct step_operations step_operations_row_sum = {
    .independence = INDEPENDENT_AS_OPERANDS,
    .check = check,
    .reference = reference,
    .compute = compute,
};
