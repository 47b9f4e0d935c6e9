/* SPDX-License-Identifier: Apache-2.0 */
/* The lines that follow a run: accuracy, and what the secure inference took. */
#include "show_summary.h"

#include <stdio.h>

#include "base/memory.h"
#include "pipeline/output.h"
#include "report/report.h"
#include "standard_output.h"

/* The sections of a report with metrics, and their names here. */
static const struct {
    const char *section, *name;
} networks[] = {
    {"teacher", "teacher"},           {"converted", "converted"}, {"student", "student"},
    {"fixed", "plaintext reference"}, {"secure", "secure"},
};

static void show_metrics(const json_t *report, const char *section, const char *name)
{
    char path[64], rows[64] = "";
    const char *metric;
    json_t *value;

    (void) snprintf(path, sizeof path, "%s.rows", section);
    value = report_get(report, path);
    if (json_is_integer(value)) {
        (void) snprintf(rows, sizeof rows, " of %lld row%s", (long long) json_integer_value(value),
                        json_integer_value(value) == 1 ? "" : "s");
    }
    (void) snprintf(path, sizeof path, "%s.metrics", section);
    json_object_foreach(report_get(report, path), metric, value)
    {
        if (json_is_number(value)) {
            (void) fprintf(standard_output(), "  %-20s %s %.4f%s\n", name, metric,
                           json_number_value(value), rows);
        }
    }
}

static double number(const json_t *report, const char *path)
{
    return json_number_value(report_get(report, path));
}

static void show_secure(const json_t *report)
{
    if (report_get(report, "secure.examples") == NULL) {
        return;
    }
    (void) fprintf(standard_output(),
                   "  %-20s %.0f examples, agreement with the float student %.4f", "secure run",
                   number(report, "secure.examples"), number(report, "secure.agreement"));
    if (report_get(report, "secure.max_logit_error") != NULL) {
        (void) fprintf(standard_output(), ", largest logit error %.4f\n",
                       number(report, "secure.max_logit_error"));
    } else {
        (void) fprintf(standard_output(), "; only labels were revealed\n");
    }
    if (number(report, "secure.out_of_range") > 0) {
        (void) fprintf(standard_output(), "  %-20s %.0f of them marked out of range\n", "",
                       number(report, "secure.out_of_range"));
    }
    (void) fprintf(standard_output(),
                   "  %-20s %.3g s an example online, %.4g MB sent by the provider and %.4g MB by "
                   "the user in all\n",
                   "", number(report, "secure.online.seconds_per_example"),
                   number(report, "secure.online.bytes_sent.provider") / 1e6,
                   number(report, "secure.online.bytes_sent.user") / 1e6);
}

void show_summary(const char *folder)
{
    json_t *report = NULL;

    if (report_read(folder, &report, NULL) != MPCF_OK) {
        return;
    }
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
        show_metrics(report, networks[i].section, networks[i].name);
    }
    show_secure(report);
    (void) fprintf(standard_output(), "  %-20s %s/report.html\n", "report", folder);
    json_decref(report);
}

/* --- One role --- */

/* ", accuracy 0.9000 (0.8567 to 0.9312) of 200 labelled rows" */
static void show_role_metrics(const json_t *report)
{
    const char *metric;
    json_t *value;

    json_object_foreach(report_get(report, "secure.metrics"), metric, value)
    {
        const json_t *interval = json_object_get(report_get(report, "secure.intervals"), metric);

        if (json_is_number(value)) {
            (void) fprintf(standard_output(), ", %s %.4f", metric, json_number_value(value));
        }
        if (json_array_size(interval) == 2) {
            (void) fprintf(standard_output(), " (%.4f to %.4f)",
                           json_number_value(json_array_get(interval, 0)),
                           json_number_value(json_array_get(interval, 1)));
        }
    }
    if (number(report, "secure.rows") > 0) {
        (void) fprintf(standard_output(), " of %.0f labelled rows", number(report, "secure.rows"));
    }
}

static double over_links(const json_t *report, const char *way)
{
    const char *role;
    json_t *link;
    double bytes = 0;

    json_object_foreach(report_get(report, "secure.links"), role, link)
    {
        bytes += json_number_value(json_object_get(link, way));
    }
    return bytes;
}

static void show_work(const json_t *report, enum role role)
{
    const double asked = number(report, "secure.examples"), kept = number(report, "secure.kept");
    const double dealt = number(report, "secure.dealt");

    if (role == ROLE_DEALER) {
        (void) fprintf(standard_output(), "dealt for %.0f runs",
                       number(report, "secure.runs") + dealt);
        return;
    }
    (void) fprintf(standard_output(), "%.0f examples answered", asked + kept);
    if (kept > 0) {
        (void) fprintf(standard_output(), ", %.0f of them by an earlier run", kept);
    }
    if (number(report, "secure.out_of_range") > 0) {
        (void) fprintf(standard_output(), ", %.0f of them marked out of range",
                       number(report, "secure.out_of_range"));
    }
    if (role == ROLE_USER) {
        show_role_metrics(report);
    }
    if (asked > 0) {
        (void) fprintf(standard_output(), ", %.3g s an example online",
                       number(report, "secure.online.seconds_per_example"));
    }
}

void show_role_summary(const char *output, enum role role)
{
    char *folder = mpcf_format("%s/infer/%s", output, role_name(role));
    json_t *report = NULL;

    if (folder != NULL && report_read(folder, &report, NULL) == MPCF_OK) {
        (void) fprintf(standard_output(), "%s: ", role_name(role));
        show_work(report, role);
        (void) fprintf(standard_output(), "; %.4g MB sent, %.4g MB received; report %s/report.html",
                       over_links(report, "sent_bytes") / 1e6,
                       over_links(report, "received_bytes") / 1e6, folder);
        if (role == ROLE_USER) {
            (void) fprintf(standard_output(), ", answers %s/infer/" OUTPUT_ANSWER_LINES, output);
        }
        (void) fprintf(standard_output(), "\n");
    }
    json_decref(report);
    mpcf_free(folder);
}
