/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges of nodes, by name: what widths are chosen from.
 */
#ifndef MPCF_PASS_RANGES_H
#define MPCF_PASS_RANGES_H

#include <stddef.h>

#include <mpcf/error.h>

/* What calibration saw of a node on real rows and columns: |x| <= largest, and for positive
 * ones (operands of RECIPROCAL, RSQRT) x >= smallest. */
struct node_range {
    const char *node; /* name in the graph after passes */
    double low, high; /* smallest and largest value seen */
};

struct ranges {
    struct node_range *items; /* sorted by name */
    size_t count;
    double margin_bits; /* added when widths are chosen; default 2 */
    /* Tokens of the shortest and the longest text that were looked at; 0: not known, of an earlier version,
     * which looked at rows alone. */
    size_t shortest, longest;
};
/* NULL: none. */
const struct node_range *ranges_find(const struct ranges *r, const char *node);
/* By name, after items were put in. */
void ranges_sort(struct ranges *r);
void ranges_destroy(struct ranges *r);
/* ranges.json of student/public. */
mpcf_status ranges_write(const struct ranges *r, const char *path, mpcf_error *err);
mpcf_status ranges_read(const char *path, struct ranges **out, mpcf_error *err);

#endif
