/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection: a ZeroMQ PAIR socket in a context of its own, with a monitor that tells when
 * the peer is gone. Bytes go in messages of at most PAIR_MESSAGE, whose bounds mean nothing.
 */
#ifndef MPCF_ZMQ_PAIR_H
#define MPCF_ZMQ_PAIR_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#define PAIR_MESSAGE ((size_t) 16 << 10)
#define PAIR_TOKEN   16

struct zmq_config {
    uint64_t send_buffer, receive_buffer;
    int64_t queue;      /* messages */
    int64_t first_port; /* 0: the system chooses */
};

/* What a listener needs from first_port on: a dealer has two peers. */
#define PAIR_PORTS 2

struct pair;

/* Bound to HOST (numeric, IPv6 in brackets); *PORT is what was chosen. Who comes there shows TOKEN
 * first: until then nothing moves. */
mpcf_status pair_bind(const struct zmq_config *config, const char *host,
                      const uint8_t token[PAIR_TOKEN], unsigned *port, struct pair **out,
                      mpcf_error *err);
mpcf_status pair_connect(const struct zmq_config *config, const char *host, unsigned port,
                         const uint8_t token[PAIR_TOKEN], struct pair **out, mpcf_error *err);
/* Gives what was sent up to a second to leave; NULL is fine. */
void pair_close(struct pair *p);

/* mpcf_transport's advance(), send(), recv(). */
mpcf_status pair_advance(struct pair *p, const void *out, size_t *out_length, void *in,
                         size_t *in_length, int64_t deadline, mpcf_error *err);
mpcf_status pair_send(struct pair *p, const void *buffer, size_t length, int64_t deadline,
                      mpcf_error *err);
mpcf_status pair_recv(struct pair *p, void *buffer, size_t length, int64_t deadline,
                      mpcf_error *err);

/* Ends a context, whatever signals come. */
void pair_end_context(void *context);

#endif
