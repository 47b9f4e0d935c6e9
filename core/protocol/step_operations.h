/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Step operations: one row of facts and functions a kind of step, in the kind's own file. All that
 * reference, planner, cost engine, dealer and parties know of a kind is in its row; none of them
 * asks which kind a step is.
 *
 * How a step runs. The dealer calls `deal` in program order; what it writes goes to the user.
 * Before the run the user walks the program once: `send_offline` writes its halves of openings of
 * input-independent values, and `compute` makes its shares of input-independent results. Online, a
 * step of r rounds has a part in r messages from its round on: `send`, then `receive` of each;
 * then `compute`, on whatever has arrived. All of a step's bits are those of its `cost`:
 * step_wrote() holds writers to it.
 *
 * Functions are NULL where a step has nothing to do there.
 */
#ifndef MPCF_PROTOCOL_STEP_OPERATIONS_H
#define MPCF_PROTOCOL_STEP_OPERATIONS_H

#include "channel/role.h"
#include "program/program.h"
#include "program/secure_input.h"
#include "protocol/message.h"
#include "protocol/randomness.h"
#include "ring/share_pool.h"

struct masked_weights; /* masked_weights.h */
struct ring_products;  /* device/ring_products.h */
struct weights;        /* weights.h */

/* --- What the columns work on --- */

/* The plaintext reference: x[v] are the integers of value v, sign-extended from its ring. */
struct reference_state {
    const struct program *program;
    const struct weights *weights;
    const struct secure_input *input;
    struct share_pool *pool;
    uint64_t **x;
    double *output;
};

struct deal_run {
    const struct program *program;
    struct randomness random; /* knows both parties' keys */
    struct share_pool *pool;
    struct masked_weights *const *masked; /* by step, NULL for others: masks of the weights */
    struct ring_products *products;       /* NULL: products are the CPU's */
};

/* A part of a message that arrived before its step needs it. */
struct arrived {
    uint8_t *data;
    size_t length;
};

struct party {
    const struct program *program;
    enum role role; /* provider or user */
    struct randomness random;
    struct share_pool *pool;
    const struct weights *weights;        /* provider; user: tables of USER_LOOKUP, or NULL */
    const struct secure_input *input;     /* user; NULL before the run */
    double *output;                       /* user */
    struct masked_weights *const *masked; /* by step: W or W - B */
    struct ring_products *products;       /* NULL: products are the CPU's */
    uint64_t **share;                     /* by value; NULL: all zero (or no longer needed) */
    uint32_t *uses;                       /* by value: steps that still read it */
    uint64_t *(*opened)[2];               /* by step and operand: openings that step owns */
    uint32_t (*opened_uses)[2];
    void **state;               /* by step of several rounds; of the pool */
    struct arrived *correction; /* user, by step */
    struct message *offline;    /* provider, by step: the user's halves from before the run */
};

/* When the user's share of the result is known before the run. */
enum step_independence {
    INDEPENDENT_NEVER = 0,
    INDEPENDENT_ALWAYS,
    INDEPENDENT_AS_OPERANDS /* of all operands, where the step needs no message */
};

enum step_weight {
    WEIGHT_NONE = 0,
    WEIGHT_MATRIX, /* in the arrangement of the products */
    WEIGHT_ROWS,   /* as plain rows */
    WEIGHT_VECTOR  /* as it is */
};

struct weight_form; /* rounded_weight.h */

struct step_operations {
    uint8_t opens;  /* bit i: operand i is opened under a Beaver mask (opening.h) */
    uint8_t widens; /* which of them may be opened in up to `wide` bits of the step */
    bool lifts;     /* and that in one bit more than its magnitude has, whatever the result's ring
                      (lift.h) */
    /* Or in so many; NULL: as above, or in the result's ring. */
    unsigned (*opened_bits)(const struct program *p, const struct step *s);
    enum step_independence independence;
    bool has_user_range;     /* a result of the user's own keeps its range, as shared ones do */
    bool is_revealed;        /* the user learns the result: it goes to the output */
    enum step_weight weight; /* what in[1] is, if it is a weight of the provider's, masked for a
                                 session */
    /* The constant of the graph that the result is, or is picked from; NULL: none. */
    void (*constant)(const struct program *p, const struct step *s, struct weight_form *form);
    /* A result is exact to UNITS units (0: one) and 2^-RELATIVE_BITS of itself (0: nothing). */
    unsigned units, relative_bits;
    unsigned (*units_of)(const struct program *p, const struct step *s); /* NULL: UNITS of all */
    bool takes_positive;  /* its operand is not negative */
    bool adds;            /* a sum of multiples: an operand counts modulo the result's ring */
    bool is_public_table; /* it is one that the user has, too */
    /* NULL, or the rule that the step breaks: what it asks of its operands. */
    const char *(*check)(const struct program *p, const struct step *s);
    /* The narrowest ring of shared operand I for a result in its present ring; NULL: the same. */
    unsigned (*ring_needed)(const struct program *p, const struct step *s, size_t i);
    /* Messages in sequence, at most STEP_ROUNDS_MAX; NULL: none. */
    unsigned (*rounds)(const struct program *p, const struct step *s);
    /* Sets the result's batch and token axes; NULL: those of the first operand. */
    void (*axes)(const struct program *p, const struct step *s, struct value *out);
    /* COST is zero before but for its rounds. NULL: nothing is sent. */
    void (*cost)(const struct program *p, const struct step *s, struct step_cost *cost);
    /* Writes r->x[s->out], modulo 2^64; rounds to nearest. */
    mpcf_status (*reference)(struct reference_state *r, const struct step *s, mpcf_error *err);
    mpcf_status (*deal)(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err);
    mpcf_status (*send_offline)(struct party *p, const struct step *s, struct message *out,
                                mpcf_error *err);
    mpcf_status (*send)(struct party *p, const struct step *s, unsigned round, struct message *out,
                        mpcf_error *err);
    mpcf_status (*receive)(struct party *p, const struct step *s, unsigned round,
                           struct message *in, mpcf_error *err);
    mpcf_status (*compute)(struct party *p, const struct step *s, mpcf_error *err);
};

/* --- What the row says of a step, in a program whose values have their rings --- */

/* 0 where operand I may have any ring. */
static inline unsigned step_ring_needed(const struct program *p, const struct step *s, size_t i)
{
    const struct step_operations *o = s->operations;
    return o->ring_needed == NULL ? p->values[s->out].ring : o->ring_needed(p, s, i);
}

static inline unsigned step_rounds(const struct program *p, const struct step *s)
{
    const struct step_operations *o = s->operations;
    return o->rounds == NULL ? 0 : o->rounds(p, s);
}

void step_axes(const struct program *p, const struct step *s, struct value *out);
/* Whether the result is input-independent; its operands are settled. */
bool step_is_independent(const struct program *p, const struct step *s);
/* After schedule_settle(). */
void step_cost(const struct program *p, const struct step *s, struct step_cost *cost);
/* WROTE bytes where the cost says WANTED: MPCF_E_INTERNAL if they differ. A message with a gap would
 * carry what lay in its buffer, so this is no assertion. */
mpcf_status step_wrote(const struct step *s, size_t wrote, size_t wanted, mpcf_error *err);
/* Whether the user does the whole of step S before the run. */
bool step_is_offline(const struct program *p, const struct step *s);

/* --- Short hands for the kinds --- */

static inline const struct value *step_in(const struct program *p, const struct step *s, size_t i)
{
    return &p->values[s->in[i]];
}

static inline const struct value *step_out(const struct program *p, const struct step *s)
{
    return &p->values[s->out];
}

/* Elements before the last dimension. */
size_t value_rows(const struct value *v);
/* Whether ROLE may hold a share of V that is not zero. */
bool value_is_held(const struct value *v, enum role role);
/* VALUE_USER or VALUE_PROVIDER. */
bool value_is_owned(const struct value *v);
/* Rules that kinds share, for `check`: NULL, or what is broken. An owned result has no operand of
 * another kind. */
const char *check_owned(const struct program *p, const struct step *s);
/* Rounds that kinds share. */
unsigned one_round(const struct program *p, const struct step *s);
/* Axes that kinds share: none; and setters for those of their own. Bit i of TOKENS: dimension i. */
void axes_none(const struct program *p, const struct step *s, struct value *out);
void axes_take(struct value *out, int batch_axis, unsigned token_axes);
void axes_take_of(const struct value *x, struct value *out);
/* Elements of a VALUE_BITS row, and 64-bit words that hold them. */
size_t bits_elements(const struct value *v);
size_t bits_words(const struct value *v);

/* Room for the result: RUN->x[out] or share[out] of its element (or word) count. */
mpcf_status reference_value(struct reference_state *r, const struct step *s, uint64_t **out,
                            mpcf_error *err);
mpcf_status party_result(struct party *p, const struct step *s, uint64_t **out, mpcf_error *err);
/* The share of operand I, which may be NULL (zero). */
const uint64_t *party_operand(const struct party *p, const struct step *s, size_t i);
/* The user's correction of this step, from its beginning. */
struct message party_correction(const struct party *p, const struct step *s);

#endif
