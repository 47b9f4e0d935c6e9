/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of CurveZMQ (RFC 26 of ZeroMQ, as ZMTP 3.0 frames them: RFC 25), as bytes: how each is made, and
 * what opens one that came. Boxes are crypto_box of NaCl: Curve25519, XSalsa20, Poly1305. C, c are the
 * caller's long-term keys, public and secret, S, s those of who is called; C', c', S', s' live for one
 * connection, and what is said is under C' and S' alone.
 *
 * No function waits, allocates or looks at more than the LENGTH bytes it is given.
 */
#ifndef MPCF_ZMQ_CURVE_COMMAND_H
#define MPCF_ZMQ_CURVE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "curve_text.h"

#define CURVE_TAG      16 /* what a box is longer than what is in it */
#define CURVE_COOKIE   96
#define CURVE_METADATA 20 /* of this side: Socket-Type PAIR */
#define CURVE_HELLO    200
#define CURVE_WELCOME  168
#define CURVE_INITIATE (257 + CURVE_METADATA)
#define CURVE_READY    (30 + CURVE_METADATA)
#define CURVE_LONGEST  700 /* of a command of the handshake that is taken */

#define CURVE_MESSAGE_HEAD 16 /* of MESSAGE: its name and number, before the box */
#define CURVE_BINDING      32

/* What one end has of a handshake, secret: wiped as a whole by curve_shake_clear(). */
struct curve_shake {
    bool is_caller;
    struct curve_pair own, transient;
    uint8_t peer[CURVE_KEY];           /* long-term: a caller has it from the beginning */
    uint8_t peer_transient[CURVE_KEY]; /* C' or S' */
    uint8_t cookie[CURVE_COOKIE];      /* of a caller: as it came */
    uint8_t cookie_key[CURVE_KEY];     /* of who is called: its own, for this connection */
    uint8_t session[CURVE_KEY];        /* of C' and S' */
    uint64_t sent, received;           /* numbers of the last commands, each way */
};

void curve_shake_clear(struct curve_shake *s);

/* Each writes a command's body into OUT and moves S on. False: a key that no box can be made with. */
bool curve_hello_make(struct curve_shake *s, uint8_t out[CURVE_HELLO]);
bool curve_welcome_make(struct curve_shake *s, uint8_t out[CURVE_WELCOME]);
bool curve_initiate_make(struct curve_shake *s, uint8_t out[CURVE_INITIATE]);
bool curve_ready_make(struct curve_shake *s, uint8_t out[CURVE_READY]);

enum curve_verdict {
    CURVE_GOOD = 0,
    CURVE_OTHER, /* another command, or one of another length or version */
    CURVE_SHUT,  /* it does not open: another key, or it was changed */
};
/* Each opens a command's body; S moves on where it is CURVE_GOOD, and stays as it is else. HELLO may be tried
 * with several S->own. */
enum curve_verdict curve_hello_open(struct curve_shake *s, const uint8_t *in, size_t length);
enum curve_verdict curve_welcome_open(struct curve_shake *s, const uint8_t *in, size_t length);
/* S->peer is proved then; whether it may call is for others to say. */
enum curve_verdict curve_initiate_open(struct curve_shake *s, const uint8_t *in, size_t length);
enum curve_verdict curve_ready_open(struct curve_shake *s, const uint8_t *in, size_t length);

/* Properties of ZMTP, a name, its length before it in one byte, and a value, in four: whether they end where LENGTH
 * does, and the socket at the other end is a PAIR. Whoever has S can send them. */
bool curve_metadata_is_pair(const uint8_t *metadata, size_t length);

/* Behind READY: what both ends of this connection have and no other. A digest of all four public keys. */
void curve_shake_bind(const struct curve_shake *s, uint8_t out[CURVE_BINDING]);

/* Boxes of MESSAGE, in place: LENGTH bytes at BODY + CURVE_MESSAGE_HEAD + CURVE_TAG are encrypted, and what stands
 * before them is written. NUMBER is never used twice with a key in this direction. */
void curve_message_close(const uint8_t session[CURVE_KEY], bool by_caller, uint64_t number,
                         uint8_t *body, size_t length);
/* A body of LENGTH bytes, in place; it must have NUMBER. What was in it then stands behind head and tag. */
enum curve_verdict curve_message_open(const uint8_t session[CURVE_KEY], bool by_caller,
                                      uint64_t number, uint8_t *body, size_t length);

/* ERROR: why one end goes. */
#define CURVE_ERROR_LONGEST (7 + 16)
enum curve_refusal {
    CURVE_NO_REFUSAL = 0,
    CURVE_REFUSES_CALLED,  /* the caller means another key than this side's */
    CURVE_REFUSES_KEY,     /* the caller's key is not known */
    CURVE_REFUSES_ROLE,    /* it is of a role that does not call here */
    CURVE_REFUSES_SPEECH,  /* what came is not CURVE, or was changed */
    CURVE_REFUSES_CALLEE,  /* who was called has not the key that was expected */
    CURVE_REFUSES_REVOKED, /* the caller's key was taken back */
    CURVE_REFUSES_OTHER,   /* in words that are not known here */
};
/* The length of the body. */
size_t curve_error_make(enum curve_refusal why, uint8_t out[CURVE_ERROR_LONGEST]);
/* CURVE_NO_REFUSAL: it is no ERROR. */
enum curve_refusal curve_error_read(const uint8_t *in, size_t length);

#endif
