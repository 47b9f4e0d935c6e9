/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What transports over byte-stream sockets share: sending, receiving, both at once, accepting,
 * with absolute CLOCK_MONOTONIC deadlines. Compiled into each such plug-in.
 *
 * Errors: MPCF_E_TIMEOUT, MPCF_E_CLOSED (the peer ended or vanished), MPCF_E_INTERRUPTED (a wait was
 * ended by a signal; what goes without a wait goes), MPCF_E_IO.
 */
#ifndef MPCF_STREAM_STREAM_H
#define MPCF_STREAM_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

int64_t stream_now_ns(void);
/* Milliseconds for poll(): to the deadline, but no longer than a signal may go unseen. */
int stream_slice(int64_t deadline);
/* What a wait that came to nothing means: MPCF_OK (wait on), MPCF_E_TIMEOUT, MPCF_E_INTERRUPTED. */
mpcf_status stream_waited(int64_t deadline, mpcf_error *err);
/* Waits until FD has one of EVENTS (poll's), an error, or the deadline has passed. */
mpcf_status stream_wait(int fd, short events, int64_t deadline, mpcf_error *err);
/* Sleeps, but not past the deadline. */
mpcf_status stream_pause(int64_t duration_ns, int64_t deadline, mpcf_error *err);

/* What the errno ERROR of a socket that was DOING something means. */
mpcf_status stream_fail(int error, const char *doing, mpcf_error *err);

/* mpcf_transport's peer_identity(): IDENTITY into TEXT of SIZE bytes, MPCF_E_INVALID where it does not fit. */
mpcf_status stream_say_identity(const char *identity, char *text, size_t size, mpcf_error *err);

mpcf_status stream_send(int fd, const void *buffer, size_t length, int64_t deadline,
                        mpcf_error *err);
mpcf_status stream_recv(int fd, void *buffer, size_t length, int64_t deadline, mpcf_error *err);
/* mpcf_transport's advance(). */
mpcf_status stream_advance(int fd, const void *out, size_t *out_length, void *in, size_t *in_length,
                           int64_t deadline, mpcf_error *err);

/* The next connection on the listening, non-blocking LISTEN_FD. */
mpcf_status stream_accept(int listen_fd, int64_t deadline, int *fd, mpcf_error *err);
/* Asks for socket buffers of these sizes; 0 leaves the system's choice. The system may grant
 * less, so this cannot fail. */
void stream_set_buffers(int fd, uint64_t send_bytes, uint64_t receive_bytes);

#endif
