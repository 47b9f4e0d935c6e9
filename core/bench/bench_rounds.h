/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two parties of a secure inference say to each other, as the cost engine has it.
 */
#ifndef MPCF_BENCH_BENCH_ROUNDS_H
#define MPCF_BENCH_BENCH_ROUNDS_H

#include <stddef.h>

#include <mpcf/error.h>

#include "bench/bench_secure_request.h"

/* Bytes of the message in each direction, without its frame; 0: there is none. */
struct message_round {
    size_t provider, user;
};
struct message_rounds {
    struct message_round *items;
    size_t count; /* of rounds in which something is sent */
};

/* Of one online run of REQUEST's network, whose program is made and not run. MPCF_E_CONFIG as
 * bench_secure(). */
mpcf_status bench_rounds(const struct bench_secure_request *request, struct message_rounds *out,
                         mpcf_error *err);
void bench_rounds_clear(struct message_rounds *rounds);

#endif
