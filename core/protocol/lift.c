/* SPDX-License-Identifier: Apache-2.0 */
/* Opened in few bits, shared in many: the mask's wrap and its top bit. */
#include "protocol/lift.h"

#include <string.h>

#include "protocol/opened_kernel.h"
#include "ring/ring.h"

unsigned lift_ring_needed(const struct program *p, const struct step *s, size_t i)
{
    return opening_ring(p, s, (unsigned) i);
}

unsigned lift_high(const struct program *p, const struct step *s, unsigned below)
{
    unsigned ring = step_out(p, s)->ring;

    return ring > below ? ring - below : 0;
}

void lift_cost(const struct program *p, const struct step *s, struct step_cost *cost)
{
    opening_cost(p, s, cost);
    for (unsigned j = 0; j < opening_count(s); j++) {
        unsigned high = lift_high(p, s, opening_ring(p, s, j));
        cost->correction_bits += 2 * packed_cost(p->values[opening_id(s, j)].dims.count, high);
    }
}

struct lift lift_of(const struct program *p, const struct randomness *r, const struct step *s,
                    enum role role, unsigned operand)
{
    unsigned opened = opening_ring(p, s, operand);

    return (struct lift){.program = p,
                         .random = r,
                         .step = s,
                         .role = role,
                         .operand = operand,
                         .opened = opened,
                         .high = lift_high(p, s, opened)};
}

struct packed_array lift_array(const struct lift *l, struct message *m, size_t count, unsigned bits)
{
    const struct packed_array nothing = {.bits = bits};

    return l->role == ROLE_PROVIDER || bits == 0 ? nothing : message_array(m, count, bits);
}

void lift_place(struct lift *l, struct message *m)
{
    size_t count = l->program->values[opening_id(l->step, l->operand)].dims.count;

    l->wraps = lift_array(l, m, count, l->high);
    l->tops = lift_array(l, m, count, l->high);
}

/* --- Dealer --- */

void lift_mask(const struct lift *l, size_t first, uint64_t *r, uint64_t *w, uint64_t *other,
               size_t n)
{
    opening_mask(l->program, l->random, ROLE_PROVIDER, l->step, l->operand, first, r, n);
    opening_mask(l->program, l->random, ROLE_USER, l->step, l->operand, first, other, n);
    opened_kernel()->mask(r, w, other, l->opened, n);
}

void lift_correct(const struct lift *l, unsigned item, struct packed_array to, size_t first,
                  uint64_t *x, uint64_t *share, size_t n)
{
    if (to.bits == 0) {
        return;
    }
    random_fill(l->random, ROLE_PROVIDER, l->step, item, first, share, n);
    ring_sub(x, x, share, n);
    packed_write(to, first, x, n);
}

void lift_write(const struct lift *l, size_t first, const uint64_t *r, uint64_t *w, uint64_t *other,
                size_t n)
{
    lift_correct(l, ITEM_WRAP + l->operand, l->wraps, first, w, other, n);
    opened_kernel()->top(w, r, l->opened, NULL, n);
    lift_correct(l, ITEM_TOP + l->operand, l->tops, first, w, other, n);
}

/* --- Parties --- */

void lift_share(const struct lift *l, unsigned item, struct packed_array from, size_t first,
                uint64_t *out, size_t n)
{
    if (from.bits == 0) {
        memset(out, 0, n * sizeof *out);
    } else if (l->role == ROLE_PROVIDER) {
        random_fill(l->random, ROLE_PROVIDER, l->step, item, first, out, n);
    } else {
        packed_read(from, first, out, n);
    }
}

void lift_open(const struct lift *l, size_t first, uint64_t *c, uint64_t *q, uint64_t *other,
               size_t n)
{
    opening_mask(l->program, l->random, l->role, l->step, l->operand, first, q, n);
    lift_share(l, ITEM_WRAP + l->operand, l->wraps, first, c, n);
    lift_share(l, ITEM_TOP + l->operand, l->tops, first, other, n);
    opened_kernel()->lift(c, q, l->e + first, other, l->opened, n);
}
