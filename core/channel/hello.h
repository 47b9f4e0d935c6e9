/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands before the handshake: who calls whom, and the proof, by keys of both, that they are
 * who they say. Shows roles, whether the sender has keys and whether it is busy; no fact, no session.
 *
 *     caller -> callee   hello
 *     callee -> caller   hello, which ends in a MAC over both hellos by the callee's key
 *     caller -> callee   proof: a MAC over both whole hellos by the caller's key
 *
 * Each key is for one pair of roles and one direction, so what one side sent proves nothing when it
 * is sent back, and each hello has a nonce, so what was sent before proves nothing now. Where the
 * transport binds (mpcf_transport's binding()), each hello says to which connection it belongs, and
 * who passes hellos on from one connection to another is noticed. Without, who carries the
 * messages of two who have the keys is not noticed, and sees what follows: hiding is not what this does.
 */
#ifndef MPCF_CHANNEL_HELLO_H
#define MPCF_CHANNEL_HELLO_H

#include <stdbool.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "channel/role.h"
#include "channel/role_keys.h"

/* On the wire; this size and the first 16 bytes never change, so that versions can tell each
 * other apart. */
#define HELLO_BYTES         128
#define HELLO_NONCE_BYTES   32
#define HELLO_MAC_BYTES     32 /* of a hello's MAC, and of a proof */
#define HELLO_BINDING_BYTES 32

struct hello {
    uint32_t protocol;  /* HANDSHAKE_PROTOCOL */
    enum role from, to; /* who speaks, and with whom it means to */
    bool has_key;       /* the sender proves itself, and lets in who does so only */
    bool is_busy;       /* of a callee: it has its session, and hears no more of this caller */
    uint8_t nonce[HELLO_NONCE_BYTES];
    bool is_bound; /* the transport binds: both ends of the connection say the same BINDING */
    uint8_t binding[HELLO_BINDING_BYTES]; /* zero where it does not */
};

/* With a nonce of the system's. */
mpcf_status hello_init(struct hello *h, enum role from, enum role to, bool has_key,
                       mpcf_error *err);
/* BINDING: of this end of the connection, HELLO_BINDING_BYTES; NULL: the transport has none. */
void hello_bind(struct hello *h, const uint8_t *binding);
/* MPCF_E_AUTH where THEIRS is bound to another connection than BINDING (as above) says. */
mpcf_status hello_check_binding(const struct hello *theirs, const uint8_t *binding,
                                mpcf_error *err);
/* Without a MAC: all zeros there. */
void hello_encode(const struct hello *h, uint8_t wire[HELLO_BYTES]);
/* MPCF_E_FORMAT where it is none. Of another protocol version only the version is read. */
mpcf_status hello_decode(const uint8_t wire[HELLO_BYTES], struct hello *out, mpcf_error *err);

/* Puts the MAC into CALLEE, the answer to CALLER. */
mpcf_status hello_seal(const uint8_t caller[HELLO_BYTES], uint8_t callee[HELLO_BYTES],
                       const uint8_t key[LINK_KEY_BYTES], mpcf_error *err);
/* MPCF_E_AUTH where the MAC in CALLEE is another. */
mpcf_status hello_check_seal(const uint8_t caller[HELLO_BYTES], const uint8_t callee[HELLO_BYTES],
                             const uint8_t key[LINK_KEY_BYTES], mpcf_error *err);
mpcf_status hello_prove(const uint8_t caller[HELLO_BYTES], const uint8_t callee[HELLO_BYTES],
                        const uint8_t key[LINK_KEY_BYTES], uint8_t proof[HELLO_MAC_BYTES],
                        mpcf_error *err);
/* MPCF_E_AUTH where PROOF is another. */
mpcf_status hello_check_proof(const uint8_t caller[HELLO_BYTES], const uint8_t callee[HELLO_BYTES],
                              const uint8_t key[LINK_KEY_BYTES],
                              const uint8_t proof[HELLO_MAC_BYTES], mpcf_error *err);

#endif
