/* SPDX-License-Identifier: Apache-2.0 */
/* The machine, what each stage and role took of it, the plug-ins in use. */
#include "report/section_machine.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "report/html.h"
#include "report/networks.h"
#include "report/report_tree.h"
#include "report/section.h"

/* --- Machine --- */

static void put_fact(struct text_buffer *page, const char *name, const json_t *value,
                     enum number_unit unit)
{
    if (value == NULL) {
        return;
    }
    text_append(page, "<tr>");
    html_row_head(page, name);
    text_append(page, "<td>");
    html_value(page, value, unit);
    text_append(page, "</td></tr>\n");
}

static void put_hardware(struct text_buffer *page, const json_t *root)
{
    text_append(page, "<table class=\"settings\"><caption>machine</caption><tbody>\n");
    put_fact(page, "processor", report_get(root, "machine.processor"), UNIT_PLAIN);
    put_fact(page, "kernels", report_get(root, "machine.kernels"), UNIT_PLAIN);
    put_fact(page, "threads", report_get(root, "machine.threads"), UNIT_COUNT);
    text_append(page, "</tbody></table>\n");
}

/* Each member of the object LIST, or the number at KEY of it. */
static void put_list(struct text_buffer *page, const char *title, const json_t *list,
                     const char *member, enum number_unit unit)
{
    const char *key;
    json_t *value;

    if (json_object_size(list) == 0) {
        return;
    }
    text_printf(page, "<table class=\"settings\"><caption>%s</caption><tbody>\n", title);
    json_object_foreach((json_t *) (uintptr_t) list, key, value)
    {
        put_fact(page, key, member != NULL ? json_object_get(value, member) : value, unit);
    }
    text_append(page, "</tbody></table>\n");
}

void section_machine(struct text_buffer *page, const json_t *root)
{
    const json_t *machine = report_get(root, "machine"), *stages = report_get(root, "stages");
    const json_t *memory = report_get(root, "secure.peak_rss_bytes");

    if (json_object_size(machine) + json_object_size(stages) + json_object_size(memory) == 0) {
        return;
    }
    text_append(page, "<div class=\"columns\">\n");
    if (json_object_size(machine) > 0) {
        put_hardware(page, root);
    }
    put_list(page, "time of the stages", stages, "seconds", UNIT_SECONDS);
    put_list(page, "most memory of a role", memory, NULL, UNIT_BYTES);
    text_append(page, "</div>\n");
}

/* --- Plug-ins --- */

enum { DIGEST_SHOWN = 12 };

static void put_digest(struct text_buffer *page, const json_t *plugin)
{
    const char *digest = json_string_value(json_object_get(plugin, "sha256"));
    char shown[DIGEST_SHOWN + 1];

    text_append(page, "<td class=\"mono\" title=\"");
    html_text(page, digest != NULL ? digest : "");
    text_append(page, "\">");
    (void) snprintf(shown, sizeof shown, "%s", digest != NULL ? digest : "built in");
    html_text(page, shown);
    text_append(page, "</td>");
}

static void put_plugin(struct text_buffer *page, const json_t *plugin)
{
    const char *path = json_string_value(json_object_get(plugin, "path"));

    text_append(page, "<tr><th scope=\"row\">");
    html_value(page, json_object_get(plugin, "name"), UNIT_PLAIN);
    if (path != NULL) {
        text_append(page, "<small class=\"path\">");
        html_text(page, path);
        text_append(page, "</small>");
    }
    text_append(page, "</th><td>");
    html_value(page, json_object_get(plugin, "kind"), UNIT_PLAIN);
    text_append(page, "</td><td>");
    html_value(page, json_object_get(plugin, "version"), UNIT_PLAIN);
    text_append(page, "</td>");
    put_digest(page, plugin);
    text_append(page, "</tr>\n");
}

void section_plugins(struct text_buffer *page, const json_t *root)
{
    static const char *const heads[] = {"plug-in", "kind", "version", "SHA-256 begins"};
    const json_t *list = report_get(root, "plugins");

    if (json_array_size(list) == 0) {
        return;
    }
    section_table_begin(page, "words", "Plug-ins in use", heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < json_array_size(list); i++) {
        put_plugin(page, json_array_get(list, i));
    }
    section_table_end(page);
}
