/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a role is in secure inference: what it works from, who it is linked to, its session.
 */
#ifndef MPCF_INFERENCE_ROLE_STATE_H
#define MPCF_INFERENCE_ROLE_STATE_H

#include "base/digest.h"
#include "channel/handshake.h"
#include "channel/heartbeat.h"
#include "channel/role.h"
#include "channel/role_keys.h"
#include "corpus/corpus.h"
#include "inference/agreement.h"
#include "inference/asking.h"
#include "inference/prediction.h"
#include "inference/questions.h"
#include "inference/secure_student.h"
#include "inference/secure_totals.h"
#include "roles/control.h"
#include "roles/roles.h"
#include "secure/session.h"

struct kept_answers; /* kept_answers.h */
struct kept;         /* preprocess/kept.h */
struct answer_lines; /* answer_lines.h */

struct role_state {
    enum role role;
    struct secure_student student;
    struct corpus *corpus;         /* the user's: all it asks or, with ASKING, what it asks now */
    const struct asking *asking;   /* the user's, of `predict`; else NULL */
    struct tokenizer *tokenizer;   /* of ASKING's texts; else NULL */
    struct kept_answers *kept;     /* the user's, as they come; else NULL */
    struct answer_lines *lines;    /* the same, to be read; else NULL */
    struct predictor predictor;    /* of LINES */
    struct roles_control *control; /* to the parent of a one-machine run; else NULL */
    const struct role_keys *keys;  /* the parent's, or OWN_KEYS; NULL: none */
    struct role_keys *own_keys;    /* from the role's file */
    struct handshake handshake;    /* this side's, as it joined */
    struct roles *roles;
    struct roles_links links;
    struct heartbeat *heartbeat; /* on them; NULL: none */
    char *store; /* folder of this role's stored sessions, mpcf_free(); NULL: nothing is stored */
    char store_facts[FILE_DIGEST_SIZE]; /* what a session is dealt for, as the store has it */
    bool has_record;                    /* this role leaves one in OUTPUT/infer */
    bool is_last;                       /* no texts come behind CORPUS */
    bool is_dealer_gone; /* its link has ended; it is closed when the dealer is called again */
    bool is_offered;     /* the user: OFFERED was, in the handshake */
    uint8_t offered[HANDSHAKE_SESSION];
    char asker[QUESTIONS_USER_SIZE]; /* the provider: as whom the user's questions are counted */
    struct kept *kept_masks; /* provider, user: under whose masks SESSION is; NULL: its own */
    char *kept_root;         /* where they lie, mpcf_free(); NULL: none are kept */
    char kept_facts[FILE_DIGEST_SIZE]; /* for what */
    struct agreement agreed;           /* provider, dealer: what the user has announced so far */
    struct session *session;           /* NULL until the user has announced one */
    uint64_t planned; /* inferences that SESSION was announced for, where it is new; else 0 */
    uint64_t sessions_begun; /* new ones in this run, or since the dealer was joined again */
    bool is_resumed;         /* SESSION is one that an earlier run left */
    struct secure_totals totals;
};

#endif
