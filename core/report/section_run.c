/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How it was run: who learned what, the settings, the plug-ins.
 */
#include "report/section_run.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "report/html.h"
#include "report/report_tree.h"
#include "report/section.h"

/* --- Privacy --- */

static bool is_text(const json_t *root, const char *path, const char *want)
{
    const char *text = json_string_value(report_get(root, path));
    return text != NULL && strcmp(text, want) == 0;
}

static void put_party(struct text_buffer *page, const char *who, const char *learns)
{
    text_printf(page, "<tr><td><b>%s</b></td><td>%s</td></tr>\n", who, learns);
}

static const char *what_lengths_tell(const json_t *root)
{
    if (is_text(root, "privacy.length", "exact")) {
        return "Beside its own weights: how many examples there were and the number of tokens of "
               "each. Nothing of the texts or the results.";
    }
    if (is_text(root, "privacy.length", "full")) {
        return "Beside its own weights: how many examples there were. Nothing of their lengths, "
               "texts or results.";
    }
    return "Beside its own weights: how many examples there were and the length each was padded "
           "to. Nothing of the texts or the results.";
}

static void put_user(struct text_buffer *page, const json_t *root)
{
    const bool has_tables = is_text(root, "privacy.embedding", "public");

    text_printf(page,
                "<tr><td><b>user</b></td><td>%s; the network's shape, approximations, ranges and "
                "widths%s. Ranges tell something of the training data. No %sweight.</td></tr>\n",
                is_text(root, "privacy.reveal", "label")
                    ? "The labels of its examples, and no logit"
                    : "The logits of its examples",
                has_tables ? ", <b>and the embedding table</b>, which was made public" : "",
                has_tables ? "other " : "");
}

static void put_parties(struct text_buffer *page, const json_t *root)
{
    text_append(page, "<table>\n");
    put_party(page, "provider", what_lengths_tell(root));
    put_user(page, root);
    put_party(page, "dealer",
              "The network's shape and the padded lengths. It must not work together with a party: "
              "with the provider it could read the texts, with the user the weights.");
    text_append(page, "</table>\n");
}

static void put_transport(struct text_buffer *page, const json_t *root)
{
    json_t *transport = report_get(root, "privacy.transport");
    if (transport == NULL) {
        return;
    }
    text_append(page, "<p>Transport: ");
    html_value(page, json_object_get(transport, "name"), UNIT_PLAIN);
    text_append(page, "; encrypted: ");
    html_value(page, json_object_get(transport, "encrypted"), UNIT_PLAIN);
    text_append(page, "; authenticated: ");
    html_value(page, json_object_get(transport, "authenticated"), UNIT_PLAIN);
    text_append(page, ", by: ");
    html_value(page, json_object_get(transport, "authenticated_by"), UNIT_PLAIN);
    text_append(page, "; stays on this machine: ");
    html_value(page, json_object_get(transport, "local"), UNIT_PLAIN);
    text_append(page, "</p>\n");
    if (json_is_false(json_object_get(transport, "encrypted")) &&
        !json_is_true(json_object_get(transport, "local"))) {
        text_append(page,
                    "<p class=\"warn\">The links were not encrypted and left this machine. Who "
                    "listened has both of the dealer's seeds, and so every text, every "
                    "weight and every result.</p>\n");
    }
}

void section_privacy(struct text_buffer *page, const json_t *root)
{
    if (report_get(root, "privacy") == NULL) {
        return;
    }
    section_begin(page, "What each party learned");
    put_parties(page, root);
    put_transport(page, root);
    const json_t *notes = report_get(root, "privacy.notes");
    for (size_t i = 0; i < json_array_size(notes); i++) {
        text_append(page, "<p class=\"note\">");
        html_value(page, json_array_get(notes, i), UNIT_PLAIN);
        text_append(page, "</p>\n");
    }
    section_end(page);
}

/* --- Settings --- */

#define DEPTH_MAX 16

static void put_settings(struct text_buffer *page, const char *path, const json_t *value,
                         size_t depth);

static void put_member(struct text_buffer *page, const char *path, const char *key,
                       const json_t *value, size_t depth)
{
    char *longer = path[0] == '\0' ? mpcf_strdup(key) : mpcf_format("%s.%s", path, key);
    if (longer == NULL) {
        page->failed = true;
        return;
    }
    put_settings(page, longer, value, depth);
    mpcf_free(longer);
}

static bool has_objects(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (json_is_object(json_array_get(list, i)) || json_is_array(json_array_get(list, i))) {
            return true;
        }
    }
    return false;
}

static void put_setting(struct text_buffer *page, const char *path, const json_t *value)
{
    text_append(page, "<tr><td>");
    html_text(page, path);
    text_append(page, "</td><td>");
    html_value(page, value, UNIT_PLAIN);
    text_append(page, "</td></tr>\n");
}

/* One row a scalar: "stages.distill.layers.epochs". */
static void put_settings(struct text_buffer *page, const char *path, const json_t *value,
                         size_t depth)
{
    if (depth < DEPTH_MAX && json_object_size(value) > 0) {
        void *i = json_object_iter((json_t *) (uintptr_t) value);
        for (; i != NULL; i = json_object_iter_next((json_t *) (uintptr_t) value, i)) {
            put_member(page, path, json_object_iter_key(i), json_object_iter_value(i), depth + 1);
        }
    } else if (depth < DEPTH_MAX && has_objects(value)) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            char number[24];
            (void) snprintf(number, sizeof(number), "%zu", i + 1);
            put_member(page, path, number, json_array_get(value, i), depth + 1);
        }
    } else {
        put_setting(page, path, value);
    }
}

static void put_settings_of(struct text_buffer *page, const json_t *root, const char *key,
                            const char *title)
{
    const json_t *settings = json_object_get(root, key);
    if (json_object_size(settings) == 0) {
        return;
    }
    section_begin(page, title);
    text_append(page, "<div class=\"scroll\"><table>\n");
    put_settings(page, "", settings, 0);
    text_append(page, "</table></div>\n");
    section_end(page);
}

void section_settings(struct text_buffer *page, const json_t *root)
{
    put_settings_of(page, root, "stages", "Stages");
    put_settings_of(page, root, "settings", "Settings");
    put_settings_of(page, root, "machine", "Machine");
}

/* --- Plug-ins --- */

void section_plugins(struct text_buffer *page, const json_t *root)
{
    static const char *const columns[] = {"kind", "name", "version", "path", "sha256"};
    const size_t column_count = sizeof(columns) / sizeof(columns[0]);
    const json_t *list = report_get(root, "plugins");
    if (json_array_size(list) == 0) {
        return;
    }
    section_begin(page, "Plug-ins");
    text_append(page, "<div class=\"scroll\"><table><tr>");
    for (size_t i = 0; i < column_count; i++) {
        text_printf(page, "<th>%s</th>", columns[i]);
    }
    text_append(page, "</tr>\n");
    for (size_t i = 0; i < json_array_size(list); i++) {
        text_append(page, "<tr>");
        for (size_t j = 0; j < column_count; j++) {
            text_append(page, j >= 3 ? "<td class=\"h\">" : "<td>");
            html_value(page, json_object_get(json_array_get(list, i), columns[j]), UNIT_PLAIN);
            text_append(page, "</td>");
        }
        text_append(page, "</tr>\n");
    }
    text_append(page, "</table></div>\n");
    section_end(page);
}
