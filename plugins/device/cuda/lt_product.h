/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A product by cuBLASLt, planned: its descriptors and the algorithm that the library chose for it.
 */
#ifndef MPCF_CUDA_LT_PRODUCT_H
#define MPCF_CUDA_LT_PRODUCT_H

#include <stdbool.h>

#include "cuda_device.h"

#define LT_ALIGNMENT DEVICE_OPERAND_ALIGNMENT /* what the fast kernels ask */

/*
 * c [m, n] = alpha op(a) op(b) + beta c as cuBLAS has it: column by column. op(a) [m, k], op(b) [k, n].
 * Leading dimensions and strides, in elements, of what lies in memory. Floats, or int8 to int32.
 */
struct lt_shape {
    bool is_int8;
    bool transpose_a, transpose_b;
    size_t m, n, k, lda, ldb, ldc;
    size_t batches, stride_a, stride_b, stride_c;
};

struct lt_product {
    lt_desc desc;
    lt_layout a, b, c;
    lt_algorithm algorithm;
    size_t workspace; /* bytes that a run needs */
};

/* MPCF_E_UNSUPPORTED: cuBLASLt has no algorithm for it; MPCF_E_SHAPE: more than 2^31 - 1 batches. OUT is zeroed first, for lt_product_clear(). */
mpcf_status lt_product_plan(const struct cuda_device *c, const struct lt_shape *shape,
                            struct lt_product *out, mpcf_error *err);
void lt_product_clear(const struct cuda_device *c, struct lt_product *p);
/* ALPHA and BETA of the type of the result, read in the call. WORKSPACE: p->workspace bytes. */
mpcf_status lt_product_run(const struct cuda_device *c, const struct lt_product *p,
                           const void *alpha, cuda_address a, cuda_address b, const void *beta,
                           cuda_address out, cuda_address workspace, cuda_stream stream,
                           mpcf_error *err);

#endif
