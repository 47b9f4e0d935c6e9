/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A statistic of values that come batch by batch, one for each group: head, position, or the whole.
 */
#ifndef MPCF_PASS_STATISTIC_H
#define MPCF_PASS_STATISTIC_H

#include <mpcf/error.h>

#include "float_engine/float_batch.h"
#include "graph/graph.h"

struct statistic;

/* Of M, whose node is named NAME; by position for PLACES of them. M and NAME outlive it. */
mpcf_status statistic_create(const struct measure *m, const char *name, size_t places,
                             struct statistic **out, mpcf_error *err);
void statistic_destroy(struct statistic *s); /* NULL is fine */
/* Whether it is a largest or smallest value. */
bool statistic_is_extreme(const struct statistic *s);
/* X is M's node after a run of B. MPCF_E_RANGE: a value that is not finite. */
mpcf_status statistic_add(struct statistic *s, const float *x, const struct float_batch *b,
                          mpcf_error *err);
/* COUNT values: as many as there are groups (position by position, head by head), or as a fit was asked
 * for. MPCF_E_INVALID where no element counted. */
mpcf_status statistic_end(struct statistic *s, float *values, size_t count, mpcf_error *err);

#endif
