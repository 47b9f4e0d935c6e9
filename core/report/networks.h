/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The networks that a report speaks of, from the exact one to the secure run, and what it says of each.
 */
#ifndef MPCF_REPORT_NETWORKS_H
#define MPCF_REPORT_NETWORKS_H

#include <stddef.h>

#include <jansson.h>

struct report_network {
    const char *key;  /* in the tree */
    const char *name; /* for people */
    const char *what; /* what it is, in a few words */
};
#define NETWORKS 5
extern const struct report_network report_networks[NETWORKS];

/* The number at PATH; NAN where there is none. */
double report_number(const json_t *root, const char *path);
/* KEY of network I: "rows", "agreement"; NAN where it has none. */
double network_number(const json_t *root, size_t i, const char *key);
/* Its metric NAME; NAN where it has none. */
double network_metric(const json_t *root, size_t i, const char *name);

/* Names of all metrics, in the order in which the networks have them; belong to ROOT. */
#define METRICS_MAX 8
struct metric_names {
    const char *name[METRICS_MAX];
    size_t count;
};
struct metric_names report_metric_names(const json_t *root);

/* The role that the report is of, which was started by itself; NULL: all of them, on one machine. */
const char *report_role(const json_t *root);

/* Bytes of an example, online, both ways; NAN where the tree does not say. */
double report_online_bytes(const json_t *root);

#endif
