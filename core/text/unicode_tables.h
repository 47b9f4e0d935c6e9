/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Hugging Face's tokenizers class and lower-case code points, as runs in rising order.
 * It mixes versions of Unicode, which no system library does, so the table is our own.
 */
#ifndef MPCF_TEXT_UNICODE_TABLES_H
#define MPCF_TEXT_UNICODE_TABLES_H

#include <stddef.h>
#include <stdint.h>

struct unicode_run {
    uint32_t first, last;
    uint16_t bits; /* enum unicode_class */
};
extern const struct unicode_run unicode_runs[];
extern const size_t unicode_run_count;
/* The same for the first 128, which most texts are made of. */
extern const uint16_t unicode_ascii[128];

/* FIRST, FIRST + STEP, .. LAST become themselves + DELTA. */
struct unicode_lower {
    uint32_t first, last;
    uint32_t step;
    int32_t delta;
};
extern const struct unicode_lower unicode_lowers[];
extern const size_t unicode_lower_count;
/* FIRST .. LAST came with Unicode 15 or later; expressions take POINT, which is older, for the same:
 * its category and its case are theirs. */
struct unicode_stand_in {
    uint32_t first, last, point;
};
extern const struct unicode_stand_in unicode_stand_ins[];
extern const size_t unicode_stand_in_count;

#endif
