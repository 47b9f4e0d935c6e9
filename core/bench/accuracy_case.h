/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The primitives that bench_accuracy() measures: how each is drawn, built and computed in double,
 * and how far it may be from that. docs/accuracy.md has the same table.
 */
#ifndef MPCF_BENCH_ACCURACY_CASE_H
#define MPCF_BENCH_ACCURACY_CASE_H

#include <stddef.h>
#include <stdint.h>

#include "graph/graph.h"

#define ACCURACY_SAME ((size_t) -1)

struct accuracy_case {
    const char *name, *range;
    double low, high; /* uniform; where deviation is not 0, normal around their middle */
    double deviation;
    size_t rows, cols; /* of the operand */
    /* Of a second operand [second_cols, cols]; 0: none; ACCURACY_SAME: as the first. */
    size_t second_cols;
    double limit;   /* of the largest error: at most twice what is measured */
    double to_beat; /* 0: nobody has a figure */
    mpcf_node *(*build)(mpcf_graph *g, mpcf_node *x, mpcf_node *y);
    /* One row: Y is the second operand (whole), OUT as many numbers as the result's row. */
    void (*exact)(const struct accuracy_case *c, const double *x, const double *y, double *out);
    size_t result_cols;
    bool by_logarithm; /* drawn uniformly in the exponent */
    bool by_row;       /* LOW .. HIGH is the variance of a row, drawn in the exponent */
    bool is_scores;    /* X is [1, 1, T, T], and Y the mask over its columns */
};

extern const struct accuracy_case accuracy_cases[];
extern const size_t accuracy_case_count;

#endif
