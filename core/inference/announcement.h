/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the user tells provider and dealer: which session begins, and before each inference its
 * number, its shape and the digest of the program it means. Public by design; the answer is the
 * other's own digest, so that both sides see a disagreement.
 */
#ifndef MPCF_INFERENCE_ANNOUNCEMENT_H
#define MPCF_INFERENCE_ANNOUNCEMENT_H

#include <stdbool.h>

#include "base/digest.h"
#include "channel/channel.h"
#include "channel/handshake.h"
#include "inference/secure_shape.h"

#define ANNOUNCEMENT_BYTES 128

enum announcement_kind {
    ANNOUNCE_INFERENCE = 1,
    ANNOUNCE_END = 2,
    ANNOUNCE_DEAL = 3,
    ANNOUNCE_SESSION = 4, /* a new one, for `count` inferences: the dealer draws its seeds */
    ANNOUNCE_RESUME = 5,  /* the stored one that the handshake agreed on */
    ANNOUNCE_REJOIN =
        6 /* to the provider alone: the dealer went; both call it again for `session` */
};

/* How many examples the provider answers this user, and how many of them are left; all zero where
 * there is no limit. */
struct question_limit {
    uint32_t limit, left;
};

struct announcement {
    enum announcement_kind kind;
    struct secure_shape shape;
    size_t count;       /* ANNOUNCE_SESSION: inferences to come, dealt ahead or not;
                                    ANNOUNCE_DEAL: of this shape to deal ahead */
    uint32_t number;    /* ANNOUNCE_INFERENCE: its own; those before it are passed */
    uint32_t questions; /* ANNOUNCE_SESSION, _RESUME: examples that the user means to ask,
                                      in whole batches */
    uint8_t session[HANDSHAKE_SESSION]; /* ANNOUNCE_REJOIN: drawn by the user.
                                           ANNOUNCE_SESSION, _RESUME: the id of the masks of weights
                                           that the user has kept; in the provider's answer that of
                                           those that it goes on with or (SESSION) begins; zero: none
                                           are kept */
    bool
        has_kept; /* ANNOUNCE_INFERENCE, _DEAL, to the provider: the user has all masked weights of the
                      program that the session lacks, from earlier ones; none is sent */
    struct question_limit limit;   /* in the provider's answer */
    char digest[FILE_DIGEST_SIZE]; /* of the program; "" without a shape */
};

void announcement_encode(const struct announcement *a, uint8_t wire[ANNOUNCEMENT_BYTES]);
/* Not of this form, a field that its kind does not use, a number beyond 2^20: MPCF_E_PROTOCOL. What
 * was agreed is another question: agreement.h. */
mpcf_status announcement_decode(const uint8_t wire[ANNOUNCEMENT_BYTES], struct announcement *out,
                                mpcf_error *err);

/* The user: tells PEER and takes its answer into *ANSWER (may be NULL): what it adds to A is the limit
 * and, to a session, the id. Another digest there, or an answer to something else: MPCF_E_PROTOCOL. */
mpcf_status announcement_tell(struct channel *peer, const struct announcement *a,
                              struct announcement *answer, mpcf_error *err);
/* The two halves of that. */
mpcf_status announcement_send(struct channel *peer, const struct announcement *a, mpcf_error *err);
mpcf_status announcement_hear_answer(struct channel *peer, const struct announcement *a,
                                     struct announcement *answer, mpcf_error *err);
/* The others: waits for the user's, and answers with DIGEST and LIMIT. */
mpcf_status announcement_wait(struct channel *user, struct announcement *out, mpcf_error *err);
mpcf_status announcement_answer(struct channel *user, const struct announcement *heard,
                                const char *digest, const struct question_limit *limit,
                                mpcf_error *err);

/* What the dealer hears of A: it has no part in masks that are kept. */
struct announcement announcement_for_dealer(const struct announcement *a);
/* How many questions A asks, or says that it will. */
uint32_t announcement_questions(const struct announcement *a);
/* Whether that is more than are left. User and provider both ask this of one announcement and one
 * limit, and go on, or do not, alike. */
bool announcement_is_beyond(const struct announcement *a, const struct question_limit *limit);

#endif
