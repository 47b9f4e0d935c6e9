/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buffers into memory: the largest first, each at the lowest place that is free all its life. For
 * core/float_engine only.
 */
#ifndef MPCF_FLOAT_ENGINE_FLOAT_PLACE_H
#define MPCF_FLOAT_ENGINE_FLOAT_PLACE_H

#include <stddef.h>

#include <mpcf/error.h>

/* A buffer: COUNT floats at OFFSET, in use from time BEGIN to END; count 0: none. */
struct span {
    size_t count, offset, begin, end;
};

/* Gives each span its offset; *FLOATS is the memory they need. */
mpcf_status plan_place(struct span **spans, size_t count, size_t *floats, mpcf_error *err);

#endif
