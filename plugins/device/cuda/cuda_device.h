/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One device of CUDA, opened: its context, its memory, our kernels on it.
 */
#ifndef MPCF_CUDA_DEVICE_H
#define MPCF_CUDA_DEVICE_H

#include <stdbool.h>

#include "cuda_table.h"
#include "device/device_operations.h"

struct cuda_device {
    const struct cuda_table *table;
    cuda_number number;
    cuda_context context; /* NULL: not yet */
    cuda_stream own;      /* for what no queue asks for */
    cuda_module kernels;
    cuda_function split, combine;
    lt_handle lt;
    struct device_part memory; /* at 0: none */
    struct device_facts facts;
};

struct cuda_queue {
    cuda_stream stream;
    cuda_event event; /* of the last cuda_queue_after() on it */
};

/*
 * Device number NUMBER of the machine. MPCF_E_UNSUPPORTED, in one line: no driver, one that is older than
 * the toolkit that built our kernels, no such device, one below compute capability 8.0 (its int8 tensor
 * cores are others), no cuBLASLt.
 */
mpcf_status cuda_device_open(unsigned number, struct cuda_device **out, mpcf_error *err);
bool cuda_device_close(struct cuda_device *c); /* wipes its memory; false: it could not */

/* Makes C's context this thread's: before any other call. */
mpcf_status cuda_enter(const struct cuda_device *c, mpcf_error *err);
/* MPCF_OK, or what CUDA says of DOING: MPCF_E_NOMEM where memory is short, else MPCF_E_IO. */
mpcf_status cuda_check(const struct cuda_table *table, cuda_result result, const char *doing,
                       mpcf_error *err);
/* The same of cuBLASLt, whose failures are numbers. */
mpcf_status cuda_check_lt(lt_status status, const char *doing, mpcf_error *err);

mpcf_status cuda_reserve(struct cuda_device *c, size_t bytes, struct device_part *out,
                         mpcf_error *err);

#endif
