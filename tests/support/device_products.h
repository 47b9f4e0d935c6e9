/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One product on a device, from the host's memory and back: what tests hold devices against each other by.
 */
#ifndef MPCF_TESTS_DEVICE_PRODUCTS_H
#define MPCF_TESTS_DEVICE_PRODUCTS_H

#include "device/device_product.h"

/* A device that has reserved ROOM bytes, with one queue. */
struct device_bench {
    struct device *device;
    struct device_queue *queue;
};
mpcf_status device_bench_begin(struct device_bench *b, size_t room, mpcf_error *err);
/* With the device. */
void device_bench_end(struct device_bench *b);

/* What stands on the host: C holds what is added to, and then the result. */
struct device_operands {
    const void *a, *b;
    void *c;
    size_t bytes_a, bytes_b, bytes_c;
};
/* Called between planning and running, and behind: nothing may be allocated on the device. May be NULL. */
typedef void device_freeze(bool is_frozen);
/* ARRANGED: the right operand is arranged before. PLAN is destroyed. */
mpcf_status device_bench_run(struct device_bench *b, struct device_plan *plan, bool arranged,
                             const struct device_operands *operands, device_freeze *freeze,
                             mpcf_error *err);

#endif
