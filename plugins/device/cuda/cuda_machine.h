/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the module gets CUDA from: the libraries of this machine (machine.c), or what stands in for them
 * in tests, which link a file of their own in its place.
 */
#ifndef MPCF_CUDA_MACHINE_H
#define MPCF_CUDA_MACHINE_H

#include "cuda_table.h"

struct cuda_build {
    const void *image; /* our kernels as a fat binary, for cuModuleLoadData() */
    int toolkit;       /* what made it, as cuDriverGetVersion() counts: 13000 */
};

/* The table with the driver's functions; the same after cuda_machine_lt() with cuBLASLt's, too. */
mpcf_status cuda_machine_driver(const struct cuda_table **out, mpcf_error *err);
mpcf_status cuda_machine_lt(mpcf_error *err);
const struct cuda_build *cuda_machine_build(void);

#endif
