/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers as people write them: few digits, a narrow space in front of the unit and between thousands, a
 * minus that is one. UTF-8, for content and attributes.
 */
#ifndef MPCF_REPORT_NUMBER_H
#define MPCF_REPORT_NUMBER_H

#include <stdbool.h>

#include "base/text.h"

#define NUMBER_SPACE "\xe2\x80\xaf" /* narrow, no break: U+202F */
#define NUMBER_MINUS "\xe2\x88\x92" /* U+2212 */
#define NUMBER_DASH  "\xe2\x80\x93" /* from - to, and where there is no number: U+2013 */

void number_fixed(struct text_buffer *out, double value, int decimals); /* "−1 234.5" */
void number_count(struct text_buffer *out, double value);               /* "12 345" */
/* Three significant digits: "0.908", "12 345", "1.2 × 10⁻⁷". */
void number_real(struct text_buffer *out, double value);
/* Six, for what somebody set: "0.125", "5 × 10⁻⁵". */
void number_setting(struct text_buffer *out, double value);
/* Two or three, in decimal units: "1.2 MB", "340 kB". */
void number_bytes(struct text_buffer *out, double bytes);
/* "3.7 ms", "0.067 s", "1.9 s", "43 s", "12 min 5 s", "1 h 12 min". */
void number_seconds(struct text_buffer *out, double seconds);
/* "91.4 %"; 100 and 0 are exact: what is only near them has as many digits as it takes, to three. */
void number_percent(struct text_buffer *out, double fraction);

/* How a number is written. */
enum number_unit {
    UNIT_PLAIN,
    UNIT_COUNT,
    UNIT_BYTES,
    UNIT_SECONDS,
    UNIT_PERCENT,
    UNIT_CORRELATION /* "0.873" */
};
void number_in(struct text_buffer *out, double value, enum number_unit unit);
/* How much more: "+1.2 points", "−0.067 s", "±0"; of shares in points of a hundred. */
void number_change(struct text_buffer *out, double change, enum number_unit unit);

/* false: a change so small is written as none. */
bool number_is_change(double change, enum number_unit unit);

/* How a metric of the name is written: shares in percent, correlations as they are. */
enum number_unit number_unit_of_metric(const char *name);

#endif
