/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a measured run's records come to.
 */
#ifndef MPCF_BENCH_BENCH_SECURE_RESULT_H
#define MPCF_BENCH_BENCH_SECURE_RESULT_H

#include <jansson.h>
#include <mpcf/error.h>

#include "bench/bench_secure_request.h"
#include "lower/named_network.h"

/* From OUTPUT/report.json and OUTPUT/infer/ROLE.json, of programs planned for PLAN. MPCF_E_RANGE: further from the
 * plaintext reference than rounding can be; MPCF_E_INTERNAL: a party metered what the cost engine
 * does not say. */
mpcf_status bench_secure_summarise(const struct bench_secure_request *request,
                                   const struct lower_network *plan, const char *output,
                                   json_t **out, mpcf_error *err);
/* For people; mpcf_free(). NULL: memory. */
char *bench_secure_table(const json_t *result);

#endif
