/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loops of interval trees, on TREE_ROWS keys side by side: [node][key] throughout.
 */
#ifndef MPCF_PROTOCOL_INTERVAL_KERNEL_H
#define MPCF_PROTOCOL_INTERVAL_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#define TREE_SPLIT_BITS 4  /* b: the least x is 2^b nodes of the last stop */
#define TREE_PLACE_BITS 12 /* of a place in a node and its square, as integers */
#define TREE_PART_BITS  15 /* of the opened part of it */

enum {
    TREE_ROWS = 8,     /* keys that are walked side by side */
    TREE_PAYLOADS = 3, /* 1, place, its square */
    TREE_SERIES = 5,   /* coefficients of a function at a node */
    TREE_NEAR = 19,    /* nodes J = 0 .. 18, which are halved: narrow enough are those behind */
    TREE_NODES = 4 * TREE_NEAR /* at a stop, at most */
};

/* Nodes: words of seeds, their bits lowest; after an expansion anything. */
struct tree_nodes {
    uint64_t low[(TREE_NODES + 1) * TREE_ROWS], high[(TREE_NODES + 1) * TREE_ROWS];
};

/* A sum over nodes, not yet corrected: of pieces times what nodes expand to, and of pieces where bits are set. */
struct tree_sum {
    uint64_t total[TREE_ROWS], counted[TREE_PAYLOADS][TREE_ROWS];
};

struct interval_kernel {
    /* OUT = the children of NEAR nodes, COUNT of them: LEFT and RIGHT are what NODES expand to (overwritten),
     * CORRECTION [2][key], and A the bit of each c that says which child is nearer. */
    void (*children)(struct tree_nodes *out, size_t count, const struct tree_nodes *nodes,
                     struct tree_nodes *left, struct tree_nodes *right, size_t near,
                     uint64_t (*correction)[TREE_ROWS], const uint64_t *a);
    /* To SUM nodes FIRST .. END - 1 of a stop, which expand to VALUES and THIRD: times the parabolas of a
     * function there (inverse_pieces.h), of SERIES at the opened part E [key], divided by 2^SHIFT; of a key
     * only where IS_THERE [key] is all ones, and not zero. */
    void (*count)(struct tree_sum *sum, const struct tree_nodes *nodes,
                  const struct tree_nodes *values, const uint64_t *third,
                  const int64_t (*series)[TREE_NODES], const int64_t *e, unsigned shift,
                  const uint64_t *is_there, size_t first, size_t end);
};

extern const struct interval_kernel interval_kernel_portable;
extern const struct interval_kernel interval_kernel_avx2;
extern const struct interval_kernel interval_kernel_avx512;

/* Of this processor. */
const struct interval_kernel *interval_kernel(void);

#endif
