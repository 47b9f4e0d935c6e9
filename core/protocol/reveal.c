/* SPDX-License-Identifier: Apache-2.0 */
/*
 * REVEAL: the user learns a value.
 *
 * Ideal function: the user gets x modulo 2^k; the provider nothing. Message: the provider's share,
 * k bits an element, one round. Leakage: x itself, so the lowering has truncated it to the bits
 * that may be known: the rounding bit of a share depends on shares.
 */
#include <math.h>
#include <string.h>

#include "protocol/blocks.h"
#include "protocol/integer.h"
#include "protocol/step_operations.h"
#include "ring/ring.h"

static const char *check(const struct program *p, const struct step *s)
{
    const struct value *out = step_out(p, s);

    if (s->in_count != 1 || out->kind != VALUE_USER ||
        out->dims.count != step_in(p, s, 0)->dims.count) {
        return "the result is the user's and has the operand's shape";
    }
    const struct value *x = step_in(p, s, 0);
    if (x->kind != VALUE_SHARED || x->ring < out->ring) {
        return "the operand is shared, in the result's ring or a wider one";
    }
    return NULL;
}

static void cost(const struct program *p, const struct step *s, struct step_cost *c)
{
    c->provider_bits[0] = packed_cost(step_out(p, s)->dims.count, step_out(p, s)->ring);
}

/* Behind what earlier steps reveal. */
static void write_reals(const struct program *p, const struct step *s, const uint64_t *x,
                        double *output)
{
    const struct value *v = step_out(p, s);

    if (output == NULL) {
        return;
    }
    for (size_t i = 0; i < s->index; i++) {
        output += p->steps[i].operations->is_revealed ? step_out(p, &p->steps[i])->dims.count : 0;
    }
    double unit = ldexp(1.0, -(int) v->fraction);
    for (size_t i = 0; i < v->dims.count; i++) {
        output[i] = (double) (int64_t) ring_sign_extend(x[i], v->ring) * unit;
    }
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    const struct value *v = step_out(r->program, s);
    uint64_t *out = NULL;

    MPCF_TRY(reference_value(r, s, &out, err));
    memcpy(out, r->x[s->in[0]], v->dims.count * sizeof *out);
    write_reals(r->program, s, out, r->output);
    return MPCF_OK;
}

struct reveal {
    const uint64_t *x;
    uint64_t *out;
    unsigned ring;
    struct packed_array array;
};

static void send_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct reveal *r = context;

    if (r->x == NULL) {
        memset(t[0], 0, n * sizeof t[0][0]);
        packed_write(r->array, first, t[0], n);
    } else {
        packed_write(r->array, first, r->x + first, n);
    }
}

static void receive_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct reveal *r = context;

    (void) t;
    packed_read(r->array, first, r->out + first, n);
    if (r->x != NULL) {
        ring_add(r->out + first, r->out + first, r->x + first, n);
    }
    for (size_t i = first; i < first + n; i++) {
        r->out[i] = ring_sign_extend(r->out[i], r->ring);
    }
}

static mpcf_status send(struct party *p, const struct step *s, unsigned round, struct message *out,
                        mpcf_error *err)
{
    (void) round, (void) err;
    const struct value *v = step_out(p->program, s);
    if (p->role == ROLE_PROVIDER) {
        struct reveal r = {.x = party_operand(p, s, 0)};
        r.array = message_array(out, v->dims.count, v->ring);
        blocks_for(v->dims.count, send_block, &r);
    }
    return MPCF_OK;
}

static mpcf_status receive(struct party *p, const struct step *s, unsigned round,
                           struct message *in, mpcf_error *err)
{
    (void) round;
    const struct value *v = step_out(p->program, s);
    if (p->role == ROLE_PROVIDER) {
        return MPCF_OK;
    }
    struct reveal r = {.x = party_operand(p, s, 0), .ring = v->ring};
    r.array = message_array(in, v->dims.count, v->ring);
    MPCF_TRY(party_result(p, s, &r.out, err));
    blocks_for(v->dims.count, receive_block, &r);
    write_reals(p->program, s, r.out, p->output);
    return MPCF_OK;
}

const struct step_operations step_operations_reveal = {
    .has_user_range = true,
    .is_revealed = true,
    .check = check,
    .rounds = one_round,
    .cost = cost,
    .reference = reference,
    .send = send,
    .receive = receive,
};
