/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shapes of known networks by name.
 */
#ifndef MPCF_BENCH_BENCH_SHAPE_H
#define MPCF_BENCH_BENCH_SHAPE_H

#include <jansson.h>

#include "base/text.h"

/* config.json (json_decref()) of "bert-base", "minilm", ..; NULL: no such shape. */
json_t *bench_shape(const char *name);
void bench_shape_names(struct text_buffer *out); /* "bert-base, minilm, .." */

#endif
