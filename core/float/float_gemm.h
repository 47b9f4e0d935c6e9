/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Float products, of the backend chosen at start: OpenBLAS now; a CUDA module can fill the
 * same table.
 */
#ifndef MPCF_FLOAT_FLOAT_GEMM_H
#define MPCF_FLOAT_FLOAT_GEMM_H

#include <stddef.h>

#include "float/float_product.h"

struct float_backend {
    const char *name;
    void (*gemm)(const struct float_gemm *call);
    /* COUNT products of one form, at element strides; on all workers. */
    void (*gemm_batch)(const struct float_gemm *call, size_t count, size_t stride_a,
                       size_t stride_b, size_t stride_c);
};

const struct float_backend *float_backend(void);
/* Which build of the backend, and which of its kernels, into TEXT of SIZE bytes: others may round otherwise. */
void float_backend_describe(char *text, size_t size);

#endif
