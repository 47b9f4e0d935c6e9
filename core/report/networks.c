/* SPDX-License-Identifier: Apache-2.0 */
/* What the tree says of each network. */
#include "report/networks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/report_tree.h"

const struct report_network report_networks[NETWORKS] = {
    {"teacher", "teacher", "exact functions, in float"},
    {"converted", "converted", "functions replaced, before distillation"},
    {"student", "student", "functions replaced, as it is used, in float"},
    {"fixed", "fixed", "the secure run\xe2\x80\x99s integers, in the clear"},
    {"secure", "secure", "the student between provider, user and dealer"},
};

double report_number(const json_t *root, const char *path)
{
    const json_t *value = report_get(root, path);

    return json_is_number(value) ? json_number_value(value) : (double) NAN;
}

double network_number(const json_t *root, size_t i, const char *key)
{
    char path[64];

    (void) snprintf(path, sizeof path, "%s.%s", report_networks[i].key, key);
    return report_number(root, path);
}

static json_t *metrics_of(const json_t *root, size_t i)
{
    return json_object_get(json_object_get(root, report_networks[i].key), "metrics");
}

double network_metric(const json_t *root, size_t i, const char *name)
{
    const json_t *value = json_object_get(metrics_of(root, i), name);

    return json_is_number(value) ? json_number_value(value) : (double) NAN;
}

static void add_name(struct metric_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->name[i], name) == 0) {
            return;
        }
    }
    if (names->count < METRICS_MAX) {
        names->name[names->count++] = name;
    }
}

struct metric_names report_metric_names(const json_t *root)
{
    struct metric_names names = {.count = 0};

    for (size_t i = 0; i < NETWORKS; i++) {
        const char *key;
        json_t *value;

        json_object_foreach(metrics_of(root, i), key, value)
        {
            add_name(&names, key);
        }
    }
    return names;
}

const char *report_role(const json_t *root)
{
    return json_string_value(report_get(root, "run.role"));
}

double report_online_bytes(const json_t *root)
{
    const double sent = report_number(root, "secure.online.bytes_sent.provider") +
                        report_number(root, "secure.online.bytes_sent.user");
    const double examples = report_number(root, "secure.examples");

    return examples > 0 ? sent / examples : (double) NAN;
}
