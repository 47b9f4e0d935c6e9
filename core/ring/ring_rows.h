/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A matrix modulo 2^k as plain rows, for products in which each row takes part a few times only: one
 * reading of it gives them all.
 */
#ifndef MPCF_RING_RING_ROWS_H
#define MPCF_RING_RING_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring_rows;
/* Of B [rows, columns], for products modulo 2^BITS (1 .. 64); in 32 bits an element where that
 * will do. NULL: memory. */
struct ring_rows *ring_rows_create(const uint64_t *b, size_t rows, size_t columns, unsigned bits);
void ring_rows_destroy(struct ring_rows *b); /* NULL is fine */
size_t ring_rows_bytes(const struct ring_rows *b);
/* c[place[r, i]] += a[r, i] b[r] for each row r of B and each i below WIDTH; a and place [rows,
 * width], c [results, columns], modulo 2^bits of B; bits above are not defined. SCRATCH has
 * ring_rows_scratch(b, results) words. Addresses depend on places alone. On all workers. */
void ring_rows_add(const struct ring_rows *b, const uint64_t *a, const uint32_t *place,
                   size_t width, uint64_t *c, size_t results, uint64_t *scratch);
size_t ring_rows_scratch(const struct ring_rows *b, size_t results);

#endif
