/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program: what a graph is lowered to for one batch and length. A flat list of steps on
 * values of known ring, and the rounds in which they run. The plaintext reference walks the steps;
 * cost engine, dealer and parties walk both.
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
#include "program/round.h"

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
    unsigned magnitude; /* m; m <= ring (and m + 1 <= ring under truncate_extend) */
    /* The user's share depends neither on its input nor on a message of the run: it is known
     * before the run starts. Not so of VALUE_USER. */
    bool is_input_independent;
    const char *node; /* name of the graph node it stems from */
    bool is_inner;    /* a helper inside a node, with a bound that follows from the node's range:
                         checked by the reference, but no part of its smallest margin */
    bool may_wrap;    /* no bound of its own (a sum without its bias): not checked */
    /* By schedule/: */
    uint32_t producer;  /* step */
    uint32_t uses;      /* steps that read it */
    uint32_t round;     /* messages that have passed when it is there */
    int8_t batch_axis;  /* dimension that counts examples, -1: none */
    uint8_t token_axes; /* bit i: dimension i counts tokens (and may be padding) */
};

/* The kinds of steps. core/protocol/NAME.c says what a kind computes, of which operands, and holds
 * every fact about it; operands are in[], the result out. */
/* clang-format off */
#define STEP_MAP(X) \
    X(USER_ONE_HOT, user_one_hot) \
    X(USER_MASK, user_mask) \
    X(USER_LOOKUP, user_lookup) \
    X(PROVIDER, provider) \
    X(COMBINE, combine) \
    X(ROW_SUM, row_sum) \
    X(TRUNCATE_REDUCE, truncate_reduce) \
    X(TRUNCATE_EXTEND, truncate_extend) \
    X(MASKED, masked) \
    X(LINEAR, linear) \
    X(SCALE_COLUMNS, scale_columns) \
    X(PRODUCT, product) \
    X(SQUARE, square) \
    X(LIFT_PRODUCT, lift_product) \
    X(LIFT_SQUARE, lift_square) \
    X(MATMUL, matmul) \
    X(COMPARE, compare) \
    X(BITS_TO_RING, bits_to_ring) \
    X(SELECT, select) \
    X(LIFT_SELECT, lift_select) \
    X(USER_SELECT, user_select) \
    X(TABLE_LOOKUP, table_lookup) \
    X(USER_BUCKETS, user_buckets) \
    X(USER_SLOTS, user_slots) \
    X(BUCKET_SUMS, bucket_sums) \
    X(USER_MATMUL, user_matmul) \
    X(INVERSE, inverse) \
    X(LEVEL_COUNTS, level_counts) \
    X(EXP, exp) \
    X(WAVES, waves) \
    X(REVEAL, reveal)
/* clang-format on */

enum step_kind {
#define STEP_ENUM(upper, lower) STEP_##upper,
    STEP_MAP(STEP_ENUM)
#undef STEP_ENUM
        STEP_COUNT
};

/* How COMBINE and USER_SELECT read an operand: element (i0,i1,i2,i3) of the result is
 * x[first + i0 s0 + i1 s1 + i2 s2 + i3 s3]. Of COMBINE a view may be of i1 = begin .. end - 1
 * alone (end 0: of all), counted from BEGIN: elsewhere it adds nothing. */
struct view {
    size_t first;
    size_t stride[MPCF_RANK_MAX];
    int64_t weight;
    size_t begin, end;
};

/* Which step's message opens an operand of a product, and under which of its masks: a value is
 * opened once for a ring. */
struct opening {
    uint32_t step;
    uint8_t item;
    uint32_t uses; /* in the opening step's own entry: steps that read the opened value */
};

struct step_operations; /* protocol/step_operations.h */

struct step {
    enum step_kind kind;
    const struct step_operations *operations; /* of the kind; by steps_attach() */
    uint32_t index; /* its place; with the inference number it addresses randomness */
    value_id *in;
    size_t in_count;
    value_id out;
    struct view *views; /* COMBINE, USER_SELECT: one an operand */
    uint64_t constant;  /* COMBINE: c0 in units of the result; INVERSE: the result at 2^finest; EXP:
                           at 0; WAVES: added */
    /* Numbers of the kind's own, each kind by its name for it. */
    union {
        unsigned shift;  /* TRUNCATE_REDUCE, TRUNCATE_EXTEND: a division by 2^shift */
        unsigned finest; /* INVERSE: the finest interval has 2^finest units */
        unsigned point;  /* EXP: bits of x behind the point */
        unsigned turn;   /* WAVES: a turn has 2^turn units */
    };
    union {
        uint32_t row;    /* SELECT: of the bits; USER_LOOKUP: the first position */
        uint32_t pad_id; /* of position_ids: USER_ONE_HOT, USER_LOOKUP, USER_BUCKETS, USER_SLOTS */
        uint32_t opened; /* EXP: bits that are opened, 0: all */
        uint32_t wide;   /* LIFT_PRODUCT: y may be opened in so many, 63 at most; 0: in its own */
    };
    union {
        bool transposed; /* MATMUL: of b; LINEAR: w is [i, o] */
        bool is_root;    /* INVERSE: of the root */
    };
    size_t buckets; /* USER_BUCKETS, USER_SLOTS, BUCKET_SUMS: of the batch code; EXP: of what is
                       opened */
    union {
        size_t groups;      /* USER_BUCKETS, USER_SLOTS, BUCKET_SUMS: of examples, a code each */
        size_t factor_bits; /* EXP: of the public factor */
    };
    int64_t *thresholds; /* COMPARE, ascending, in units of x; TABLE_LOOKUP: the entries; WAVES: the
                            first harmonic, the distance of the next, and a, b of each */
    size_t threshold_count;
    const char *input; /* USER_ONE_HOT, USER_LOOKUP, USER_BUCKETS, USER_SLOTS, USER_MASK, REVEAL: of
                          the input or output */
    const mpcf_node *node;     /* PROVIDER, USER_LOOKUP: the constant node */
    size_t table_rows;         /* USER_LOOKUP, USER_BUCKETS, USER_SLOTS: rows of the table */
    uint32_t round;            /* first one it takes part in; local steps: of their operands */
    uint32_t function;         /* index into program.functions: for reports */
    struct opening opening[2]; /* of operands that are opened: by schedule/ */
};

struct program {
    struct arena *arena;
    const mpcf_graph *graph; /* the lowered one; outlives the program */
    size_t batch, tokens;
    bool
        is_marked; /* each example's last revealed number is 1, or 0 with all others where a compared
                       value was out of its range */
    bool exact_length; /* no padding: the mask is public and left out */
    struct value *values;
    size_t value_count;
    struct step *steps;
    size_t step_count;
    const char **functions; /* "embedding", "linear", "attention", "normaliser", "activation",
                                "layer_norm", "pooler", "classifier", "label", "check_ranges" */
    size_t function_count;
    char digest[65]; /* of all above: what the handshake compares */
    /* By program_finish(): */
    struct step_cost *costs; /* by step */
    struct round *rounds;    /* round_count of them, and one more: the steps behind the last */
    uint32_t round_count;
    size_t offline_bytes; /* the user's message before the run */
    size_t revealed;      /* numbers that the user learns */
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
/* "truncate_reduce": the kind's name in STEP_MAP. */
const char *step_name(enum step_kind kind);

#endif
