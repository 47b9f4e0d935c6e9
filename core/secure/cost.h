/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an inference costs: the cost engine's figures, and a meter's in the same form.
 */
#ifndef MPCF_SECURE_COST_H
#define MPCF_SECURE_COST_H

#include "program/program.h"

struct cost_line {
    const char *function;                 /* or another group's name */
    uint64_t online_bytes, offline_bytes; /* whole link provider-user */
    uint64_t link_bytes; /* online, of the longer message of each round; 0 of a meter */
    uint64_t dealer_bytes;
    uint32_t rounds;
    double seconds; /* measured by a party; 0 in the cost engine */
};
struct cost {
    uint32_t rounds;                     /* one-way delays on the longest path, online */
    uint64_t provider_bytes, user_bytes; /* online, framing included */
    uint64_t link_bytes; /* of each round's two messages the longer: a link carries both at once */
    uint64_t user_offline_bytes; /* user to provider before the run */
    uint64_t dealer_provider_bytes, dealer_user_bytes, setup_bytes;
    struct cost_line *lines; /* one a function */
    size_t line_count;
};
/* Of one inference (and, in setup_bytes, of a session). What a channel meters equals it. */
mpcf_status cost_run(const struct program *p, struct cost **out, mpcf_error *err);
void cost_destroy(struct cost *c);

/* Other lines than functions: of each step one of COUNT groups. The names outlive the cost. */
struct cost_groups {
    const char *const *names;
    size_t count;
    uint32_t *of; /* by step */
};
/* P's functions as groups. */
mpcf_status cost_functions(const struct program *p, struct cost_groups *out, mpcf_error *err);
void cost_functions_clear(struct cost_groups *groups);
mpcf_status cost_run_by(const struct program *p, const struct cost_groups *groups,
                        struct cost **out, mpcf_error *err);

/* Of a message of BYTES; none is sent for 0. */
uint64_t cost_message(uint64_t bytes);

#endif
