/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How exact every secure primitive is: `mpcf-host bench accuracy`.
 *
 * Each line is a small graph on numbers of the provider that the user looks up, lowered like a
 * network, good to 16 fractional bits, and run by all three roles and in the clear; the results
 * are compared with float64. Ranges are those of BERT. Masks are the same each time, so that a
 * run repeats.
 */
#ifndef MPCF_BENCH_BENCH_ACCURACY_H
#define MPCF_BENCH_BENCH_ACCURACY_H

#include <jansson.h>
#include <mpcf/error.h>

/* *OUT (json_decref() it): {"fraction": 16, "results": [{"primitive", "range", "elements",
 * "max_error", "mean_error", "plaintext_max_error" (of the same integers in the clear), "limit",
 * "to_beat" (what the best of other systems reaches; absent where nobody has a figure)}, ...]}. */
mpcf_status bench_accuracy(json_t **out, mpcf_error *err);
/* The same for people; mpcf_free() it, NULL: memory. */
char *bench_accuracy_table(const json_t *result);

#endif
