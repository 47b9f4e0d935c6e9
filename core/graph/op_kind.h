/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which operations there are.
 */
#ifndef MPCF_GRAPH_OP_KIND_H
#define MPCF_GRAPH_OP_KIND_H

/* One list of operations; a table that every engine must have a row in. */
/* clang-format off */
#define OP_MAP(X)                                                                  \
    X(INPUT, input) X(PARAMETER, parameter) X(LINEAR, linear) X(MATMUL, matmul)    \
    X(EMBEDDING, embedding) X(POSITIONS, positions) X(ADD, add) X(SUB, sub)        \
    X(MUL, mul) X(OFFSET, offset) X(SCALE, scale) X(SQUARE, square) X(POLY, poly)  \
    X(PIECEWISE, piecewise) X(RELU, relu) X(EXP, exp) X(ERF, erf) X(TANH, tanh)    \
    X(RECIPROCAL, reciprocal) X(RSQRT, rsqrt) X(ROW_SUM, row_sum)                  \
    X(ROW_MAX, row_max) X(MASK, mask) X(LAYER_NORM, layer_norm)                    \
    X(SPLIT_HEADS, split_heads) X(MERGE_HEADS, merge_heads) X(SLICE, slice)        \
    X(TOKEN, token) X(DROPOUT, dropout) X(STOP_GRADIENT, stop_gradient)            \
    X(TAP, tap) X(FUSED, fused)                                                    \
    X(TAKE_HEADS, take_heads) X(JOIN_HEADS, join_heads)                            \
    X(PIECEWISE_SINES, piecewise_sines) X(LOOKUP, lookup)                          \
    X(PIECEWISE_OF, piecewise_of)                                                  \
    /* made by passes only */                                                      \
    X(CONCAT, concat) X(CENTER, center) X(ROW_MEAN_SQUARE, row_mean_square)        \
    X(SCALE_COLUMNS, scale_columns) X(MATMUL_MASKED, matmul_masked)
/* clang-format on */

enum op_kind {
#define OP_ENUM(upper, lower) OP_##upper,
    OP_MAP(OP_ENUM)
#undef OP_ENUM
        OP_COUNT
};

const char *op_name(enum op_kind kind); /* "row_sum" */

#endif
