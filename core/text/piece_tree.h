/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pieces of a Unigram as a tree of bytes, in 9 bytes a node: a text walks it for all pieces that
 * begin at one place.
 */
#ifndef MPCF_TEXT_PIECE_TREE_H
#define MPCF_TEXT_PIECE_TREE_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#define PIECE_TREE_NOWHERE UINT32_MAX
#define PIECE_TREE_NO_ID   (-1)

struct piece {
    const char *text; /* valid UTF-8; of two equal ones, the last counts */
    double score;
    uint32_t length;
    uint32_t id;
};

/* All zero: empty. Level by level: node I's children stand at FIRST[I] to below FIRST[I + 1], in
 * rising order of LABELS. */
struct piece_tree {
    uint8_t *labels;
    uint32_t *first;
    int32_t *ids; /* of the piece that ends at a node, or NO_ID */
    size_t node_count;
};

/* Sorts the COUNT pieces; they are not needed behind the call. Takes 17 bytes for each of their
 * bytes. An empty piece is never found. */
mpcf_status piece_tree_build(struct piece_tree *t, struct piece *pieces, size_t count,
                             mpcf_error *err);
void piece_tree_clear(struct piece_tree *t);

/* The node behind all bytes of POINT from NODE (0: the root), or NOWHERE. T is not empty. */
uint32_t piece_tree_step_point(const struct piece_tree *t, uint32_t node, uint32_t point);
/* Id of a piece, or NO_ID; the second: of COUNT points. */
int32_t piece_tree_find(const struct piece_tree *t, const char *text, size_t length);
int32_t piece_tree_find_points(const struct piece_tree *t, const uint32_t *points, size_t count);

#endif
