/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What both sides say when they know with whom they speak (hello.h): which session each means, and
 * the facts on which both must agree. Public facts only.
 */
#ifndef MPCF_CHANNEL_HANDSHAKE_H
#define MPCF_CHANNEL_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "channel/channel.h"
#include "channel/role.h"

/* Goes up with every change of what is sent for an equal program: a step's messages, this one, the
 * announcement. Not where only programs change: roles compare their digests. */
#define HANDSHAKE_PROTOCOL 6
#define HANDSHAKE_BYTES    8192 /* on the wire */
#define HANDSHAKE_FACTS    64
#define HANDSHAKE_NAME     48 /* with the zero */
#define HANDSHAKE_VALUE    128
#define HANDSHAKE_SESSION  16
#define HANDSHAKE_REFUSAL  512 /* with the zero */

/* "batch" = "8", "program" = its digest, "approximation quad" = "1.0". */
struct handshake_fact {
    char name[HANDSHAKE_NAME], value[HANDSHAKE_VALUE];
};

/* Where a side cannot take part. */
enum handshake_refusal_kind {
    REFUSAL_NONE = 0,
    REFUSAL_ENDED,   /* it ends, or does not take the other */
    REFUSAL_BUSY,    /* it has another session; later it may not */
    REFUSAL_DIFFERS, /* it disagrees, and does not show more than in what */
};

struct handshake {
    uint32_t protocol;
    enum role role;
    bool has_session;
    uint8_t session[HANDSHAKE_SESSION]; /* drawn by the user; the others take it over */
    /* A session dealt in an earlier run, of which inferences are left on this side's disk; the
     * first number that is not used up there. Both are zero without. */
    bool has_stored;
    uint8_t stored[HANDSHAKE_SESSION];
    uint64_t next_inference;
    size_t fact_count;
    struct handshake_fact facts[HANDSHAKE_FACTS];
    /* Why this side cannot take part, for who has not seen it. Printable ASCII. */
    enum handshake_refusal_kind kind;
    char refusal[HANDSHAKE_REFUSAL];
};

/* With the version of mpcf as its first fact. */
void handshake_init(struct handshake *h, enum role role);
/* Printable ASCII. Too long, too many, or a name twice: MPCF_E_INVALID. */
mpcf_status handshake_add(struct handshake *h, mpcf_error *err, const char *name,
                          const char *format, ...) MPCF_PRINTF(4, 5);

/* Turns H into a refusal for the reason WHY, a message of this side: cut where it is long, and
 * what is not printable is '?'. */
void handshake_refuse(struct handshake *h, enum handshake_refusal_kind kind, const char *why);
/* The same without a fact, a session or a number: for who has not proved itself. */
void handshake_refuse_bare(struct handshake *h, enum role role, enum handshake_refusal_kind kind,
                           const char *why);
/* With the reason that THEIRS gives, where it is a refusal: MPCF_E_PROTOCOL where it disagrees,
 * else MPCF_E_CLOSED. */
mpcf_status handshake_heed(const struct handshake *theirs, mpcf_error *err);

void handshake_encode(const struct handshake *h, uint8_t wire[HANDSHAKE_BYTES]);
/* LENGTH other than HANDSHAKE_BYTES, or not a handshake: MPCF_E_FORMAT. Of another protocol version
 * only the version is read. */
mpcf_status handshake_decode(const uint8_t *wire, size_t length, struct handshake *out,
                             mpcf_error *err);
/* MPCF_E_PROTOCOL with all that differs in one message ("there" and "here"): version, session
 * where both name one, equal roles, every fact. Facts are compared by name. */
mpcf_status handshake_compare(const struct handshake *mine, const struct handshake *theirs,
                              mpcf_error *err);
/* The same, but only the names of those of THEIRS that differ, for who must not see a fact of this
 * side, and how many more there are here. */
mpcf_status handshake_compare_names(const struct handshake *mine, const struct handshake *theirs,
                                    mpcf_error *err);

/* Whether both go on with one stored session, and then from which inference: the larger number,
 * since one side's disk may be an older copy. */
bool handshake_same_stored(const struct handshake *mine, const struct handshake *theirs,
                           uint64_t *next);

/* Sends and receives; nothing is compared yet. */
mpcf_status handshake_exchange(struct channel *c, const struct handshake *mine,
                               struct handshake *theirs, mpcf_error *err);
mpcf_status handshake_send(struct channel *c, const struct handshake *mine, mpcf_error *err);

#endif
