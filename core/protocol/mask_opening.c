/* SPDX-License-Identifier: Apache-2.0 */
/* How a step's first operand is opened under a mask, in as few bits as the step reads. */
#include "protocol/mask_opening.h"

#include "protocol/blocks.h"
#include "protocol/integer.h"

struct half {
    const struct party *party;
    const struct step *step;
    unsigned bits;
    const uint64_t *x; /* NULL: a share of zeros */
    struct packed_array to, from;
    uint64_t *c;
};

static struct half half_of(const struct party *p, const struct step *s, unsigned bits)
{
    return (struct half){.party = p, .step = s, .bits = bits, .x = party_operand(p, s, 0)};
}

static void own_half(const struct half *h, size_t first, uint64_t *out, size_t n)
{
    random_fill(&h->party->random, h->party->role, h->step, ITEM_MASK_0, first, out, n);
    for (size_t i = 0; h->x != NULL && i < n; i++) {
        out[i] += h->x[first + i];
    }
}

static void send_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct half *h = context;

    own_half(h, first, t[0], n);
    packed_write(h->to, first, t[0], n);
}

static void send_half(const struct party *p, const struct step *s, unsigned bits,
                      struct message *out)
{
    const size_t count = step_in(p->program, s, 0)->dims.count;
    struct half h = half_of(p, s, bits);

    h.to = message_array(out, count, bits);
    blocks_for(count, send_block, &h);
}

void mask_opening_send_offline(const struct party *p, const struct step *s, unsigned bits,
                               struct message *out)
{
    if (step_in(p->program, s, 0)->is_input_independent) {
        send_half(p, s, bits, out);
    }
}

void mask_opening_send(const struct party *p, const struct step *s, unsigned bits,
                       struct message *out)
{
    if (p->role == ROLE_PROVIDER || !step_in(p->program, s, 0)->is_input_independent) {
        send_half(p, s, bits, out);
    }
}

static void open_block(void *context, size_t first, size_t n, uint64_t (*t)[BLOCK_LENGTH])
{
    const struct half *h = context;
    const uint64_t mask = ring_mask(h->bits);

    own_half(h, first, h->c + first, n);
    packed_read(h->from, first, t[0], n);
    for (size_t i = 0; i < n; i++) {
        h->c[first + i] = (h->c[first + i] + t[0][i]) & mask;
    }
}

void mask_opening_receive(const struct party *p, const struct step *s, unsigned bits, uint64_t *c,
                          struct message *in)
{
    const struct value *x = step_in(p->program, s, 0);
    const bool was_sent_offline = x->is_input_independent && p->role == ROLE_PROVIDER;
    struct half h = half_of(p, s, bits);

    h.c = c;
    h.from = message_array(was_sent_offline ? &p->offline[s->index] : in, x->dims.count, bits);
    blocks_for(x->dims.count, open_block, &h);
}
