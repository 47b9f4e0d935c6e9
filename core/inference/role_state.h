/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside a role: its place in the session, and the two ways to take part.
 */
#ifndef MPCF_INFERENCE_ROLE_STATE_H
#define MPCF_INFERENCE_ROLE_STATE_H

#include "inference/secure_student.h"
#include "inference/secure_totals.h"
#include "roles/control.h"
#include "roles/roles.h"

struct secure_party {
    enum role role;
    struct secure_setup setup;
    struct corpus *corpus;         /* the user's; else NULL */
    struct roles_control *control; /* to the parent of a one-machine run; else NULL */
    struct roles_links links;
    char *store; /* folder of this role alone, mpcf_free(); NULL: nothing is stored */
    char store_facts[FILE_DIGEST_SIZE]; /* what a session is dealt for, as the store has it */
    bool is_offered;                    /* STORED was, in the handshake */
    uint8_t stored[HANDSHAKE_SESSION];
    struct session *session; /* NULL until the user has announced one */
    bool is_resumed;         /* SESSION is one that an earlier run left */
    struct secure_totals totals;
};

/* preprocess: store: what lies there goes into HELLO, where it was dealt for the same network,
 * options and (at the provider) weights. To be called when HELLO has all facts. */
mpcf_status secure_session_offer(struct secure_party *party, struct handshake *handshake,
                                 mpcf_error *err);
/* A new session takes the place of the one before, also in the store. */
mpcf_status secure_session_begin(struct secure_party *party, mpcf_error *err);
/* The stored session that the handshake agreed on, behind all that either side has used; nothing at
 * the dealer, which has no part in it. No agreement: MPCF_E_PROTOCOL. */
mpcf_status secure_session_resume(struct secure_party *party, mpcf_error *err);

/* One inference, metered: RUN has what the role gives; program and weights are filled here. */
mpcf_status secure_party_infer(struct secure_party *party, const struct secure_program *program,
                               struct session_run *run, size_t examples, mpcf_error *err);

/* Deals COUNT inferences ahead, onto the disks (preprocess: store). */
mpcf_status secure_party_deal(struct secure_party *party, const struct secure_program *program,
                              size_t count, mpcf_error *err);

/* Provider and dealer: takes part in what the user announces, until it ends. */
mpcf_status secure_serve(struct secure_party *party, mpcf_error *err);

/* The user: all examples of its corpus. *RESULT: {"rows", "logits", "predictions", "metrics"}. */
mpcf_status secure_user_load(struct secure_party *party, mpcf_error *err);
mpcf_status secure_user(struct secure_party *party, json_t **result, mpcf_error *err);

/* What both sides of a link must agree on, into HELLO. */
mpcf_status secure_facts(const struct secure_setup *setup, struct handshake *handshake,
                         mpcf_error *err);

#endif
