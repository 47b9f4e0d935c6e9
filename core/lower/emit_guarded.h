/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparisons of what truncations have made.
 */
#ifndef MPCF_LOWER_EMIT_GUARDED_H
#define MPCF_LOWER_EMIT_GUARDED_H

#include "lower/emit.h"

/* As emit_compare(), right for an X that is a unit beyond its magnitude, too. */
value_id emit_compare_guarded(struct lowering *l, value_id x, const int64_t *thresholds,
                              size_t count);

#endif
