/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ring products of operands that lie on the host, computed on a device: what an engine calls in place of
 * ring_product.h where it was given one. Operands that are used often are kept there.
 *
 * Plans are made when a shape comes for the first time. One thread at a time.
 */
#ifndef MPCF_DEVICE_RING_PRODUCTS_H
#define MPCF_DEVICE_RING_PRODUCTS_H

#include "device/device_product.h"

struct ring_products;
struct ring_right; /* a right operand kept on the device */

/* Reserves BYTES of D's memory, of which nothing was reserved, or as much by products that have ended;
 * D is borrowed. */
mpcf_status ring_products_create(struct device *d, size_t bytes, struct ring_products **out,
                                 mpcf_error *err);
void ring_products_destroy(
    struct ring_products *r); /* NULL is fine; after what it keeps; wipes the reserve */

/* As ring_multiply_batch(), done when it returns. MPCF_E_NOMEM: the reserve is too small. */
mpcf_status ring_products_multiply(struct ring_products *r, const struct device_ring_product *p,
                                   const uint64_t *a, const uint64_t *b, uint64_t *c,
                                   mpcf_error *err);

/* Keeps B as ring_pack_right() does, ldb as long as a row. Its memory on the device stays taken until
 * the end of R. */
mpcf_status ring_right_create(struct ring_products *r, const uint64_t *b, size_t depth,
                              size_t columns, bool transposed, unsigned bits,
                              struct ring_right **out, mpcf_error *err);
void ring_right_destroy(struct ring_right *right); /* NULL is fine */
/* As ring_multiply_packed() of contiguous a and c. */
mpcf_status ring_right_multiply(const struct ring_right *right, const uint64_t *a, size_t rows,
                                uint64_t *c, bool accumulate, mpcf_error *err);

#endif
