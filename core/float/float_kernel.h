/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loops over floats, for the processor at hand. One thread each: the operations in core/ops cut
 * the work. Where a gradient has ADD, it is added to what is there, else written over it. X and Y
 * (DX and DY) may be the same array in the elementwise ones.
 */
#ifndef MPCF_FLOAT_FLOAT_KERNEL_H
#define MPCF_FLOAT_FLOAT_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "float/float_product.h"

/* Largest relative errors, against double precision, of one, two or three units in the last
 * place; exp stays at e^88 above 88 and at e^-86 below -86. 1/0 counts as 0: a row without a kept
 * column then gives zeros, not NaN. */
enum float_function {
    FLOAT_SQUARE,
    FLOAT_RELU,
    FLOAT_EXP,
    FLOAT_ERF,
    FLOAT_TANH,
    FLOAT_RECIPROCAL,
    FLOAT_RSQRT,
    FLOAT_FUNCTIONS
};

/* A piecewise polynomial: see <mpcf/graph.h>. */
struct float_pieces {
    const float *cuts;
    size_t cut_count;
    const float *coef;
    size_t degree;
};

/* The same with sines: rows of coef end in COUNT more numbers, s_k of s_k sin(2 pi k x / period), k from 1 on, which
 * degree counts, too. Those of the first and the last row are 0. */
struct float_sines {
    struct float_pieces pieces;
    size_t count;
    double period;
};

/* One element in 1 / (1 - chance) is kept where its random number is at least THRESHOLD
 * (chance * 2^32); the numbers are a function of KEY and the element's index alone. */
struct float_dropout {
    uint64_t key;
    uint32_t threshold;
    float scale;
};

struct float_kernel {
    const char *name;
    void (*function[FLOAT_FUNCTIONS])(const float *x, float *y, size_t n);
    /* With x and y of the forward run; only the one that the derivative needs is read. */
    void (*function_gradient[FLOAT_FUNCTIONS])(const float *x, const float *y, const float *dy,
                                               float *dx, bool add, size_t n);
    void (*affine)(const float *x, float scale, float offset, float *y, size_t n);
    void (*scale)(const float *x, float scale, float *y, bool add, size_t n);
    void (*add)(const float *a, const float *b, float *y, size_t n);
    void (*sub)(const float *a, const float *b, float *y, size_t n);
    void (*multiply)(const float *a, const float *b, float *y, bool add, size_t n);
    /* y = x where keep is not 0, else 0. */
    void (*select)(const float *x, const float *keep, float *y, bool add, size_t n);
    void (*poly)(const float *x, const float *coef, size_t degree, float *y, size_t n);
    void (*poly_gradient)(const float *x, const float *coef, size_t degree, const float *dy,
                          float *dx, bool add, size_t n);
    void (*pieces)(const struct float_pieces *p, const float *x, float *y, size_t n);
    void (*pieces_gradient)(const struct float_pieces *p, const float *x, const float *dy,
                            float *dx, bool add, size_t n);
    /* Absolute errors below 3e-6 of the sum of |s_k|, in the gradient of that of |s_k| 2 pi k^2 / period. */
    void (*sines)(const struct float_sines *s, const float *x, float *y, size_t n);
    void (*sines_gradient)(const struct float_sines *s, const float *x, const float *dy, float *dx,
                           bool add, size_t n);
    void (*dropout)(const struct float_dropout *d, size_t first, const float *x, float *y, bool add,
                    size_t n);
    float (*sum)(const float *x, size_t n);
    float (*dot)(const float *a, const float *b, size_t n);
    /* Of the elements whose KEEP is not 0; 0 where there is none. */
    float (*max_kept)(const float *x, const float *keep, size_t n);
    /* y[c] += sum over rows of x[r, c]; x has rows of STRIDE. */
    void (*column_sums)(const float *x, size_t rows, size_t cols, size_t stride, float *y);
    /* Rows of COLS; saved[2 r] gets the mean, saved[2 r + 1] the inverse deviation. */
    void (*layer_norm)(const float *x, const float *gamma, const float *beta, float epsilon,
                       size_t rows, size_t cols, float *y, float *saved);
    void (*layer_norm_gradient)(const float *x, const float *gamma, const float *saved,
                                const float *dy, size_t rows, size_t cols, float *dx, bool add);
    /* dgamma[c] += sum dy xhat, dbeta[c] += sum dy, for COLS columns of rows of STRIDE. */
    void (*layer_norm_columns)(const float *x, const float *saved, const float *dy, size_t rows,
                               size_t cols, size_t stride, float *dgamma, float *dbeta);
    /* A small product, k <= FLOAT_SMALL_DEPTH. */
    void (*gemm_small)(const struct float_gemm *call);
};
#define FLOAT_SMALL_DEPTH 512

const struct float_kernel *float_kernel(void);

extern const struct float_kernel float_kernel_portable, float_kernel_avx2, float_kernel_avx512;

#endif
