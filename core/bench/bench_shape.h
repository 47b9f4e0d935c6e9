/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.json of known networks.
 */
#ifndef MPCF_BENCH_BENCH_SHAPE_H
#define MPCF_BENCH_BENCH_SHAPE_H

#include <jansson.h>

/* One of "bert-base", "minilm"; NULL: no such shape. */
json_t *bench_shape(const char *name);

#endif
