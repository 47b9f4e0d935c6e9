/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges of a measured run: those of a student that was calibrated before, and how wide they are.
 */
#ifndef MPCF_BENCH_BENCH_RANGES_H
#define MPCF_BENCH_BENCH_RANGES_H

#include <jansson.h>
#include <mpcf/error.h>

/* Where FROM, a checkpoint's folder, is a student's, with ranges of its own (FROM/public/ranges.json): widens those of
 * TO/public by them, by name. The texts here are random; the student's are the task's. */
mpcf_status bench_ranges_take(const char *from, const char *to, mpcf_error *err);
/* {"scores": [low, high], "row_sums": [low, high], "variances": [low, high], "variance_octaves": N}: the least and
 * the largest of all layers of STUDENT/public/ranges.json, and the most octaves of variance at one node; without
 * what the network does not have. *OUT: json_decref(). */
mpcf_status bench_ranges_of(const char *student, json_t **out, mpcf_error *err);

#endif
