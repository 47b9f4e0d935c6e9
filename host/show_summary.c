/* SPDX-License-Identifier: Apache-2.0 */
/* The lines that follow a run: accuracy, and what the secure inference took. */
#include "show_summary.h"

#include <stdio.h>

#include "report/report.h"

/* The sections of a report with metrics, and their names here. */
static const struct {
    const char *section, *name;
} networks[] = {
    {"teacher", "teacher"},           {"converted", "converted"}, {"student", "student"},
    {"fixed", "plaintext reference"}, {"secure", "secure"},
};

static void show_metrics(const json_t *report, const char *section, const char *name)
{
    char path[64];
    const char *metric;
    json_t *value;

    (void) snprintf(path, sizeof path, "%s.metrics", section);
    json_object_foreach(report_get(report, path), metric, value)
    {
        if (json_is_number(value)) {
            (void) printf("  %-20s %s %.4f\n", name, metric, json_number_value(value));
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
    (void) printf("  %-20s %.0f examples, agreement with the float student %.4f", "secure run",
                  number(report, "secure.examples"), number(report, "secure.agreement"));
    if (report_get(report, "secure.max_logit_error") != NULL) {
        (void) printf(", largest logit error %.4f\n", number(report, "secure.max_logit_error"));
    } else {
        (void) printf("; only labels were revealed\n");
    }
    (void) printf("  %-20s %.3g s an example online, %.4g MB sent by the provider and %.4g MB by "
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
    (void) printf("  %-20s %s/report.html\n", "report", folder);
    json_decref(report);
}
