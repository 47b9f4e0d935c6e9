/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products on a device, of floats and modulo 2^k: planned once for a shape, then run from queues.
 */
#ifndef MPCF_DEVICE_DEVICE_PRODUCT_H
#define MPCF_DEVICE_DEVICE_PRODUCT_H

#include "device/device_queue.h"

struct device_plan;
struct device_right; /* a right operand of ring products, arranged once */

mpcf_status device_float_plan(struct device *d, const struct device_float_product *product,
                              struct device_plan **out, mpcf_error *err);
mpcf_status device_ring_plan(struct device *d, const struct device_ring_product *product,
                             struct device_plan **out, mpcf_error *err);
void device_plan_destroy(struct device_plan *plan); /* NULL is fine */
/* Bytes that a run needs besides its operands; two runs in one queue may share them. */
size_t device_plan_scratch(const struct device_plan *plan);
/* Bytes that an arranged right operand takes of the device's memory. */
size_t device_plan_arranged(const struct device_plan *plan);
/* The product of the plan. Operands have at least the bytes of their shapes (else MPCF_E_SHAPE) and begin
 * at multiples of DEVICE_OPERAND_ALIGNMENT (else MPCF_E_INVALID); c is none of the others. */
mpcf_status device_multiply(struct device_queue *q, struct device_plan *plan, struct device_part a,
                            struct device_part b, struct device_part c, struct device_part scratch,
                            mpcf_error *err);
/* Arranges B [depth, columns] in ROOM (device_plan_arranged() bytes) for ring plans of one product, of
 * the same depth, columns, orientation and width. B may change when Q was waited for. */
mpcf_status device_arrange(struct device_queue *q, struct device_plan *plan, struct device_part b,
                           struct device_part room, struct device_right **out, mpcf_error *err);
void device_right_destroy(struct device_right *right); /* NULL is fine */
mpcf_status device_multiply_right(struct device_queue *q, struct device_plan *plan,
                                  struct device_part a, const struct device_right *right,
                                  struct device_part c, struct device_part scratch,
                                  mpcf_error *err);

#endif
