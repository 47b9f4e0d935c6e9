/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products of floats on the device. Ours lie row by row, cuBLAS reads column by column, and so sees each
 * matrix transposed: c = a b is asked for as c^T = b^T a^T.
 */
#include <stdlib.h>

#include "cuda_products.h"
#include "lt_product.h"

struct float_plan {
    struct lt_product product;
    float alpha, beta;
};

static struct lt_shape shape_of(const struct device_float_product *p)
{
    return (struct lt_shape){.transpose_a = p->transpose_b,
                             .transpose_b = p->transpose_a,
                             .m = p->n,
                             .n = p->m,
                             .k = p->k,
                             .lda = p->ldb,
                             .ldb = p->lda,
                             .ldc = p->ldc,
                             .batches = p->count,
                             .stride_a = p->stride_b,
                             .stride_b = p->stride_a,
                             .stride_c = p->stride_c};
}

mpcf_status cuda_float_plan(void *state, const struct device_float_product *product, void **plan,
                            size_t *scratch, mpcf_error *err)
{
    const struct cuda_device *c = state;
    const struct lt_shape shape = shape_of(product);

    MPCF_TRY(cuda_enter(c, err));
    struct float_plan *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory (a product's plan)");
    }
    p->alpha = product->alpha;
    p->beta = product->beta;
    mpcf_status status = lt_product_plan(c, &shape, &p->product, err);
    if (status != MPCF_OK) {
        free(p);
        return status;
    }
    *scratch = p->product.workspace;
    *plan = p;
    return MPCF_OK;
}

void cuda_float_plan_destroy(void *state, void *plan)
{
    struct float_plan *p = plan;

    lt_product_clear(state, &p->product);
    free(p);
}

mpcf_status cuda_float_multiply(void *state, void *queue, void *plan, struct device_part a,
                                struct device_part b, struct device_part c,
                                struct device_part scratch, mpcf_error *err)
{
    const struct cuda_device *device = state;
    const struct cuda_queue *q = queue;
    const struct float_plan *p = plan;

    MPCF_TRY(cuda_enter(device, err));
    return lt_product_run(device, &p->product, &p->alpha, b.at, a.at, &p->beta, c.at, scratch.at,
                          q->stream, err);
}
