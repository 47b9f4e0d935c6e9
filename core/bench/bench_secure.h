/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `mpcf-host bench secure`: the secure engine on a network of a given shape.
 */
#ifndef MPCF_BENCH_BENCH_SECURE_H
#define MPCF_BENCH_BENCH_SECURE_H

#include <stddef.h>

#include <jansson.h>
#include <mpcf/error.h>

struct bench_secure_request {
    const char *model; /* "bert-base", "minilm" (random weights), or a checkpoint's folder */
    size_t tokens, batch;
    const char *activation, *normaliser; /* approximations by name */
    const char *transport;               /* by name; "loopback" */
    size_t repeat;                       /* runs; figures are medians */
    const char *plugin_folder;           /* --plugin-dir or NULL */
};
/* *OUT (json_decref()): "online" and "offline" with seconds, bytes (whole link, both ways) and
 * rounds; peak_rss_bytes under "provider", "user", "dealer"; max_error_vs_fixed,
 * max_error_vs_float; "functions": [{name, seconds, bytes, rounds}]. */
mpcf_status bench_secure(const struct bench_secure_request *request, json_t **out, mpcf_error *err);
/* For people; mpcf_free(). NULL: memory. */
char *bench_secure_table(const json_t *result);

#endif
