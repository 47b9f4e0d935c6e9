/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Float products, of the backend chosen at start: OpenBLAS now; a CUDA module can fill the
 * same table.
 */
#ifndef MPCF_FLOAT_FLOAT_GEMM_H
#define MPCF_FLOAT_FLOAT_GEMM_H

#include <stdbool.h>
#include <stddef.h>

/* c [m, n] = alpha a b + beta c, row-major; a is [m, k] or, transposed, [k, m]; b is [k, n] or,
 * transposed, [n, k]. Leading dimensions in elements. */
struct float_gemm {
    size_t m, n, k;
    bool transpose_a, transpose_b;
    float alpha, beta;
    const float *a;
    size_t lda;
    const float *b;
    size_t ldb;
    float *c;
    size_t ldc;
};

struct float_backend {
    const char *name;
    void (*gemm)(const struct float_gemm *call);
    /* COUNT products of one form, at element strides; on all workers. */
    void (*gemm_batch)(const struct float_gemm *call, size_t count, size_t stride_a,
                       size_t stride_b, size_t stride_c);
};

const struct float_backend *float_backend(void);
/* Threads a single product may use. */
void float_backend_threads(size_t count);

#endif
