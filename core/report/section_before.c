/* SPDX-License-Identifier: Apache-2.0 */
/* Figures and settings of two runs, where they are not the same. */
#include "report/section_before.h"

#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "report/html.h"
#include "report/networks.h"
#include "report/report_tree.h"
#include "report/section.h"

enum { DEPTH_MAX = 16 };

struct runs {
    const json_t *before, *now;
};

static void put_cell(struct text_buffer *page, double value, enum number_unit unit)
{
    html_number_cell(page, value, unit);
}

/* --- Figures --- */

static void put_figure(struct text_buffer *page, const char *name, const char *of, double before,
                       double now, enum number_unit unit)
{
    if (!isfinite(before) || !isfinite(now) || !number_is_change(now - before, unit)) {
        return;
    }
    text_append(page, "<tr><th scope=\"row\">");
    html_text(page, name);
    html_text(page, of);
    text_append(page, "</th>");
    put_cell(page, before, unit);
    put_cell(page, now, unit);
    text_append(page, "<td class=\"n\">");
    number_change(page, now - before, unit);
    text_append(page, "</td></tr>\n");
}

static void put_metrics(struct text_buffer *page, const struct runs *r)
{
    const struct metric_names names = report_metric_names(r->now);

    for (size_t i = 0; i < NETWORKS; i++) {
        for (size_t k = 0; k < names.count; k++) {
            char of[48];

            (void) snprintf(of, sizeof of, " of %s", report_networks[i].name);
            put_figure(page, names.name[k], of, network_metric(r->before, i, names.name[k]),
                       network_metric(r->now, i, names.name[k]),
                       number_unit_of_metric(names.name[k]));
        }
    }
}

static double offline_bytes(const json_t *root)
{
    return report_number(root, "secure.offline.bytes") / report_number(root, "secure.examples");
}

static void put_figures(struct text_buffer *page, const struct runs *r)
{
    static const struct {
        const char *path, *name;
        enum number_unit unit;
    } figures[] = {
        {"secure.agreement", "secure answers as in the clear", UNIT_PERCENT},
        {"secure.online.seconds_per_example", "an example, online", UNIT_SECONDS},
        {"secure.online.rounds", "rounds", UNIT_COUNT},
        {"ranges.smallest_margin_bits", "bits to spare in the fullest range", UNIT_PLAIN},
    };

    put_metrics(page, r);
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        put_figure(page, figures[i].name, "", report_number(r->before, figures[i].path),
                   report_number(r->now, figures[i].path), figures[i].unit);
    }
    put_figure(page, "bytes of an example, online", "", report_online_bytes(r->before),
               report_online_bytes(r->now), UNIT_BYTES);
    put_figure(page, "bytes of an example, offline", "", offline_bytes(r->before),
               offline_bytes(r->now), UNIT_BYTES);
}

/* --- Settings --- */

static void compare(struct text_buffer *page, const char *path, const struct runs *r, size_t depth);

static void compare_member(struct text_buffer *page, const char *path, const char *key,
                           const struct runs *r, size_t depth)
{
    const struct runs member = {json_object_get(r->before, key), json_object_get(r->now, key)};
    char *longer = path[0] == '\0' ? mpcf_strdup(key) : mpcf_format("%s.%s", path, key);

    if (longer == NULL) {
        page->failed = true;
        return;
    }
    compare(page, longer, &member, depth + 1);
    mpcf_free(longer);
}

static void compare_members(struct text_buffer *page, const char *path, const struct runs *r,
                            size_t depth)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *) (uintptr_t) r->now, key, value)
    {
        compare_member(page, path, key, r, depth);
    }
    json_object_foreach((json_t *) (uintptr_t) r->before, key, value)
    {
        if (json_object_get(r->now, key) == NULL) {
            compare_member(page, path, key, r, depth);
        }
    }
}

/* A whole section that only one of the runs had is one row. */
static void put_side(struct text_buffer *page, const json_t *value)
{
    text_append(page, "<td class=\"v\">");
    if (json_is_object(value)) {
        text_append(page, "there");
    } else if (value == NULL) {
        text_append(page, "not there");
    } else {
        html_setting(page, value);
    }
    text_append(page, "</td>");
}

static void compare(struct text_buffer *page, const char *path, const struct runs *r, size_t depth)
{
    if (json_is_object(r->before) && json_is_object(r->now) && depth < DEPTH_MAX) {
        compare_members(page, path, r, depth);
        return;
    }
    if (json_equal(r->before, r->now) || (r->before == NULL && r->now == NULL)) {
        return;
    }
    text_append(page, "<tr><th scope=\"row\">");
    html_path(page, path, '.');
    text_append(page, "</th>");
    put_side(page, r->before);
    put_side(page, r->now);
    text_append(page, "<td></td></tr>\n");
}

/* --- Together --- */

static void put_when(struct text_buffer *page, const json_t *before)
{
    const json_t *started = report_get(before, "run.started");

    text_append(page, "<p class=\"note\">Against the run ");
    if (json_is_string(started)) {
        text_append(page, "of ");
        html_time(page, json_string_value(started));
    } else {
        text_append(page, "before");
    }
    text_append(page, " in the same folder; what is equal is left out.</p>\n");
}

void section_before(struct text_buffer *page, const json_t *root)
{
    static const char *const heads[] = {"", "before", "now", "change"};
    const struct runs runs = {report_get(root, "before"), root};
    const struct runs settings = {report_get(root, "before.settings"),
                                  report_get(root, "settings")};
    struct text_buffer rows = {0};

    if (!json_is_object(runs.before)) {
        return;
    }
    put_figures(&rows, &runs);
    if (settings.before != NULL) {
        compare(&rows, "", &settings, 0);
    }
    page->failed = page->failed || rows.failed;
    if (rows.length > 0) {
        put_when(page, runs.before);
        section_table_begin(page, "numbers changes", "What differs from the run before", heads,
                            sizeof heads / sizeof heads[0]);
        text_append(page, text_string(&rows));
        section_table_end(page);
    }
    text_clear(&rows);
}
