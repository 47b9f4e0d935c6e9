/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of JSON Lines: an object each, whose values become the text of cells. */
#include "format/table_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "format/json.h"

static mpcf_status parse(mpcf_table *t, json_t **object, mpcf_error *err)
{
    mpcf_error *words = mpcf_error_create(); /* jansson's have the bytes that it stopped at */
    const size_t length = t->line.length - 1;
    mpcf_status status = words != NULL ? json_read_text(t->line.bytes, length, "", object, words)
                                       : mpcf_fail_memory(err, length, "a message");

    mpcf_error_destroy(words);
    if (status == MPCF_OK && json_is_object(*object)) {
        return MPCF_OK;
    }
    if (status == MPCF_OK) {
        const bool is_list = json_is_array(*object);

        json_decref(*object);
        return table_broken(t, err, "expected an object, as in {\"text\": \"..\"}%s",
                            is_list ? "; a list becomes JSON Lines by: jq -c '.[]' FILE > NEW"
                                    : "");
    }
    if (status != MPCF_E_FORMAT) {
        return mpcf_fail(err, status, "%s: cannot read the line", mpcf_table_where(t));
    }
    return table_broken(t, err, "the line is not JSON: expected an object a line%s",
                        *t->line.bytes == '[' ? "; a list becomes JSON Lines by: jq -c '.[]' FILE "
                                                "> NEW"
                                              : "");
}

/* The shortest text that is the same number. */
static void print_real(double value, char *text, size_t size)
{
    for (int digits = 15; digits <= 17; digits++) {
        (void) snprintf(text, size, "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            return;
        }
    }
}

static void add_value(struct table_row *row, const json_t *value)
{
    char text[40];

    switch (json_typeof(value)) {
    case JSON_STRING:
        table_row_add(row, json_string_value(value), json_string_length(value));
        return;
    case JSON_INTEGER:
        table_row_add(
            row, text,
            (size_t) snprintf(text, sizeof text, "%" PRId64, (int64_t) json_integer_value(value)));
        return;
    case JSON_REAL:
        print_real(json_real_value(value), text, sizeof text);
        table_row_add(row, text, strlen(text));
        return;
    case JSON_TRUE:
        table_row_add(row, "true", 4);
        return;
    case JSON_FALSE:
        table_row_add(row, "false", 5);
        return;
    default:
        table_row_add_missing(row);
    }
}

mpcf_status table_json_row(mpcf_table *t, bool *more, mpcf_error *err)
{
    json_t *object = NULL;

    MPCF_TRY(table_read_line(t, more, err));
    if (!*more) {
        return MPCF_OK;
    }
    MPCF_TRY(parse(t, &object, err));
    table_row_begin(&t->row);
    for (size_t i = 0; i < t->width; i++) {
        const json_t *value = json_object_get(object, t->name_of[i]);

        if (value != NULL) {
            add_value(&t->row, value);
        } else {
            table_row_add_missing(&t->row);
        }
    }
    json_decref(object);
    return t->row.failed ? mpcf_fail_memory(err, t->line.length, "a row") : MPCF_OK;
}

mpcf_status table_json_names(mpcf_table *t, mpcf_error *err)
{
    json_t *object = NULL, *value = NULL;
    const char *key = NULL;
    bool more = false;

    MPCF_TRY(table_read_line(t, &more, err));
    if (!more) {
        return MPCF_OK;
    }
    MPCF_TRY(parse(t, &object, err));
    table_row_begin(&t->names);
    json_object_foreach(object, key, value)
    {
        table_row_add(&t->names, key, strlen(key));
    }
    json_decref(object);
    return t->names.failed ? mpcf_fail_memory(err, t->line.length, "names of columns") : MPCF_OK;
}
