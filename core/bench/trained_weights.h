/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random weights whose ranges are as wide as a trained network's: what widths, rounds and bytes follow from.
 */
#ifndef MPCF_BENCH_TRAINED_WEIGHTS_H
#define MPCF_BENCH_TRAINED_WEIGHTS_H

#include <mpcf/model.h>

#include "graph/parameters.h"

struct trained_shape {
    const mpcf_model_facts *facts;
    const char *activation; /* the approximation's name */
    double spread;          /* of the weights as they are; gains are near 1 */
    size_t places;          /* tokens of the longest text: the last rows of the position table */
};

/*
 * P, random weights, as what training makes of them: scores to some 90; rows that 2Quad (c: 5) sums to 40 beside
 * rows of some 600 a token; behind each feed-forward the first token's row has 12 octaves more variance than the others.
 * bench/README.md has what is measured of these weights beside a distilled MiniLM's.
 * MPCF_E_UNSUPPORTED: a family whose parameters are named otherwise, tables narrower than the layers.
 */
mpcf_status trained_weights(struct parameters *p, const struct trained_shape *s, mpcf_error *err);

#endif
