/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A listener of a transport that shakes hands, and those that called it: several at once, none waits for
 * another, and none holds a place for longer than ten seconds.
 */
#ifndef MPCF_STREAM_DOOR_H
#define MPCF_STREAM_DOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "tcp_socket.h"

#define DOOR_CALLERS 16

/* How a transport shakes hands. A link is its own: what becomes of one caller. */
struct door_manners {
    const char *name; /* of the handshake: "TLS" */
    /* Takes FD over, also where it fails. */
    mpcf_status (*let_in)(void *listener, int fd, void **link, mpcf_error *err);
    /* Goes on as far as that goes now; *EVENTS (poll's): what it waits for. */
    mpcf_status (*shake)(void *link, bool *done, short *events, mpcf_error *err);
    /* How far it has come: who has come least far goes where there is no place. */
    unsigned (*progress)(const void *link);
    int (*fd)(const void *link);
    void (*close)(void *link);
};

struct door {
    const struct door_manners *manners;
    void *listener; /* for let_in() */
    const struct tcp_config *socket;
    int fd; /* listens; the listener's */
    struct door_caller {
        void *link;
        int64_t began;
        short events;        /* what it waits for */
        char from[64];       /* its address */
    } callers[DOOR_CALLERS]; /* by age, the oldest first */
    size_t count;
};

/* The next whose handshake is good. MPCF_E_AUTH: one was turned away, and why; else as a transport's
 * accept(). */
mpcf_status door_accept(struct door *d, int64_t deadline, void **link, mpcf_error *err);
/* Hangs up on those that shake hands. */
void door_clear(struct door *d);

#endif
