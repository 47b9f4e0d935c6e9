/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The products modulo 2^k of device_operations.h on a device of CUDA, for its table alone.
 */
#ifndef MPCF_CUDA_RING_H
#define MPCF_CUDA_RING_H

#include "cuda_device.h"

mpcf_status cuda_ring_plan(void *state, const struct device_ring_product *product, void **plan,
                           size_t *scratch, size_t *arranged, mpcf_error *err);
void cuda_ring_plan_destroy(void *state, void *plan);
mpcf_status cuda_ring_multiply(void *state, void *queue, void *plan, struct device_part a,
                               struct device_part b, struct device_part c,
                               struct device_part scratch, mpcf_error *err);
/* Arranged is: its digits. */
mpcf_status cuda_ring_arrange(void *state, void *queue, void *plan, struct device_part b,
                              struct device_part room, void **right, mpcf_error *err);
void cuda_ring_right_destroy(void *state, void *right);
mpcf_status cuda_ring_multiply_right(void *state, void *queue, void *plan, struct device_part a,
                                     const void *right, struct device_part c,
                                     struct device_part scratch, mpcf_error *err);

#endif
