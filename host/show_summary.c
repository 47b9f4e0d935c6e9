/* SPDX-License-Identifier: Apache-2.0 */
/* The lines that follow a run: accuracy, and what the secure inference took. */
#include "show_summary.h"

#include <stdio.h>

#include "report/report.h"

static void show_metrics(const json_t *report, const char *what)
{
    char path[64];
    const char *name;
    json_t *value;

    (void) snprintf(path, sizeof path, "%s.metrics", what);
    json_object_foreach(report_get(report, path), name, value)
    {
        if (json_is_number(value)) {
            (void) printf("  %-10s %s %.4f\n", what, name, json_number_value(value));
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
    (void) printf("  secure     %.0f examples: agreement %.4f, largest logit error %.4f\n"
                  "             %.3g s an example online, %.4g MB sent by the provider and "
                  "%.4g MB by the user in all\n",
                  number(report, "secure.examples"), number(report, "secure.agreement"),
                  number(report, "secure.max_logit_error"),
                  number(report, "secure.online.seconds_per_example"),
                  number(report, "secure.online.bytes_sent.provider") / 1e6,
                  number(report, "secure.online.bytes_sent.user") / 1e6);
}

void show_summary(const char *folder)
{
    static const char *const networks[] = {"teacher", "converted", "student", "fixed"};
    json_t *report = NULL;

    if (report_read(folder, &report, NULL) != MPCF_OK) {
        return;
    }
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
        show_metrics(report, networks[i]);
    }
    show_secure(report);
    (void) printf("  report     %s/report.html\n", folder);
    json_decref(report);
}
