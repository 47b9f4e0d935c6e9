/* SPDX-License-Identifier: Apache-2.0 */
/* How many digits a number gets, which unit, and what stands between them. */
#include "report/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_all_zeros(const char *digits)
{
    return digits[strspn(digits, "0.")] == '\0';
}

/* --- Powers of ten --- */

static void put_exponent(struct text_buffer *out, long exponent)
{
    static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    char digits[24];

    (void) snprintf(digits, sizeof digits, "%ld", exponent < 0 ? -exponent : exponent);
    text_append(out, exponent < 0 ? "⁻" : "");
    for (const char *d = digits; *d != '\0'; d++) {
        text_append(out, raised[*d - '0']);
    }
}

/* DIGITS is as "%g" writes it: "1.2e-07", "0.908". */
static void put_general(struct text_buffer *out, const char *digits)
{
    const char *mantissa = *digits == '-' ? digits + 1 : digits;
    const size_t length = strcspn(mantissa, "e");

    text_append(out, *digits == '-' ? NUMBER_MINUS : "");
    text_append_bytes(out, mantissa, length);
    if (mantissa[length] == 'e') {
        text_append(out, NUMBER_SPACE "×" NUMBER_SPACE "10");
        put_exponent(out, strtol(mantissa + length + 1, NULL, 10));
    }
}

/* In as few digits as SIGNIFICANT allows; a dash for what is no number. */
static void put_scientific(struct text_buffer *out, double value, int significant)
{
    char digits[48];

    (void) snprintf(digits, sizeof digits, "%.*g", significant, value);
    if (isfinite(value)) {
        put_general(out, digits);
    } else {
        text_append(out, NUMBER_DASH);
    }
}

/* --- Plain ones --- */

#define TOO_LONG 1e15 /* whole numbers from here on have powers of ten */

void number_fixed(struct text_buffer *out, double value, int decimals)
{
    char digits[48];
    size_t whole;

    if (!(fabs(value) < TOO_LONG)) {
        put_scientific(out, value, 3);
        return;
    }
    (void) snprintf(digits, sizeof digits, "%.*f", decimals, fabs(value));
    whole = strcspn(digits, ".");
    text_append(out, value < 0 && !is_all_zeros(digits) ? NUMBER_MINUS : "");
    for (size_t i = 0; i < whole; i++) {
        text_append(out, i > 0 && whole > 4 && (whole - i) % 3 == 0 ? NUMBER_SPACE : "");
        text_append_bytes(out, digits + i, 1);
    }
    text_append(out, digits + whole);
}

void number_count(struct text_buffer *out, double value)
{
    number_fixed(out, value, 0);
}

static void put_significant(struct text_buffer *out, double value, int significant)
{
    if (fabs(value) >= 1000 && fabs(value) < TOO_LONG) {
        number_fixed(out, value, 0);
    } else {
        put_scientific(out, value, significant);
    }
}

void number_real(struct text_buffer *out, double value)
{
    put_significant(out, value, 3);
}

void number_setting(struct text_buffer *out, double value)
{
    if (value == floor(value) && fabs(value) < TOO_LONG) {
        number_fixed(out, value, 0);
    } else {
        put_scientific(out, value, 6);
    }
}

/* --- Units --- */

void number_bytes(struct text_buffer *out, double bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    size_t unit = 0;

    while (fabs(bytes) >= 999.5 && unit + 1 < sizeof units / sizeof units[0]) {
        bytes /= 1000;
        unit++;
    }
    number_fixed(out, bytes, unit > 0 && fabs(bytes) < 9.95 ? 1 : 0);
    text_printf(out, NUMBER_SPACE "%s", units[unit]);
}

static void put_short(struct text_buffer *out, double value, const char *unit)
{
    const double size = fabs(value);

    number_fixed(out, value, size < 0.0995 ? 3 : size < 0.995 ? 2 : size < 9.95 ? 1 : 0);
    text_printf(out, NUMBER_SPACE "%s", unit);
}

/* WHOLE of UNIT, and what is left of the next smaller one where it is not 0. */
static void put_parts(struct text_buffer *out, double whole, const char *unit, double rest,
                      const char *smaller)
{
    number_fixed(out, whole, 0);
    text_printf(out, NUMBER_SPACE "%s", unit);
    if (rest > 0) {
        text_append(out, " ");
        number_fixed(out, rest, 0);
        text_printf(out, NUMBER_SPACE "%s", smaller);
    }
}

static void put_long(struct text_buffer *out, double seconds)
{
    const double whole = floor(seconds + 0.5), minutes = floor(seconds / 60 + 0.5);

    if (whole < 3600) {
        put_parts(out, floor(whole / 60), "min", fmod(whole, 60), "s");
    } else {
        put_parts(out, floor(minutes / 60), "h", fmod(minutes, 60), "min");
    }
}

void number_seconds(struct text_buffer *out, double seconds)
{
    const double size = fabs(seconds);

    if (size == 0) {
        text_append(out, "0" NUMBER_SPACE "s");
    } else if (size >= 99.5) {
        text_append(out, seconds < 0 ? NUMBER_MINUS : "");
        put_long(out, size);
    } else if (size >= 0.00995) {
        put_short(out, seconds, "s");
    } else if (size >= 0.00000995) {
        put_short(out, seconds * 1e3, "ms");
    } else {
        number_real(out, seconds * 1e6);
        text_append(out, NUMBER_SPACE "µs");
    }
}

/* Decimals from which HUNDREDTHS does not look like 0 or 100 where it is not; at most three. */
static int percent_decimals(double hundredths)
{
    const double rest = fmin(fabs(hundredths), fabs(100 - fabs(hundredths)));
    int decimals = 1;
    double half = 0.05;

    if (rest == 0) {
        return 0;
    }
    while (rest < half && decimals < 3) {
        half /= 10;
        decimals++;
    }
    return decimals;
}

void number_percent(struct text_buffer *out, double fraction)
{
    number_fixed(out, fraction * 100, percent_decimals(fraction * 100));
    text_append(out, NUMBER_SPACE "%");
}

void number_in(struct text_buffer *out, double value, enum number_unit unit)
{
    switch (unit) {
    case UNIT_BYTES:
        number_bytes(out, value);
        break;
    case UNIT_SECONDS:
        number_seconds(out, value);
        break;
    case UNIT_PERCENT:
        number_percent(out, value);
        break;
    case UNIT_COUNT:
        number_count(out, value);
        break;
    case UNIT_CORRELATION:
        number_fixed(out, value, 3);
        break;
    case UNIT_PLAIN:
        number_real(out, value);
        break;
    }
}

bool number_is_change(double change, enum number_unit unit)
{
    const double least = unit == UNIT_PERCENT || unit == UNIT_CORRELATION ? 0.0005 : 0;

    return fabs(change) > least;
}

void number_change(struct text_buffer *out, double change, enum number_unit unit)
{
    if (!number_is_change(change, unit)) {
        text_append(out, "±0");
        return;
    }
    text_append(out, change > 0 ? "+" : "");
    if (unit == UNIT_PERCENT) {
        number_fixed(out, 100 * change, 1);
        text_append(out, " points");
    } else {
        number_in(out, change, unit);
    }
}

enum number_unit number_unit_of_metric(const char *name)
{
    static const char *const shares[] = {"accuracy", "f1", "precision", "recall"};

    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        if (strstr(name, shares[i]) != NULL) {
            return UNIT_PERCENT;
        }
    }
    return UNIT_CORRELATION;
}
