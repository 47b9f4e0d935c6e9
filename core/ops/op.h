/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operation computes in floats: one file an operation holds its constructor (declared in
 * <mpcf/graph.h>) and the two functions of struct op. The float engine lays out the buffers and
 * calls them in order.
 */
#ifndef MPCF_OPS_OP_H
#define MPCF_OPS_OP_H

#include "graph/graph.h"
#include "graph/parameters.h"

/* One node in one run. Tensors are row-major with the dimensions given, but for those marked
 * interleaved: [B, H, T, d] held as [B, T, H, d], which SPLIT_HEADS and MERGE_HEADS then need
 * not copy. */
struct op_call {
    const mpcf_node *node;
    size_t batch, tokens;
    struct dims out, in[NODE_INPUTS_MAX];
    const float *x[NODE_INPUTS_MAX];
    const int32_t *ids; /* EMBEDDING */
    float *y;
    const float *dy;
    float *dx[NODE_INPUTS_MAX]; /* NULL: nobody asks */
    bool add[NODE_INPUTS_MAX];  /* dx is added to, not written over */
    bool x_interleaved[NODE_INPUTS_MAX], y_interleaved;
    float *saved;            /* of the size that saved() said; forward to backward */
    float factor;            /* MATMUL: a SCALE that follows and was left out; else 1 */
    uint64_t dropout_seed;   /* 0: no dropout */
    struct parameter *table; /* EMBEDDING: gets the rows' gradients */
};

/* What a backward function reads. */
#define OP_READS_X0 1u
#define OP_READS_X1 2u
#define OP_READS_Y  4u

struct op {
    void (*forward)(const struct op_call *c);
    void (*backward)(const struct op_call *c); /* NULL: no gradient */
    unsigned reads;
    bool in_place; /* forward may write y over x[0] of the same shape */
    /* Floats; NULL: none. Of the largest run: OUT, and IN_COUNT elements of each operand. */
    size_t (*saved)(const mpcf_node *node, const struct dims *out, const size_t *in_count);
};

/* One a file: op_add of add.c. */
#define OP_DECLARE(upper, lower) extern const struct op op_##lower;
OP_MAP(OP_DECLARE)
#undef OP_DECLARE

/* --- For the operations --- */

/* BODY over elements, or over rows of COLS, on all workers, in pieces worth the hand-over. */
typedef void op_body(const struct op_call *c, size_t begin, size_t end);
void op_each(const struct op_call *c, size_t count, op_body *body);
void op_each_row(const struct op_call *c, size_t rows, size_t cols, op_body *body);

/* Index into a tensor of dims SMALL of the row that row R of BIG reads or adds to (in elements);
 * SMALL broadcasts to BIG in the first three dimensions. */
size_t op_broadcast_row(const struct dims *small, const struct dims *big, size_t r);
/* Whether two rows of BIG read the same row of SMALL. */
bool op_shares_rows(const struct dims *small, const struct dims *big);
/* dx (+)= dy summed over broadcast dimensions, times SIGN. */
void op_reduce_gradient(const struct op_call *c, size_t operand, float sign);
bool op_same_dims(const struct dims *a, const struct dims *b);

#endif
