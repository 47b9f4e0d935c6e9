/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shapes: dimensions that are numbers, or one of the two symbols.
 */
#ifndef MPCF_GRAPH_SHAPES_H
#define MPCF_GRAPH_SHAPES_H

#include <stdbool.h>

#include <mpcf/graph.h>

/* Dimensions with numbers put in for BATCH and TOKENS; count is their product. */
struct dims {
    size_t dim[MPCF_RANK_MAX]; /* right-aligned: dim[3] is the row length, unused are 1 */
    size_t count;
};
struct dims shape_resolve(mpcf_shape shape, size_t batch, size_t tokens);
bool shape_equal(mpcf_shape a, mpcf_shape b);

/* 1 .. 4 dimensions, each a number from 1 on, or one of the two symbols. */
bool shape_valid(mpcf_shape shape);
bool shape_is_numbers(mpcf_shape shape);
int64_t shape_row(mpcf_shape shape); /* the last dimension */
/* Equal ranks, each dimension of SMALL equal or 1. */
bool shape_broadcasts_to(mpcf_shape small, mpcf_shape shape);

#define SHAPE_TEXT_SIZE 96
/* "[B, T, 384]" */
const char *shape_text(mpcf_shape shape, char text[SHAPE_TEXT_SIZE]);

#endif
