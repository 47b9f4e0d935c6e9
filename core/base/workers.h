/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fixed pool of threads and one way to use it: a loop cut into ranges.
 */
#ifndef MPCF_BASE_WORKERS_H
#define MPCF_BASE_WORKERS_H

#include <stddef.h>

/* Sets how many threads work, the caller's included; at start, or between loops. 0: as
 * many as the process may run on (MPCF_THREADS overrides). */
void workers_set(size_t count);
size_t workers_count(void);

/* BODY(context, begin, end) over [0, count), in ranges of at least GRAIN, on all workers;
 * returns when all is done. A call from inside a body runs on its thread alone. */
typedef void workers_body(void *context, size_t begin, size_t end);
void workers_for(size_t count, size_t grain, workers_body *body, void *context);

#endif
