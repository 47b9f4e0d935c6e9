/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session of party and dealer: what runs of programs over the links between the roles have in
 * common. session_infer.h runs one, session_deal.h deals ahead.
 */
#ifndef MPCF_SECURE_SESSION_H
#define MPCF_SECURE_SESSION_H

#include "base/digest.h"
#include "channel/channel.h"
#include "program/program.h"
#include "program/role.h"
#include "program/secure_input.h"
#include "protocol/weights.h"
#include "secure/cost.h"

struct session_options {
    enum role role;
    int64_t timeout_ns;     /* a peer that stays silent longer ends the run */
    const char *store_path; /* NULL, or the folder (of this role alone) that keeps the session,
                                 see session_deal(); the dealer's is only not NULL */
    bool resume;            /* the session that lies in store_path; nothing is dealt any more */
    uint8_t session[16];    /* its id, agreed on in the handshake: of a new one, or of the stored */
    const char *facts;      /* with a store: digest (64 hex) of what the session is dealt for,
                                 found again by store_look(); NULL: none */
    const uint8_t *test_seed; /* 16 bytes: repeatable runs for tests; NULL: the system's */
};
/* PEERS[role] is the channel to that role; own entry NULL. The handshake has been exchanged.
 * An inference, a dealing or a skip that fails once it has begun leaves the roles at different
 * places: it ends the session, which then refuses every call (MPCF_E_INVALID) but
 * session_destroy(). A stored one can be resumed. */
struct session;
mpcf_status session_create(const struct session_options *o, struct channel *peers[3],
                           struct session **out, mpcf_error *err);
void session_destroy(struct session *s); /* NULL is fine */
/* Id and first unused inference number, for the handshake. After it both parties call
 * session_skip_to() with the larger number of the two. */
const uint8_t *session_id(const struct session *s);
uint32_t session_next(const struct session *s);
mpcf_status session_skip_to(struct session *s, uint32_t next, mpcf_error *err);
/* The user of a stored session: digest of the program whose corrections of INFERENCE are on its
 * disk. None: MPCF_E_IO. */
mpcf_status session_stored_program(const struct session *s, uint32_t inference,
                                   char digest[FILE_DIGEST_SIZE], mpcf_error *err);

/* What one call of session_infer() or session_deal() works on: program P; of the provider WEIGHTS;
 * of the user INPUT, OUTPUT (reals) and, where P has USER_LOOKUP steps, their tables in WEIGHTS;
 * others NULL. Filled: what was sent, and the seconds of each part. */
struct session_run {
    const struct program *program;
    const struct weights *weights;
    const struct secure_input *input;
    double *output;
    struct cost *metered; /* NULL, or a cost_run() of this program: overwritten with what was
                                  sent (a party does not see the dealer's link to the other) */
    double setup_seconds, offline_seconds, online_seconds;
};

#endif
