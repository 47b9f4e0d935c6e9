/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `mpcf-host bench secure`: the secure engine on a network of a given shape.
 */
#ifndef MPCF_BENCH_BENCH_SECURE_H
#define MPCF_BENCH_BENCH_SECURE_H

#include <jansson.h>
#include <mpcf/error.h>

#include "bench/bench_request.h"

/* *OUT (json_decref()): "online" and "offline" with seconds, bytes (whole link, both ways) and
 * rounds; peak_rss_bytes under "provider", "user", "dealer"; max_error_vs_fixed,
 * max_error_vs_float; "functions": [{name, seconds, bytes, rounds}]. */
mpcf_status bench_secure(const struct bench_secure_request *request, json_t **out, mpcf_error *err);

#endif
