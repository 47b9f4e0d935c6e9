/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a role metered over all its inferences, and whether the cost engine had said so.
 */
#ifndef MPCF_INFERENCE_SECURE_TOTALS_H
#define MPCF_INFERENCE_SECURE_TOTALS_H

#include <jansson.h>

#include "channel/role.h"
#include "secure/cost.h"
#include "secure/session_run.h"

#define SECURE_FUNCTIONS_MAX 32

struct secure_totals {
    uint64_t runs, examples;
    uint64_t taken_up; /* runs whose corrections an earlier process was dealt */
    uint64_t dealt;    /* runs dealt ahead */
    bool has_setup;    /* the session's weights are set up: its first run or deal did it */
    double setup_seconds, offline_seconds, online_seconds;
    /* Sums over runs, framing included. */
    uint64_t provider_bytes, user_bytes, link_bytes, user_offline_bytes;
    uint64_t dealer_provider_bytes, dealer_user_bytes, setup_bytes;
    uint64_t setup_kept_bytes; /* not sent: the user had kept what is in them */
    uint32_t rounds;           /* of the longest run */
    /* Bytes and seconds are sums over runs, rounds those of the longest. */
    struct cost_line lines[SECURE_FUNCTIONS_MAX];
    size_t line_count;
    /* Figures of the meter held against the cost engine's; how many differ, and the first. */
    uint64_t compared, differing;
    char difference[256];
    json_t
        *each; /* a list: tokens, batch, rounds, bytes, seconds of every run and of its functions */
    bool is_short; /* memory was: the list has not all */
};
void secure_totals_clear(struct secure_totals *t);

/* Adds RUN, whose METERED is filled, with EXPECTED the cost engine's word for its program. */
void secure_totals_add(struct secure_totals *t, enum role role, const struct session_run *run,
                       const struct cost *expected, size_t examples);

/* Adds what dealing COUNT runs ahead took; RUN's METERED is filled. */
void secure_totals_add_deal(struct secure_totals *t, enum role role, const struct session_run *run,
                            const struct cost *expected, size_t count);

/* {"runs", "dealt", "online": {"seconds", "rounds", "bytes", "link_bytes", "bytes_sent": {..}}, "offline": {.., "taken_up"},
 * "setup": {..}, "functions": [..], "each": [..], "peak_rss_bytes", "cost_engine": "equal" or what
 * differs}; without the last where nothing was compared (the dealer meters nothing). NULL: memory. */
json_t *secure_totals_json(const struct secure_totals *t);

#endif
