/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the stand-in for CUDA share: memory of the device, and queues of work.
 */
#ifndef MPCF_TESTS_FAKE_INSIDE_H
#define MPCF_TESTS_FAKE_INSIDE_H

#include <mpcf/export.h>

#include "fake_cuda.h"

/* Keeps the first. */
void fake_problem(const char *format, ...) MPCF_PRINTF(1, 2);
/* A call of NAME: a context is current. MAKES: it allocates or creates, which a run may not. */
void fake_call(const char *name, bool makes);
/* Objects alive: +1, -1. */
void fake_live(int change);

/* --- Memory: fake_memory.c --- */

cuda_result fake_memory_alloc(cuda_address *out, size_t bytes);
cuda_result fake_memory_free(cuda_address address);
size_t fake_memory_used(void);
/* Whether BYTES from AT lie in one block that lives; a problem of WHAT where not. */
bool fake_memory_holds(cuda_address at, size_t bytes, const char *what);
/* Between these two the host may touch the device's memory: what runs on the device runs there. */
void fake_memory_unlock(void);
void fake_memory_lock(void);

/* --- Streams: fake_streams.c --- */

/* Work of SIZE bytes, which RUN gets when it is its turn; copied. */
typedef void fake_work(const void *work);
void fake_streams_put(cuda_stream stream, fake_work *run, const void *work, size_t size);
size_t fake_streams_waiting(void); /* pieces of work that have not run */
void fake_streams_fill(struct cuda_table *table);

/* --- cuBLASLt: fake_lt.c --- */

void fake_lt_fill(struct cuda_table *table);

#endif
