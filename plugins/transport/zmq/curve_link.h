/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One end of a connection: a socket, frames of ZMTP on it, and how far the handshake has come. Nothing
 * here waits but where a deadline says so.
 *
 * Until the peer is proved a link has buffers for one command; then for the longest frame that is taken.
 * A frame is opened where it was read, and closed where it will be sent from.
 */
#ifndef MPCF_ZMQ_CURVE_LINK_H
#define MPCF_ZMQ_CURVE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/transport.h>

#include "curve_command.h"
#include "curve_credentials.h"

#define CURVE_HEAD  9                   /* longest head of a frame */
#define CURVE_FRAME ((size_t) 1 << 20)  /* longest body that is taken, beside what CURVE adds */
#define CURVE_CHUNK ((size_t) 64 << 10) /* the most payload of one that is sent */
#define CURVE_EXTRA (CURVE_MESSAGE_HEAD + CURVE_TAG + 1) /* what a body has besides */

#define CURVE_FIRST ((size_t) 1024) /* of a buffer before the peer is proved */
#define CURVE_AWAY  (CURVE_HEAD + CURVE_EXTRA + CURVE_CHUNK)
#define CURVE_HOME  (CURVE_HEAD + CURVE_EXTRA + CURVE_FRAME)

enum curve_stage {
    CURVE_GREETS = 0, /* the peer's greeting is waited for; then, of a caller: */
    CURVE_WELCOMES,   /* WELCOME */
    CURVE_READIES,    /* READY */
    CURVE_HELLOS,     /* or, of who is called: HELLO */
    CURVE_INITIATES,  /* INITIATE */
    CURVE_OPEN,
    CURVE_BROKEN,
};

struct curve_link {
    int fd;
    struct curve_credentials *credentials; /* as long as it shakes hands */
    bool is_caller;
    int expected; /* the role that was called; that of the pair by which it was called; -1: any */
    enum curve_stage stage;
    struct curve_shake shake;
    int role;           /* proved; -1: not yet */
    char identity[100]; /* the peer's proof, in words */
    uint8_t binding[CURVE_BINDING];

    uint8_t session[CURVE_KEY];
    uint64_t sent, received; /* numbers of the last commands, each way */
    int lost;                /* errno of a send: nothing goes any more; 0: none */
    int error;               /* errno of a receive; 0: none */
    bool has_ended;          /* the peer has, on the socket */
    bool said_end;           /* and it had said so before */
    unsigned idle;           /* frames that said nothing, in a row */
    const char *fault;       /* what is wrong with what came; NULL: nothing yet */
    bool owes;               /* the last byte that went into AWAY was not said to have gone */

    /* From begin to end; PLAIN_ of HOME: payload that was opened, in front of HOME_BEGIN; HOME_PEAK: what was
     * ever used of it. */
    uint8_t *away, *home;
    size_t away_size, home_size;
    size_t away_begin, away_end, home_begin, home_end, home_peak, plain_begin, plain_end;
};

/* Takes FD over, also where it fails, and holds CREDENTIALS. A caller's EXPECTED is the role that it calls;
 * MPCF_E_CONFIG where it has no key of it. */
mpcf_status curve_link_create(struct curve_credentials *credentials, int fd, bool is_caller,
                              int expected, struct curve_link **out, mpcf_error *err);
/* Says that it ends, where there was a connection. At most half a second. Wipes. NULL is fine. */
void curve_link_close(struct curve_link *l);

/* Sends what is in AWAY, as much as goes now. Where that fails AWAY is dropped, and LOST says why. */
mpcf_status curve_link_flush(struct curve_link *l, mpcf_error *err);
/* Reads what has come behind HOME_END, moving what is there where it has no room; false: nothing. */
bool curve_link_fetch(struct curve_link *l);
/* MESSAGE with FLAGS of a frame in front of LENGTH bytes of DATA, into AWAY, which is empty. LENGTH is at most
 * CURVE_CHUNK. False: the key has closed as much as it may. */
bool curve_link_put(struct curve_link *l, uint8_t flags, const void *data, size_t length);

/* A frame that stands whole in HOME, HOME_BEGIN behind it then; what it may be besides: */
enum curve_came {
    CURVE_FRAME_WHOLE = 0,
    CURVE_FRAME_PART, /* the rest is missing */
    CURVE_FRAME_LONG, /* longer than LIMIT */
    CURVE_FRAME_NONE, /* flags that no frame here has */
};
enum curve_came curve_link_take(struct curve_link *l, bool is_command, size_t limit, uint8_t **body,
                                size_t *length);

#define CURVE_SAYS_MORE    1u /* flags of a frame, in MESSAGE */
#define CURVE_SAYS_COMMAND 2u
#define CURVE_END          "\3END" /* the command by which one of ours says that it ends */
#define CURVE_END_SIZE     4u

#endif
