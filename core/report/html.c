/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How text, counts, times and sizes are written in the page, with nothing left that HTML would take
 * for itself.
 */
#include "report/html.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void html_text(struct text_buffer *page, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            text_append(page, "&amp;");
            break;
        case '<':
            text_append(page, "&lt;");
            break;
        case '>':
            text_append(page, "&gt;");
            break;
        case '"':
            text_append(page, "&quot;");
            break;
        case '\'':
            text_append(page, "&#39;");
            break;
        default:
            text_append_bytes(page, (unsigned char) *text < 0x20 || *text == 0x7f ? " " : text, 1);
        }
    }
}

void html_count(struct text_buffer *page, double value)
{
    char digits[48];
    int length = snprintf(digits, sizeof(digits), "%.0f", fabs(value));
    if (fabs(value) >= 1e15 || length < 0) {
        text_printf(page, "%.4g", value);
        return;
    }
    text_append(page, value < 0 && strcmp(digits, "0") != 0 ? "-" : "");
    for (int i = 0; i < length; i++) {
        text_append(page, i > 0 && (length - i) % 3 == 0 ? "," : "");
        text_append_bytes(page, digits + i, 1);
    }
}

void html_real(struct text_buffer *page, double value)
{
    if (fabs(value) >= 1000 && fabs(value) < 1e15) {
        html_count(page, value);
    } else {
        text_printf(page, "%.4g", value);
    }
}

void html_bytes(struct text_buffer *page, double bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    size_t unit = 0;
    while (fabs(bytes) >= 999.5 && unit + 1 < sizeof(units) / sizeof(units[0])) {
        bytes /= 1000;
        unit++;
    }
    text_printf(page, "%.3g&nbsp;%s", bytes, units[unit]);
}

void html_seconds(struct text_buffer *page, double seconds)
{
    if (fabs(seconds) >= 3600) {
        text_printf(page, "%.0f&nbsp;h %.0f&nbsp;min", floor(seconds / 3600),
                    floor(fmod(seconds, 3600) / 60));
    } else if (fabs(seconds) >= 100) {
        text_printf(page, "%.0f&nbsp;min %.0f&nbsp;s", floor(seconds / 60), fmod(seconds, 60));
    } else if (fabs(seconds) >= 1 || seconds == 0) {
        text_printf(page, "%.3g&nbsp;s", seconds);
    } else if (fabs(seconds) >= 1e-3) {
        text_printf(page, "%.3g&nbsp;ms", seconds * 1e3);
    } else {
        text_printf(page, "%.3g&nbsp;&micro;s", seconds * 1e6);
    }
}

void html_percent(struct text_buffer *page, double fraction)
{
    text_printf(page, "%.4g&nbsp;%%", fraction * 100);
}

void html_number(struct text_buffer *page, double value, enum html_unit unit)
{
    switch (unit) {
    case UNIT_BYTES:
        html_bytes(page, value);
        break;
    case UNIT_SECONDS:
        html_seconds(page, value);
        break;
    case UNIT_PERCENT:
        html_percent(page, value);
        break;
    case UNIT_PLAIN:
        html_real(page, value);
        break;
    }
}

static void scalar(struct text_buffer *page, const json_t *value, enum html_unit unit)
{
    if (json_is_number(value)) {
        html_number(page, json_number_value(value), unit);
    } else if (json_is_string(value)) {
        html_text(page, json_string_value(value));
    } else if (json_is_boolean(value)) {
        text_append(page, json_is_true(value) ? "yes" : "no");
    } else {
        text_append(page, value == NULL || json_is_null(value) ? "-" : "...");
    }
}

void html_value(struct text_buffer *page, const json_t *value, enum html_unit unit)
{
    size_t i;
    const json_t *element;
    if (!json_is_array(value)) {
        scalar(page, value, unit);
        return;
    }
    text_append(page, json_array_size(value) == 0 ? "none" : "");
    for (i = 0; i < json_array_size(value); i++) {
        element = json_array_get(value, i);
        text_append(page, i == 0 ? "" : ", ");
        scalar(page, element, unit);
    }
}
