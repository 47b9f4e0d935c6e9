/* SPDX-License-Identifier: Apache-2.0 */
/* How text and values are written in the page, with nothing left that HTML would take for itself. */
#include "report/html.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void put_byte(struct text_buffer *page, char byte)
{
    switch (byte) {
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
        byte = (unsigned char) byte < 0x20 || byte == 0x7f ? ' ' : byte;
        text_append_bytes(page, &byte, 1);
    }
}

void html_text(struct text_buffer *page, const char *text)
{
    for (; *text != '\0'; text++) {
        put_byte(page, *text);
    }
}

void html_path(struct text_buffer *page, const char *text, char separator)
{
    for (; *text != '\0'; text++) {
        put_byte(page, *text);
        text_append(page, *text == separator ? "<wbr>" : "");
    }
}

static void put_set_text(struct text_buffer *page, const char *text)
{
    html_path(page, text, '/');
}

/* --- Values --- */

/* How scalars are written. */
struct writer {
    void (*number)(struct text_buffer *page, const json_t *value, enum number_unit unit);
    void (*text)(struct text_buffer *page, const char *text);
};

static void put_number(struct text_buffer *page, const json_t *value, enum number_unit unit)
{
    number_in(page, json_number_value(value), unit);
}

static void put_set_number(struct text_buffer *page, const json_t *value, enum number_unit unit)
{
    (void) unit;
    number_setting(page, json_number_value(value));
}

static void put_scalar(struct text_buffer *page, const json_t *value, enum number_unit unit,
                       const struct writer *writer)
{
    if (json_is_number(value)) {
        writer->number(page, value, unit);
    } else if (json_is_string(value) && json_string_length(value) > 0) {
        writer->text(page, json_string_value(value));
    } else if (json_is_boolean(value)) {
        text_append(page, json_is_true(value) ? "yes" : "no");
    } else {
        text_append(page, json_is_array(value) || json_is_object(value) ? "..." : NUMBER_DASH);
    }
}

static void put_any(struct text_buffer *page, const json_t *value, enum number_unit unit,
                    const struct writer *writer)
{
    if (!json_is_array(value)) {
        put_scalar(page, value, unit, writer);
        return;
    }
    text_append(page, json_array_size(value) == 0 ? "none" : "");
    for (size_t i = 0; i < json_array_size(value); i++) {
        text_append(page, i == 0 ? "" : ", ");
        put_scalar(page, json_array_get(value, i), unit, writer);
    }
}

void html_value(struct text_buffer *page, const json_t *value, enum number_unit unit)
{
    put_any(page, value, unit, &(struct writer){put_number, html_text});
}

void html_setting(struct text_buffer *page, const json_t *value)
{
    put_any(page, value, UNIT_PLAIN, &(struct writer){put_set_number, put_set_text});
}

/* --- Names, times, cells --- */

void html_file_name(struct text_buffer *page, const char *path)
{
    char name[256]; /* no file has a longer one */
    size_t end = strlen(path), start;

    while (end > 1 && path[end - 1] == '/') {
        end--;
    }
    start = end;
    while (start > 0 && path[start - 1] != '/') {
        start--;
    }
    (void) snprintf(name, sizeof name, "%.*s", (int) (end - start), path + start);
    html_text(page, name);
}

void html_time(struct text_buffer *page, const char *time)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    struct tm parts = {0};
    const char *end = strptime(time, "%Y-%m-%dT%H:%M:%SZ", &parts);

    if (end == NULL || *end != '\0') {
        html_text(page, time);
        return;
    }
    text_printf(page, "%d %s %d, %02d:%02d UTC", parts.tm_mday, months[parts.tm_mon],
                parts.tm_year + 1900, parts.tm_hour, parts.tm_min);
}

void html_number_cell(struct text_buffer *page, double value, enum number_unit unit)
{
    text_append(page, "<td class=\"n\">");
    if (isfinite(value)) {
        number_in(page, value, unit);
    } else {
        text_append(page, NUMBER_DASH);
    }
    text_append(page, "</td>");
}

void html_row_head(struct text_buffer *page, const char *text)
{
    text_append(page, "<th scope=\"row\">");
    html_text(page, text);
    text_append(page, "</th>");
}
