/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of given lengths between two processes over a transport, and what they cost.
 */
#ifndef MPCF_BENCH_MESSAGE_PLAY_H
#define MPCF_BENCH_MESSAGE_PLAY_H

#include <stdint.h>

#include <mpcf/transport.h>

#include "bench/bench_rounds.h"

struct message_play {
    const mpcf_transport *transport; /* with advance() */
    const void *config;
    const char *listen; /* an address that the system completes */
    const mpcf_party *provider, *user;
    const struct message_rounds *rounds;
};
/* Of one end. */
struct message_cost {
    double seconds;              /* in the transport's calls, with what is waited for in them */
    double user_cpu, system_cpu; /* processor seconds of the process */
    uint64_t calls;
    uint64_t sent_bytes; /* with frames */
};
enum { PLAY_PROVIDER, PLAY_USER, PLAY_ENDS };

/* This process is the provider, one that it forks is the user; both ends wait for nothing but each
 * other. Connecting is not measured. */
mpcf_status message_play(const struct message_play *play, struct message_cost ends[PLAY_ENDS],
                         mpcf_error *err);

#endif
