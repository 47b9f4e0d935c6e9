/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session of party and dealer: runs of programs over the links between the roles.
 */
#ifndef MPCF_SECURE_SESSION_H
#define MPCF_SECURE_SESSION_H

#include "base/file.h"
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

/* Provider: WEIGHTS; user: IN, OUTPUT (reals) and, where the program has USER_LOOKUP steps, their
 * tables in WEIGHTS; others NULL. One inference of program P:
 * setup (once a program's weights), offline, online. All three roles call the same sequence.
 * METERED gets what was sent and the seconds of each part. */
struct session_run {
    const struct program *program;
    const struct weights *weights;
    const struct secure_input *input;
    double *output;
    struct cost *metered; /* NULL, or a cost_run() of this program: overwritten with what was
                                  sent (a party does not see the dealer's link to the other) */
    double setup_seconds, offline_seconds, online_seconds;
};
mpcf_status session_infer(struct session *s, struct session_run *run, mpcf_error *err);

/*
 * Sessions with a store: all three roles call session_deal() for each program, in the order of
 * the inferences to come: the weights are set up, and the corrections of COUNT inferences go to
 * the user's disk. session_infer() then works without the dealer (whose own call does nothing),
 * also in later processes that resume. What was not dealt ahead is dealt by session_infer(), over
 * the disk. An inference's number is on both parties' disks as used up before its first byte is
 * used.
 */
mpcf_status session_deal(struct session *s, struct session_run *run, size_t count, mpcf_error *err);

#endif
