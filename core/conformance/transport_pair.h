/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the checks of a transport stand on: a listener, a connection with both ends in this
 * process, a thread for the other end, and expectations that say what was seen.
 */
#ifndef MPCF_CONFORMANCE_TRANSPORT_PAIR_H
#define MPCF_CONFORMANCE_TRANSPORT_PAIR_H

#include <pthread.h>
#include <stdbool.h>

#include <mpcf/transport.h>

#define MIB     ((size_t) 1 << 20)
#define SECOND  INT64_C(1000000000)
#define LARGEST (64 * MIB)

/* What one check works on: a listener, and a connection with both its ends. */
struct pair {
    const mpcf_transport *t;
    const void *config;
    mpcf_party *provider, *user; /* who listens, who calls: with secrets of this run */
    const char *wish;            /* address to listen on */
    void *listener;
    char address[256];    /* what it became */
    void *a, *b;          /* accepted, connected */
    uint8_t *out, *in;    /* LARGEST bytes each */
    const char *left_out; /* why the check that runs asks nothing; NULL: it does */
};

/* What the other end does on its own thread. */
struct peer {
    struct pair *s;
    mpcf_status (*act)(struct pair *s, mpcf_error *err);
    pthread_t thread;
    mpcf_status status;
    mpcf_error *err;
};

struct transport_check {
    const char *name; /* a sentence; NULL ends a list */
    bool joined;      /* needs a connection */
    unsigned since;   /* the minor of the ABI that asks for it */
    mpcf_status (*run)(struct pair *s, mpcf_error *err);
};

/* What a check returns that has nothing to ask: a test that says "ok" there would say what nobody saw. */
mpcf_status pair_leave_out(struct pair *s, const char *why);

mpcf_status pair_listen(struct pair *s, mpcf_error *err);
void pair_unlisten(struct pair *s);
/* The user calls. */
mpcf_status pair_call(struct pair *s, int64_t deadline, void **conn, mpcf_error *err);
/* The end that connects, s->b. */
mpcf_status pair_connect(struct pair *s, mpcf_error *err);
/* Both ends. */
mpcf_status pair_join(struct pair *s, mpcf_error *err);
/* One end; none where *CONN is NULL. */
void pair_close(struct pair *s, void **conn);

mpcf_status peer_start(struct peer *p, struct pair *s,
                       mpcf_status (*act)(struct pair *s, mpcf_error *err), mpcf_error *err);
/* The check's STATUS, or what the peer met. */
mpcf_status peer_join(struct peer *p, mpcf_status status, mpcf_error *err);

/* A deadline that no sound transport reaches. */
int64_t pair_soon(void);
void pair_pause(int64_t duration);
/* Bytes that repeat for equal seeds. */
void pair_fill(uint8_t *data, size_t length, uint64_t seed);

mpcf_status expect_same(const uint8_t *got, const uint8_t *want, size_t length, mpcf_error *err);
mpcf_status expect_status(mpcf_status got, mpcf_status want, const char *call, mpcf_error *err);
/* LIMIT nanoseconds since START. */
mpcf_status expect_within(int64_t start, int64_t limit, const char *call, mpcf_error *err);

#endif
