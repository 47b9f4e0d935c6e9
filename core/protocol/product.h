/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elementwise products, shared by PRODUCT and LIFT_PRODUCT.
 */
#ifndef MPCF_PROTOCOL_PRODUCT_H
#define MPCF_PROTOCOL_PRODUCT_H

#include "protocol/step_operations.h"

const char *product_check(const struct program *p, const struct step *s);
mpcf_status product_reference(struct reference_state *r, const struct step *s, mpcf_error *err);
/* Elements of the first operand to one of the second. */
size_t product_columns(const struct program *p, const struct step *s);
/* The number of the second's elements, from *BEGIN on, that the first's [first, first + n) meet. */
size_t product_range(size_t columns, size_t first, size_t n, size_t *begin);
/* Y, from element first / columns on, once for each of N elements. */
void product_spread(size_t columns, size_t first, const uint64_t *y, uint64_t *z, size_t n);

#endif
