/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ZMTP 3.0, the wire protocol of ZeroMQ, as a PAIR socket without security speaks it: bytes in
 * frames of any length, over a socket that is connected. Nothing that a peer says makes it
 * allocate.
 */
#ifndef MPCF_ZMQ_ZMTP_H
#define MPCF_ZMQ_ZMTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#define ZMTP_HEAD     9                  /* longest head of a frame */
#define ZMTP_FRAME    ((size_t) 1 << 20) /* longest frame that is sent, or taken */
#define ZMTP_GREETING 64
#define ZMTP_READY    41 /* of this side */
#define ZMTP_AHEAD    512

struct zmtp {
    int fd;
    /* Out. */
    uint8_t opening[ZMTP_GREETING + ZMTP_READY]; /* greeting and READY, before all else */
    size_t opening_done;
    uint8_t head[ZMTP_HEAD];
    size_t head_left, frame_left; /* of the frame that goes now */
    /* In. */
    uint8_t ahead[ZMTP_AHEAD]; /* read, and not taken yet */
    size_t ahead_at, ahead_end;
    bool is_greeted, is_ready; /* the peer has sent its greeting; its READY */
    size_t incoming;           /* left of the frame that comes now */
};

/* Over FD, which does not block and stays the caller's. Says its part of the opening at once: the
 * peer needs it to send. */
void zmtp_begin(struct zmtp *z, int fd);
/* mpcf_transport's advance(), send() and recv(). MPCF_E_PROTOCOL: the peer speaks something else. */
mpcf_status zmtp_advance(struct zmtp *z, const void *out, size_t *out_length, void *in,
                         size_t *in_length, int64_t deadline, mpcf_error *err);
mpcf_status zmtp_send(struct zmtp *z, const void *buffer, size_t length, int64_t deadline,
                      mpcf_error *err);
mpcf_status zmtp_recv(struct zmtp *z, void *buffer, size_t length, int64_t deadline,
                      mpcf_error *err);

#endif
