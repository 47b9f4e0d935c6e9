/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program: what a graph is lowered to for one batch and length. A flat list of steps on
 * values of known ring, which the engines fixed, cost, dealer and party walk.
 *
 * Every party builds the same program from public facts (graph, ranges, batch, length) and
 * compares its digest in the handshake. Weights are not in it: a provider's value names the graph
 * node that gives it.
 */
#ifndef MPCF_PROGRAM_PROGRAM_H
#define MPCF_PROGRAM_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "base/arena.h"
#include "graph/graph.h"

enum value_kind {
    VALUE_SHARED = 0, /* x = x0 + x1 modulo 2^k */
    VALUE_BITS,       /* b = b0 xor b1, 64 elements a word */
    VALUE_USER,       /* the user's own, in the clear on its side: shares (0, x) */
    VALUE_PROVIDER,   /* the provider's own: shares (x, 0) */
    VALUE_MASKED      /* x - a at the provider, a at the user (and the dealer): a shared value
                         ready for products with the provider's weights */
};

typedef uint32_t value_id;

/*
 * A tensor of integers. The real value is integer / 2^fraction; for a real example
 * |integer| < 2^(magnitude - 1), margin included. Padded rows hold anything.
 */
struct value {
    enum value_kind kind;
    struct dims dims;   /* right-aligned, as in graph.h */
    unsigned ring;      /* k: shares are modulo 2^k, 1 .. 64 */
    unsigned fraction;  /* f */
    unsigned magnitude; /* m; m <= ring (and m + 1 <= ring where it is lifted) */
    bool
        is_input_independent; /* the user's share does not depend on its input nor on any message of
                            the run: it is known before the run starts. VALUE_USER is not early */
    const char *node;         /* name of the graph node it stems from */
    bool is_inner; /* a helper inside a node, with a bound that follows from the node's range:
                            checked by fixed, but no part of its smallest margin */
    bool may_wrap; /* no bound of its own (a sum without its bias): not checked */
    /* By program_finish(): */
    uint32_t producer;  /* step */
    uint32_t uses;      /* steps that read it */
    uint32_t level;     /* messages that have passed when it is there */
    int8_t batch_axis;  /* dimension that counts examples, -1: none */
    uint8_t token_axes; /* bit i: dimension i counts tokens (and may be padding) */
};

/* Steps; one file each in core/protocol. Operands are in[], results out. "c" constants are
 * public integers. */
/* clang-format off */
#define STEP_MAP(X)                                                                            \
    /* the user's one-hot rows of ids (and of token types): [B, T, columns]; input = "input_ids" \
       or "token_type_ids" */                                                                  \
    X(USER_ONE_HOT, user_one_hot)                                                              \
    /* the user's mask [B,1,1,T]: 2^f for kept, 0 for padding */                               \
    X(USER_MASK, user_mask)                                                                    \
    /* rows of a table that the user has as well as the provider, a constant node of the graph     \
       rounded to f bits: [1, B, T, columns] of the user's ids, or (input = "positions")           \
       [1, 1, T, columns] from row `row` on. The user's own, an exact integer of 32 bits */        \
    X(USER_LOOKUP, user_lookup)                                                                \
    /* a constant node of the graph (weights, biases), rounded to f bits; provider's. Values  \
       of kinds USER and PROVIDER are exact integers, whatever their ring says */              \
    X(PROVIDER, provider)                                                                      \
    /* y = c0 + sum_j w_j x_j, each x_j read at strides (broadcast, permute, slice); any kinds \
       of value but bits and masked. No operands: a public constant */                         \
    X(COMBINE, combine)                                                                        \
    X(ROW_SUM, row_sum)                                                                        \
    /* x / 2^shift, locally; result modulo 2^(k - shift) or less; within one unit, centred */  \
    X(TRUNCATE_REDUCE, truncate_reduce)                                                                          \
    /* x / 2^shift into any ring, exact to one unit; needs m + 1 <= k. One bit where x is      \
       early, else m + 1 bits both ways. Local where the result's ring is at most k - shift or \
       where one party owns x */                                                               \
    X(TRUNCATE_EXTEND, truncate_extend)                                                                              \
    /* the user sends x1 - a: a shared or user's value becomes masked */                       \
    X(MASKED, masked)                                                                          \
    /* masked x [rows, i] times w [o, i] (transposed: [i, o]), the result of a PROVIDER step:  \
       [rows, o] */                                                                            \
    X(LINEAR, linear)                                                                          \
    /* masked x [rows, h] times v [h] of a PROVIDER step, column by column */                  \
    X(SCALE_COLUMNS, scale_columns)                                                            \
    /* x y elementwise, y of the same shape or one number a row */                             \
    X(PRODUCT, product)                                                                        \
    X(SQUARE, square)                                                                          \
    /* batched a [n, k] b [k, m] or, transposed, b [m, k]; b may be one for all of a's rows */ \
    X(MATMUL, matmul)                                                                          \
    /* bit j of element e: x_e >= thresholds[j]; result is bits [thresholds, elements], each   \
       threshold padded to whole words */                                                      \
    X(COMPARE, compare)                                                                        \
    /* bits to 0 or 1 in a ring: [thresholds, elements] */                                     \
    X(BITS_TO_RING, bits_to_ring)                                                              \
    /* row `row` of bits [.., elements] times x [elements] */                                                \
    X(SELECT, select)                                                                          \
    /* x [.., r, c] times the user's bit of each column (in[1]: VALUE_USER of 0 and 1, broadcast \
       at strides[1]) */                                                                       \
    X(USER_SELECT, user_select)                                                                \
    /* the user learns x */                                                                    \
    X(REVEAL, reveal)
/* clang-format on */

enum step_kind {
#define STEP_ENUM(upper, lower) STEP_##upper,
    STEP_MAP(STEP_ENUM)
#undef STEP_ENUM
        STEP_COUNT
};

/* How COMBINE and USER_SELECT read an operand: element (i0,i1,i2,i3) of the result is
 * x[first + i0 s0 + i1 s1 + i2 s2 + i3 s3]. */
struct view {
    size_t first;
    size_t stride[MPCF_RANK_MAX];
    int64_t weight;
};

/* Which step's message opens an operand of a product, and under which of its masks: a value is
 * opened once for a ring. */
struct opening {
    uint32_t step;
    uint8_t item;
    uint32_t uses; /* in the opening step's own entry: steps that read the opened value */
};

struct step {
    enum step_kind kind;
    uint32_t index; /* its place; with the inference number it addresses randomness */
    value_id *in;
    size_t in_count;
    value_id out;
    struct view *views;  /* COMBINE, USER_SELECT: one an operand */
    uint64_t constant;   /* COMBINE: c0 in units of the result */
    unsigned shift;      /* TRUNCATE_REDUCE, TRUNCATE_EXTEND */
    uint32_t row;        /* SELECT: of the bits; USER_LOOKUP: the first position */
    bool transposed;     /* MATMUL: of b; LINEAR: w is [i, o] */
    int64_t *thresholds; /* COMPARE, ascending, in units of x */
    size_t threshold_count;
    const char *input; /* USER_ONE_HOT, USER_LOOKUP, USER_MASK, REVEAL: of the input or output */
    const mpcf_node *node;     /* PROVIDER, USER_LOOKUP: the constant node */
    size_t table_rows;         /* USER_LOOKUP: rows of the constant node */
    uint32_t level;            /* first message it takes part in; local steps: of their operands */
    uint32_t function;         /* index into program.functions: for reports */
    struct opening opening[2]; /* PRODUCT, SQUARE, MATMUL, SELECT: by program_finish() */
};

struct program {
    struct arena *arena;
    const mpcf_graph *graph; /* the lowered one; outlives the program */
    size_t batch, tokens;
    bool exact_length; /* no padding: the mask is public and left out */
    struct value *values;
    size_t value_count;
    struct step *steps;
    size_t step_count;
    uint32_t level_count;
    const char **functions; /* "embedding", "linear", "attention", "normaliser", "activation",
                                "layer_norm", "pooler", "classifier" */
    size_t function_count;
    char digest[65]; /* of all above: what the handshake compares */
    size_t value_capacity, step_capacity, function_capacity;
    bool failed;       /* memory was short while building */
    struct step spare; /* what adding gives then */
};

/* Builds the lists; the lowering calls these. Values and steps are numbered as added. */
struct program *program_create(const mpcf_graph *g, size_t batch, size_t tokens,
                               bool exact_length); /* NULL: memory */
void program_destroy(struct program *p);           /* NULL is fine */
/* The number of a function's name, added where new. */
uint32_t program_function(struct program *p, const char *name);
value_id program_add_value(struct program *p, enum value_kind kind, struct dims dims,
                           unsigned fraction, unsigned magnitude, const char *node);
/* Its lists are allocated: in (copied), views (zero). Valid until the next step is added; never
 * NULL (program_finish() reports that memory was short). */
struct step *program_add_step(struct program *p, enum step_kind kind, value_id out,
                              const value_id *in, size_t in_count);
/* After the last step and with rings chosen: early flags, levels, digest; checks each step's
 * rules on rings (MPCF_E_INTERNAL names step and node). */
mpcf_status program_finish(struct program *p, mpcf_error *err);

/* --- What a step costs: one row a kind, in core/protocol; cost, dealer and party agree --- */

#define STEP_ROUNDS_MAX 8

/* All bits are whole bytes: each array a step sends ends at one. */
struct step_cost {
    uint32_t rounds; /* messages in sequence, 0 for local steps */
    /* Bits each party sends online, and the user before the run, by round (at most 8). */
    uint64_t provider_bits[STEP_ROUNDS_MAX], user_bits[STEP_ROUNDS_MAX], offline_bits;
    uint64_t correction_bits; /* dealer to user */
    uint64_t setup_bits;      /* provider to user, once a packing (masked weights) */
};
void step_cost(const struct program *p, const struct step *s, struct step_cost *cost);
const char *step_name(enum step_kind kind);

#endif
