/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One end of a connection: a socket, what OpenSSL makes of its bytes, and how far the handshake has
 * come. Nothing here waits but where a deadline says so.
 *
 * What OpenSSL writes goes into AWAY and from there to the socket, so that it never asks for the same
 * bytes again: the host may offer others next time.
 *
 * Behind TLS's handshake the one that was called sends one byte, READY: only then the caller knows
 * that it was taken, since TLS 1.3 lets it finish before its own proof is looked at.
 */
#ifndef MPCF_TLS_TLS_LINK_H
#define MPCF_TLS_TLS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include <mpcf/transport.h>

#define TLS_RECORD 16384        /* the most plaintext of one */
#define TLS_ROOM   (20 * 1024)  /* one record, and what else OpenSSL may have to say */
#define TLS_BUFFER (160 * 1024) /* of each way, once the peer is proved; before, TLS_ROOM */

/* Of one key, which then makes the next: AES-GCM is good for 2^24.5 (RFC 8446, 5.5). */
#define TLS_KEY_RECORDS (UINT32_C(1) << 23)

enum tls_stage { TLS_SHAKING = 0, TLS_READYING, TLS_OPEN, TLS_BROKEN };

struct tls_credentials;

struct tls_link {
    int fd;
    SSL *ssl;
    struct tls_credentials *credentials; /* as long as it shakes hands */
    bool is_caller;
    int expected; /* the role that was called; -1 of one that calls */
    enum tls_stage stage;
    int role;           /* proved; -1: not yet */
    char identity[200]; /* the peer's proof, in words */
    char held[300];     /* what this side holds against the peer; "": nothing */
    uint8_t binding[MPCF_BINDING_BYTES];
    int error;      /* errno of the socket; 0: none */
    int lost;       /* errno of a send: nothing goes any more, though bytes may come; 0: none */
    bool has_ended; /* the peer has, on the socket */
    bool owes;      /* the last byte that went into AWAY was not said to have gone */
    uint32_t count; /* of the records under this side's key */
    size_t away_begin, away_end, home_begin, home_end, size;
    uint8_t *away, *home; /* SIZE bytes each */
};

/* Takes FD over, also where it fails, and holds CREDENTIALS. */
mpcf_status tls_link_create(struct tls_credentials *credentials, int fd, bool is_caller,
                            int expected, struct tls_link **out, mpcf_error *err);
/* Says that it ends, where there was a connection. At most half a second. NULL is fine. */
void tls_link_close(struct tls_link *l);

/* Goes on with the handshake as far as that goes now; *EVENTS (poll's): what it waits for. MPCF_E_AUTH
 * with what this side or the other holds against the proof, MPCF_E_CLOSED where the peer went without a
 * word. */
mpcf_status tls_link_shake(struct tls_link *l, bool *done, short *events, mpcf_error *err);

/* Sends what is in AWAY, as much as goes now. Where that fails AWAY is dropped, and LOST says why. */
mpcf_status tls_link_flush(struct tls_link *l, mpcf_error *err);
/* What it means that OpenSSL returned RESULT of DOING: MPCF_OK and *EVENTS where it waits. */
mpcf_status tls_link_explain(struct tls_link *l, int result, const char *doing, short *events,
                             mpcf_error *err);

#endif
