/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row a step kind: all that the engines fixed, cost, dealer and party know of it. An engine
 * walks the program and calls its column, so that they cannot disagree.
 *
 * How a step runs. The dealer calls `deal` in program order; what it writes goes to the user.
 * Before the run the user walks the program once: `early` writes its halves of openings of early
 * values, and `compute` makes its shares of early results. Online, a step of r rounds takes part
 * in messages level .. level + r - 1: `send`, then `receive` of each; then `compute`, on
 * whatever has arrived. All of a step's bits are those of its `cost`: writers assert it.
 *
 * Columns are NULL where a step has nothing to do there.
 */
#ifndef MPCF_PROTOCOL_STEP_OPERATIONS_H
#define MPCF_PROTOCOL_STEP_OPERATIONS_H

#include "program/program.h"
#include "program/role.h"
#include "program/secure_input.h"
#include "protocol/message.h"
#include "protocol/randomness.h"
#include "protocol/weights.h"
#include "ring/share_pool.h"

struct masked_weights; /* masked_weights.h */

/* --- What the columns work on --- */

/* The fixed engine: x[v] are the integers of value v, sign-extended from its ring. */
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
    uint64_t **share;                     /* by value; NULL: all zero (or no longer needed) */
    uint32_t *uses;                       /* by value: steps that still read it */
    uint64_t *(*opened)[2];               /* by step and operand: openings that step owns */
    uint32_t (*opened_uses)[2];
    void **state;               /* by step of several rounds; of the pool */
    struct arrived *correction; /* user, by step */
    struct message *early;      /* provider, by step: the user's early halves */
};

struct step_operations {
    const char *name;
    /* NULL, or the rule that the step breaks. */
    const char *(*check)(const struct program *p, const struct step *s);
    /* COST is zero before. */
    void (*cost)(const struct program *p, const struct step *s, struct step_cost *cost);
    /* Writes r->x[s->out], modulo 2^64; rounds to nearest. */
    mpcf_status (*reference)(struct reference_state *r, const struct step *s, mpcf_error *err);
    mpcf_status (*deal)(struct deal_run *d, const struct step *s, struct message *out,
                        mpcf_error *err);
    mpcf_status (*early)(struct party *p, const struct step *s, struct message *out,
                         mpcf_error *err);
    mpcf_status (*send)(struct party *p, const struct step *s, unsigned round, struct message *out,
                        mpcf_error *err);
    mpcf_status (*receive)(struct party *p, const struct step *s, unsigned round,
                           struct message *in, mpcf_error *err);
    mpcf_status (*compute)(struct party *p, const struct step *s, mpcf_error *err);
};

extern const struct step_operations *const step_operations[STEP_COUNT];
#define STEP_OPERATIONS_DECLARE(upper, lower)                                                      \
    extern const struct step_operations step_operations_##lower;
STEP_MAP(STEP_OPERATIONS_DECLARE)
#undef STEP_OPERATIONS_DECLARE

/* Whether the user does the whole of step S before the run. */
bool step_is_offline(const struct program *p, const struct step *s);

/* --- Short hands of the rows --- */

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
/* NULL, or "..." where an owned result has an operand of another kind. */
const char *check_owned(const struct program *p, const struct step *s);
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
