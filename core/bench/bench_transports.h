/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `mpcf-host bench transports`: what the messages of a secure inference cost over each transport
 * within this machine.
 */
#ifndef MPCF_BENCH_BENCH_TRANSPORTS_H
#define MPCF_BENCH_BENCH_TRANSPORTS_H

#include <jansson.h>

#include <mpcf/error.h>

#include "bench/bench_secure_request.h"

/*
 * Of REQUEST's network; its transport, ranges aside, does not matter. *OUT (json_decref()): the
 * request, rounds, provider_bytes, user_bytes (with frames), runs, and "transports": [{name,
 * seconds (in the transport's calls, mean of both ends), user_cpu_seconds, system_cpu_seconds,
 * calls (both of both ends), seconds_of_tcp, cpu_of_tcp}], medians of runs that were made in turn.
 */
mpcf_status bench_transports(const struct bench_secure_request *request, json_t **out,
                             mpcf_error *err);
/* For people; mpcf_free(). NULL: memory. */
char *bench_transports_table(const json_t *result);

#endif
