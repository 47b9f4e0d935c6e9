/* SPDX-License-Identifier: Apache-2.0 */
/* A small table for each section of the file, side by side where there is room. */
#include "report/section_settings.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "report/html.h"
#include "report/networks.h"
#include "report/report_tree.h"
#include "report/section.h"

enum { DEPTH_MAX = 16 };

/* The iterators of jansson take what they do not change. */
static json_t *mutable(const json_t *value)
{
    return (json_t *) (uintptr_t) value;
}

/* Where the report has how many rows a setting came to: fewer where there were no more, and 0 is all. */
static const struct {
    const char *section, *key, *ran;
} counted[] = {
    {"stages.finetune", "examples", "training.finetune.examples"},
    {"stages.distill", "examples", "training.distill.prediction.examples"},
    {"stages.distill", "examples", "training.distill.layers.examples"},
    {"stages.calibrate", "reference", "calibration.examples"},
    {"stages.infer", "examples", "secure.examples"},
};

/* "99999", and below it "20 ran". */
static void put_ran(struct text_buffer *page, const json_t *root, const char *section,
                    const char *key, const json_t *value)
{
    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++) {
        const double ran = report_number(root, counted[i].ran);

        if (strcmp(section, counted[i].section) == 0 && strcmp(key, counted[i].key) == 0 &&
            isfinite(ran)) {
            if (ran != json_number_value(value)) {
                text_append(page, "<small>");
                number_count(page, ran);
                text_append(page, " ran</small>");
            }
            return;
        }
    }
}

static void put_setting(struct text_buffer *page, const json_t *root, const char *section,
                        const char *key, const json_t *value)
{
    text_append(page, "<tr>");
    html_row_head(page, key);
    text_append(page, "<td>");
    html_setting(page, value);
    put_ran(page, root, section, key, value);
    text_append(page, "</td></tr>\n");
}

/* The values of SECTION that are no sections themselves. */
static void put_table(struct text_buffer *page, const json_t *root, const char *name,
                      const json_t *section)
{
    const char *key;
    json_t *value;

    text_append(page, "<table class=\"settings\"><caption>");
    html_text(page, text_starts_with(name, "stages.") ? name + strlen("stages.") : name);
    text_append(page, "</caption><tbody>\n");
    json_object_foreach(mutable(section), key, value)
    {
        if (!json_is_object(value)) {
            put_setting(page, root, name, key, value);
        }
    }
    text_append(page, "</tbody></table>\n");
}

static bool has_values(const json_t *section)
{
    const char *key;
    json_t *value;

    json_object_foreach(mutable(section), key, value)
    {
        if (!json_is_object(value)) {
            return true;
        }
    }
    return false;
}

static void put_sections(struct text_buffer *page, const json_t *root, const char *path,
                         const json_t *section, size_t depth);

static void put_member(struct text_buffer *page, const json_t *root, const char *path,
                       const char *key, const json_t *value, size_t depth)
{
    char *longer = path[0] == '\0' ? mpcf_strdup(key) : mpcf_format("%s.%s", path, key);

    if (longer == NULL) {
        page->failed = true;
        return;
    }
    put_sections(page, root, longer, value, depth);
    mpcf_free(longer);
}

/* Depth first: a section's own values, then its sections'. */
static void put_sections(struct text_buffer *page, const json_t *root, const char *path,
                         const json_t *section, size_t depth)
{
    const char *key;
    json_t *value;

    if (has_values(section)) {
        put_table(page, root, path[0] == '\0' ? "run" : path, section);
    }
    json_object_foreach(mutable(section), key, value)
    {
        if (json_is_object(value) && depth < DEPTH_MAX) {
            put_member(page, root, path, key, value, depth + 1);
        }
    }
}

void section_settings(struct text_buffer *page, const json_t *root)
{
    const json_t *settings = report_get(root, "settings");

    if (json_object_size(settings) == 0) {
        return;
    }
    text_append(page, "<div class=\"columns\">\n");
    put_sections(page, root, "", settings, 0);
    text_append(page, "</div>\n");
}
