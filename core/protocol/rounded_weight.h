/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One constant as integers round(2^fraction x), in 32 bits where they fit: a weight of the
 * provider, or a table that the user looks words up in. Never changes; threads share it.
 */
#ifndef MPCF_PROTOCOL_ROUNDED_WEIGHT_H
#define MPCF_PROTOCOL_ROUNDED_WEIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

struct weight_form {
    const char *node; /* for messages */
    size_t count;
    unsigned fraction;
    unsigned magnitude; /* |integer| < 2^(magnitude - 1) */
    bool wraps;         /* who reads it computes modulo 2^magnitude: taken modulo that */
};

struct rounded_weight;
/* Of form->count reals X. One that does not fit: MPCF_E_RANGE, naming the node. */
mpcf_status rounded_weight_create(const struct weight_form *form, const float *x,
                                  struct rounded_weight **out, mpcf_error *err);
/* Of the integers themselves, which fit. */
mpcf_status rounded_weight_copy(const struct weight_form *form, const int64_t *x,
                                struct rounded_weight **out, mpcf_error *err);
void rounded_weight_destroy(struct rounded_weight *w); /* NULL is fine */
size_t rounded_weight_bytes(const struct rounded_weight *w);

/* N integers from element FIRST on. */
void rounded_weight_read(const struct rounded_weight *w, size_t first, uint64_t *out, size_t n);
/* Of a table [ROWS, COLUMNS] of magnitude at most 32: its rows IDS[0 .. N - 1] into OUT, one after
 * the other. Each row of the table is read for each id, so that no address depends on it. */
void rounded_weight_pick(const struct rounded_weight *w, size_t rows, size_t columns,
                         const int32_t *ids, size_t n, uint64_t *out);

#endif
