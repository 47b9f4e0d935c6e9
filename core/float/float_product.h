/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A product of two matrices of floats, as it is asked for: of the backend or of a kernel.
 */
#ifndef MPCF_FLOAT_FLOAT_PRODUCT_H
#define MPCF_FLOAT_FLOAT_PRODUCT_H

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

#endif
