/* SPDX-License-Identifier: Apache-2.0 */
/* One row a network, from the exact one to the secure run. */
#include "report/section_metrics.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "report/html.h"
#include "report/networks.h"
#include "report/plot_interval.h"
#include "report/report_tree.h"
#include "report/section.h"

enum { TEACHER = 0 };

/* false: the tree has none of this network. */
static bool interval_of(const json_t *root, size_t i, const char *metric, double *low, double *high)
{
    const json_t *intervals =
        json_object_get(json_object_get(root, report_networks[i].key), "intervals");
    const json_t *pair = json_object_get(intervals, metric);

    *low = json_number_value(json_array_get(pair, 0));
    *high = json_number_value(json_array_get(pair, 1));
    return json_array_size(pair) == 2 && *low <= *high;
}

/* "88.2 – 92.1" below the metric. */
static void put_interval(struct text_buffer *page, double low, double high, enum number_unit unit)
{
    const double scale = unit == UNIT_PERCENT ? 100 : 1;
    const int decimals = unit == UNIT_PERCENT ? 1 : 3;

    text_append(page, "<small>");
    number_fixed(page, scale * low, decimals);
    text_append(page, " " NUMBER_DASH " ");
    number_fixed(page, scale * high, decimals);
    text_append(page, "</small>");
}

/* A cell that has a name of its own on narrow screens, and is not there where it is empty. */
static void cell_begin(struct text_buffer *page, const char *name, bool is_empty)
{
    text_printf(page, "<td class=\"n%s\" data-l=\"", is_empty ? " none" : "");
    html_text(page, name);
    text_append(page, is_empty ? "\">" NUMBER_DASH : "\">");
}

/* What always answering the largest class would be right in: without it no accuracy says anything. */
static void put_guessing(struct text_buffer *page, const json_t *root, size_t i, const char *name)
{
    const double guessing = network_number(root, i, "guessing");

    if (isfinite(guessing) && strcmp(name, "accuracy") == 0) {
        text_append(page, "<small>guessing ");
        number_percent(page, guessing);
        text_append(page, "</small>");
    }
}

static void put_metric(struct text_buffer *page, const json_t *root, size_t i, const char *name)
{
    const enum number_unit unit = number_unit_of_metric(name);
    const double value = network_metric(root, i, name);
    double low, high;

    cell_begin(page, name, !isfinite(value));
    if (!isfinite(value)) {
        text_append(page, "</td>");
        return;
    }
    text_append(page, "<b>");
    number_in(page, value, unit);
    text_append(page, "</b>");
    if (interval_of(root, i, name, &low, &high)) {
        put_interval(page, low, high, unit);
    }
    put_guessing(page, root, i, name);
    text_append(page, "</td>");
}

/* Against the teacher, where both were asked the same rows. */
static void put_change(struct text_buffer *page, const json_t *root, size_t i, const char *name)
{
    const double value = network_metric(root, i, name), exact = network_metric(root, TEACHER, name);
    const double rows = network_number(root, i, "rows");
    const bool is_empty = i == TEACHER || !isfinite(value) || !isfinite(exact);

    cell_begin(page, "against the teacher", is_empty);
    if (is_empty) {
        text_append(page, "</td>");
        return;
    }
    if (isfinite(rows) && rows != network_number(root, TEACHER, "rows")) {
        text_append(page, "<small>other rows</small>");
    } else {
        number_change(page, value - exact, number_unit_of_metric(name));
    }
    text_append(page, "</td>");
}

static void put_agreement(struct text_buffer *page, const json_t *root, size_t i)
{
    const double agreement = network_number(root, i, "agreement");
    const double error = network_number(root, i, "max_logit_error");

    cell_begin(page, "same as the student", !isfinite(agreement));
    if (isfinite(agreement)) {
        number_percent(page, agreement);
    }
    if (isfinite(error)) {
        text_append(page, "<small>logits within ");
        number_real(page, error);
        text_append(page, "</small>");
    }
    text_append(page, "</td>");
}

static void put_rows(struct text_buffer *page, const json_t *root, size_t i)
{
    const double rows = network_number(root, i, "rows");
    const double counted = isfinite(rows) ? rows : network_number(root, i, "examples");

    cell_begin(page, "rows", !isfinite(counted));
    if (isfinite(counted)) {
        number_count(page, counted);
    }
    text_append(page, "</td>");
}

/* --- The picture in the row --- */

/* Widest range of the first metric over all networks. */
static bool range_of(const json_t *root, const char *name, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < NETWORKS; i++) {
        const double value = network_metric(root, i, name);
        double from, to;

        if (isfinite(value)) {
            const bool has = interval_of(root, i, name, &from, &to);

            *low = fmin(*low, has ? fmin(from, value) : value);
            *high = fmax(*high, has ? fmax(to, value) : value);
        }
    }
    return *low < *high;
}

static void put_picture(struct text_buffer *page, const json_t *root, size_t i, const char *name,
                        double low, double high)
{
    struct plot_interval plot = {.low = low, .high = high, .colour = i};

    plot.value = network_metric(root, i, name);
    text_append(page, "<td class=\"picture\">");
    if (isfinite(plot.value)) {
        if (!interval_of(root, i, name, &plot.from, &plot.to)) {
            plot.from = plot.to = plot.value;
        }
        plot_interval(page, &plot);
    }
    text_append(page, "</td>");
}

/* --- The table --- */

static void put_metric_head(struct text_buffer *page, const char *name)
{
    text_append(page, "<th scope=\"col\" class=\"n\">");
    html_text(page, name);
    text_append(page, "</th>");
}

/* A report of one role has neither teacher nor student, and no column of them. */
static bool has_others(const json_t *root)
{
    return report_role(root) == NULL;
}

/* The picture is of the first metric, and stands beside it. */
static void put_heads(struct text_buffer *page, const struct metric_names *names, bool has_picture,
                      bool others)
{
    text_append(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                      "aria-label=\"Metrics of every network\"><table class=\"numbers "
                      "stack\"><caption>Metrics of every network</caption>"
                      "<thead><tr><th scope=\"col\">network</th>");
    put_metric_head(page, names->name[0]);
    text_append(page, has_picture ? "<th scope=\"col\" class=\"picture\">95" NUMBER_SPACE
                                    "% interval</th>"
                                  : "");
    for (size_t i = 1; i < names->count; i++) {
        put_metric_head(page, names->name[i]);
    }
    text_append(page, others ? "<th scope=\"col\" class=\"n\">against the teacher</th>"
                               "<th scope=\"col\" class=\"n\">same as the student</th>"
                             : "");
    text_append(page, "<th scope=\"col\" class=\"n\">rows</th></tr></thead><tbody>\n");
}

static void put_network(struct text_buffer *page, const json_t *root, size_t i,
                        const struct metric_names *names)
{
    double low, high;

    text_printf(
        page,
        "<tr><th scope=\"row\"><span class=\"name\"><i class=\"dot c%zu\"></i>%s</span><small>%s"
        "</small></th>",
        i, report_networks[i].name, report_networks[i].what);
    put_metric(page, root, i, names->name[0]);
    if (range_of(root, names->name[0], &low, &high)) {
        put_picture(page, root, i, names->name[0], low, high);
    }
    for (size_t k = 1; k < names->count; k++) {
        put_metric(page, root, i, names->name[k]);
    }
    if (has_others(root)) {
        put_change(page, root, i, names->name[0]);
        put_agreement(page, root, i);
    }
    put_rows(page, root, i);
    text_append(page, "</tr>\n");
}

static bool has_intervals(const json_t *root, const struct metric_names *names)
{
    double low, high;

    for (size_t i = 0; i < NETWORKS; i++) {
        for (size_t k = 0; k < names->count; k++) {
            if (interval_of(root, i, names->name[k], &low, &high)) {
                return true;
            }
        }
    }
    return false;
}

static bool has_guessing(const json_t *root)
{
    for (size_t i = 0; i < NETWORKS; i++) {
        if (isfinite(network_number(root, i, "guessing")) &&
            isfinite(network_metric(root, i, "accuracy"))) {
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
        "<p class=\"%s\">The model\xe2\x80\x99s weights lacked some of the head, which began "
        "as random numbers%s: ",
        is_trained ? "note" : "warn", is_trained ? " and were trained" : "");
    html_value(page, names, UNIT_PLAIN);
    text_append(page, "</p>\n");
}

/* Nearly all answers that differ are of examples that the student itself was undecided about. */
static void put_disagreement(struct text_buffer *page, const json_t *root)
{
    const double margin = report_number(root, "secure.disagreement_margin");

    if (margin > 0) {
        text_append(page, "<p class=\"note\">Where the secure answer is another than the "
                          "student\xe2\x80\x99s, the student had its own at most ");
        number_real(page, margin);
        text_append(page, " above the next.</p>\n");
    }
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
    const struct metric_names names = report_metric_names(root);
    double low, high;

    if (names.count == 0) {
        return;
    }
    put_heads(page, &names, range_of(root, names.name[0], &low, &high), has_others(root));
    for (size_t i = 0; i < NETWORKS; i++) {
        if (json_object_get(root, report_networks[i].key) != NULL) {
            put_network(page, root, i, &names);
        }
    }
    section_table_end(page);
    put_new_weights(page, root);
    put_left_out(page, root);
    put_disagreement(page, root);
    if (has_guessing(root)) {
        section_note(page, "Guessing: always answering the class of most rows is as often right.");
    }
    if (has_intervals(root, &names)) {
        section_note(page,
                     "Below a metric its 95" NUMBER_SPACE
                     "% interval, which says how sure so few rows make it: Wilson\xe2\x80\x99s for "
                     "accuracy, else the bootstrap\xe2\x80\x99s of 1000 resamples.");
    }
}
