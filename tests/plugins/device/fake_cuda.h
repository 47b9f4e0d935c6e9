/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CUDA and cuBLASLt without a device, for tests of the module's code: each call of the table does on the
 * CPU what it means, as late as it may. Streams run when they are waited for; memory of the device cannot
 * be read by the host in between; each operand is held against what lives. What the real libraries would
 * take silently or answer with a crash is kept as a problem.
 */
#ifndef MPCF_TESTS_FAKE_CUDA_H
#define MPCF_TESTS_FAKE_CUDA_H

#include <stdbool.h>

#include "cuda_table.h"

/* What the machine is like; tests change it before they open a device. */
struct fake_cuda {
    cuda_result init;         /* of cuInit() */
    int driver_version;       /* 13000 */
    int toolkit;              /* that our kernels were built by */
    int count, major, minor;  /* devices, their compute capability */
    size_t memory;            /* bytes of each */
    cuda_result load;         /* of cuModuleLoadData() */
    bool has_driver, has_lt;  /* whether the libraries are found */
    bool has_no_algorithm;    /* cuBLASLt finds none */
    bool has_no_batches;      /* nor for a batch of int8 products */
    bool is_frozen;           /* a run: nothing may be allocated or made */
    cuda_result stream_fault; /* what the next cuStreamSynchronize() says */
};
extern struct fake_cuda fake_cuda;

/* How often each was asked for since fake_cuda_begin(). */
struct fake_cuda_counts {
    size_t kernels, products, copies,
        terms_most; /* terms: the largest sum of |products| of digits */
};
extern struct fake_cuda_counts fake_cuda_counts;

/* A new machine, with 13.0, one device of 9.0 and 256 MiB. */
void fake_cuda_begin(void);
/* NULL, or the first problem; things left alive are one. For the end of a test. */
const char *fake_cuda_problem(void);

#endif
