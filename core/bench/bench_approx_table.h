/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `mpcf-host bench approx` found, for people and for a page of the documentation.
 */
#ifndef MPCF_BENCH_BENCH_APPROX_TABLE_H
#define MPCF_BENCH_BENCH_APPROX_TABLE_H

#include <jansson.h>

/* Of bench_approx(); mpcf_free() it, NULL: memory. */
char *bench_approx_table(const json_t *result);
/* The same as tables of Markdown, a section a slot, with formula and source. */
char *bench_approx_markdown(const json_t *result);

#endif
