/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernels of core/compute reach on this machine, every path beside every other in one
 * run: `mpcf-host bench kernels`.
 */
#ifndef MPCF_BENCH_BENCH_KERNELS_H
#define MPCF_BENCH_BENCH_KERNELS_H

#include <jansson.h>
#include <mpcf/error.h>

/*
 * Measures on one thread, as medians of thread CPU time over ROUNDS (an odd number, 5 is a good
 * one), so that other work on the machine disturbs little; takes a second or two a level.
 *
 * *OUT (json_decref() it): {"machine": level, "rounds": n, "results": [{"kernel", "case",
 * "level", "unit", "rate"}, ...]}; the unit is "multiply-adds/ns" or "GB/s" (of words of eight
 * bytes; what is packed counts unpacked). MPCF_E_NOMEM. Not beside other users of the kernels:
 * it forces levels meanwhile.
 */
mpcf_status bench_kernels(size_t rounds, json_t **out, mpcf_error *err);

/* The same for people: a line a case, a column a level. mpcf_free() it; NULL: memory. */
char *bench_kernels_table(const json_t *result);

#endif
