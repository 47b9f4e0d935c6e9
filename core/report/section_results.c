/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What came out: the summary, the metrics of each network, the secure run.
 */
#include "report/section_results.h"

#include <string.h>

#include "report/html.h"
#include "report/report_tree.h"
#include "report/section.h"

/* --- Summary --- */

static void put_card(struct text_buffer *page, const json_t *value, enum html_unit unit,
                     const char *name)
{
    if (!json_is_number(value)) {
        return;
    }
    text_append(page, "<div><b>");
    html_value(page, value, unit);
    text_append(page, "</b><span>");
    html_text(page, name);
    text_append(page, "</span></div>\n");
}

/* The first metric of the network at PATH. */
static void put_metric_card(struct text_buffer *page, const json_t *root, const char *path,
                            const char *whose)
{
    json_t *metrics = report_get(root, path);
    void *first = json_object_iter(metrics);
    if (first == NULL) {
        return;
    }
    struct text_buffer name = {0};
    text_printf(&name, "%s, %s", json_object_iter_key(first), whose);
    put_card(page, json_object_iter_value(first), UNIT_PLAIN, name.failed ? whose : name.data);
    text_clear(&name);
}

void section_summary(struct text_buffer *page, const json_t *root)
{
    text_append(page, "<div class=\"cards\">\n");
    put_metric_card(page, root, "teacher.metrics", "teacher");
    put_metric_card(page, root, "student.metrics", "student");
    put_card(page, report_get(root, "secure.agreement"), UNIT_PERCENT,
             "secure predictions as in the clear");
    put_card(page, report_get(root, "secure.online.seconds_per_example"), UNIT_SECONDS,
             "an example, online");
    json_t *sent = report_get(root, "secure.online.bytes_sent");
    json_t *provider = json_object_get(sent, "provider"), *user = json_object_get(sent, "user");
    if (json_is_number(provider) && json_is_number(user)) {
        json_t *sum = json_real(json_number_value(provider) + json_number_value(user));
        put_card(page, sum, UNIT_BYTES, "online, both ways");
        json_decref(sum);
    }
    text_append(page, "</div>\n");
}

/* --- Metrics --- */

static const struct {
    const char *key, *title;
} networks[] = {
    {"teacher", "teacher"}, {"converted", "converted"}, {"student", "student"},
    {"fixed", "fixed"},     {"secure", "secure"},
};
#define NETWORK_COUNT (sizeof(networks) / sizeof(networks[0]))

/* What else a network may have beside its metrics. */
static const char *const others[] = {"examples", "agreement", "max_logit_error"};
#define OTHER_COUNT (sizeof(others) / sizeof(others[0]))

#define ROWS_MAX 64
struct rows {
    const char *name[ROWS_MAX];
    size_t count;
};

static void add_row(struct rows *rows, const char *name)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (strcmp(rows->name[i], name) == 0) {
            return;
        }
    }
    if (rows->count < ROWS_MAX) {
        rows->name[rows->count++] = name;
    }
}

static struct rows metric_names(const json_t *root)
{
    struct rows rows = {.count = 0};
    for (size_t i = 0; i < NETWORK_COUNT; i++) {
        json_t *network = json_object_get(root, networks[i].key);
        json_t *value;
        const char *key;
        json_object_foreach(json_object_get(network, "metrics"), key, value)
        {
            add_row(&rows, key);
        }
    }
    return rows;
}

static void put_metric_row(struct text_buffer *page, const json_t *root, const char *name,
                           bool is_metric)
{
    bool is_share = strcmp(name, "agreement") == 0;
    text_append(page, "<tr><td>");
    html_text(page, name);
    text_append(page, "</td>");
    for (size_t i = 0; i < NETWORK_COUNT; i++) {
        json_t *network = json_object_get(root, networks[i].key);
        if (network == NULL) {
            continue;
        }
        json_t *from = is_metric ? json_object_get(network, "metrics") : network;
        json_t *value = json_object_get(from, name);
        text_append(page, "<td class=\"n\">");
        if (value != NULL) {
            html_value(page, value, is_share ? UNIT_PERCENT : UNIT_PLAIN);
        }
        text_append(page, "</td>");
    }
    text_append(page, "</tr>\n");
}

static bool any_has(const json_t *root, const char *name)
{
    for (size_t i = 0; i < NETWORK_COUNT; i++) {
        if (json_object_get(json_object_get(root, networks[i].key), name) != NULL) {
            return true;
        }
    }
    return false;
}

/* A head of random numbers that nothing has trained answers at random. */
static void put_new_weights(struct text_buffer *page, const json_t *root)
{
    const json_t *names = report_get(root, "model.new_weights");
    const bool is_trained = report_get(root, "stages.finetune") != NULL;

    if (json_array_size(names) == 0) {
        return;
    }
    text_printf(
        page,
        "<p class=\"%s\">The model's weights lacked some of the head, which began as random "
        "numbers%s:",
        is_trained ? "note" : "warn", is_trained ? " and were trained" : "");
    for (size_t i = 0; i < json_array_size(names); i++) {
        text_append(page, i == 0 ? " " : ", ");
        html_value(page, json_array_get(names, i), UNIT_PLAIN);
    }
    text_append(page, "</p>\n");
}

/* Broken rows that the reader left out, of each split. */
static void put_left_out(struct text_buffer *page, const json_t *root)
{
    const char *split = NULL;
    json_t *data = NULL;

    json_object_foreach(report_get(root, "data"), split, data)
    {
        const json_t *left_out = json_object_get(data, "left_out");

        if (json_integer_value(left_out) == 0) {
            continue;
        }
        text_append(page, "<p class=\"warn\">Broken rows left out of ");
        html_text(page, split);
        text_append(page, ": ");
        html_value(page, left_out, UNIT_PLAIN);
        text_append(page, "; the first: ");
        html_value(page, json_object_get(data, "first_left_out"), UNIT_PLAIN);
        text_append(page, "</p>\n");
    }
}

void section_metrics(struct text_buffer *page, const json_t *root)
{
    struct rows rows = metric_names(root);
    if (rows.count == 0) {
        return;
    }
    section_begin(page, "Metrics");
    text_append(page, "<div class=\"scroll\"><table><tr><th></th>");
    for (size_t i = 0; i < NETWORK_COUNT; i++) {
        if (json_object_get(root, networks[i].key) != NULL) {
            text_printf(page, "<th class=\"n\">%s</th>", networks[i].title);
        }
    }
    text_append(page, "</tr>\n");
    for (size_t i = 0; i < rows.count; i++) {
        put_metric_row(page, root, rows.name[i], true);
    }
    for (size_t i = 0; i < OTHER_COUNT; i++) {
        if (any_has(root, others[i])) {
            put_metric_row(page, root, others[i], false);
        }
    }
    text_append(page, "</table></div>");
    put_new_weights(page, root);
    put_left_out(page, root);
    text_append(page, "<p class=\"note\">Agreement and the largest error of a logit "
                      "are against the float student.</p>\n");
    section_end(page);
}

/* --- The secure run --- */

static const struct {
    const char *path, *title;
    enum html_unit unit;
} figures[] = {
    {"secure.online.seconds_per_example", "online: time of an example", UNIT_SECONDS},
    {"secure.online.rounds", "online: one-way delays on the longest path", UNIT_PLAIN},
    {"secure.online.bytes_sent.provider", "online: sent by the provider", UNIT_BYTES},
    {"secure.online.bytes_sent.user", "online: sent by the user", UNIT_BYTES},
    {"secure.offline.seconds", "offline: time", UNIT_SECONDS},
    {"secure.offline.bytes", "offline: bytes", UNIT_BYTES},
    {"ranges.smallest_margin_bits", "smallest margin left in a range, in bits", UNIT_PLAIN},
    {"ranges.node", "at node", UNIT_PLAIN},
};

void section_secure(struct text_buffer *page, const json_t *root)
{
    if (report_get(root, "secure.online") == NULL && report_get(root, "ranges") == NULL) {
        return;
    }
    section_begin(page, "Secure inference");
    text_append(page, "<table>\n");
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
        json_t *value = report_get(root, figures[i].path);
        if (value != NULL) {
            text_printf(page, "<tr><td>%s</td><td class=\"n\">", figures[i].title);
            html_value(page, value, figures[i].unit);
            text_append(page, "</td></tr>\n");
        }
    }
    text_append(page, "</table>\n");
    json_t *margin = report_get(root, "ranges.smallest_margin_bits");
    if (json_is_number(margin) && json_number_value(margin) < 1) {
        text_append(page,
                    "<p class=\"warn\">Less than one bit is left at the fullest node. A value "
                    "outside its range is a wrong answer that no party can see: calibrate on "
                    "more rows, or raise the margin.</p>\n");
    }
    section_end(page);
}
