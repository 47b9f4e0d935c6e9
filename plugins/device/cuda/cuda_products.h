/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The products of device_operations.h on a device of CUDA, for its table alone.
 */
#ifndef MPCF_CUDA_PRODUCTS_H
#define MPCF_CUDA_PRODUCTS_H

#include "cuda_device.h"

/* Of floats: one product of cuBLASLt, in fp32 throughout. */
mpcf_status cuda_float_plan(void *state, const struct device_float_product *product, void **plan,
                            size_t *scratch, mpcf_error *err);
void cuda_float_plan_destroy(void *state, void *plan);
mpcf_status cuda_float_multiply(void *state, void *queue, void *plan, struct device_part a,
                                struct device_part b, struct device_part c,
                                struct device_part scratch, mpcf_error *err);

#endif
