/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a session is opened with.
 */
#ifndef MPCF_SECURE_SESSION_OPTIONS_H
#define MPCF_SECURE_SESSION_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "channel/role.h"
#include "protocol/randomness.h"

struct device;
struct kept; /* preprocess/kept.h */

struct session_options {
    enum role role;
    int64_t timeout_ns;     /* a peer that shows no sign of life for longer ends the run */
    const char *store_path; /* NULL, or the folder (of this role alone) that keeps the session,
                                 see session_deal(); the dealer's is only not NULL */
    bool resume;            /* the session that lies in store_path; nothing is dealt any more */
    uint8_t session[16];    /* its id, agreed on in the handshake: of a new one, or of the stored */
    const char *facts;      /* with a store: digest (64 hex) of what the session is dealt for,
                                 found again by store_look(); NULL: none */
    struct device
        *device;         /* NULL: matrix products are the CPU's. Else this session's alone, nothing
                              reserved, and it outlives it */
    size_t device_bytes; /* of its memory that the session reserves */
    bool
        has_provider_masks; /* weight_masks: kept: the provider tells the dealer the seed of the masks
                                 of weights, which else the dealer draws; all roles alike */
    struct kept *kept;   /* the provider: whose seed that is; the user: where D lies and goes. NULL:
                            masks of this session alone. Outlives it */
    uint32_t inferences; /* numbers are below this; 0: SESSION_INFERENCES, the most there may be */
    const uint8_t *test_seed; /* 16 bytes: repeatable runs for tests; NULL: the system's */
    random_observe *observe;  /* tests: sees each use of a stream, from several threads */
    void *observe_context;
};

#endif
