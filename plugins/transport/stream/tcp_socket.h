/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP sockets as tcp and zmq have them: one that listens, one that was called, one that calls.
 */
#ifndef MPCF_STREAM_TCP_SOCKET_H
#define MPCF_STREAM_TCP_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>
#include <mpcf/option.h>

/* The configuration of both transports, filled by tcp_options. */
struct tcp_config {
    uint64_t send_buffer, receive_buffer; /* 0: the system's choice */
    bool keep_alive;
    int64_t keep_alive_idle; /* nanoseconds */
};
extern const mpcf_option tcp_options[];

/* Listens, without blocking, on "host:port", "[ipv6]:port" or ":port". */
mpcf_status tcp_listen_socket(const struct tcp_config *config, const char *address, int *fd,
                              mpcf_error *err);
/* Where FD listens, in numbers. */
mpcf_status tcp_listen_address(int fd, char *text, size_t size, mpcf_error *err);
/* The next that calls. */
mpcf_status tcp_accept_socket(const struct tcp_config *config, int listener, int64_t deadline,
                              int *fd, mpcf_error *err);
/* Calls until the deadline. */
mpcf_status tcp_connect_socket(const struct tcp_config *config, const char *address,
                               int64_t deadline, int *fd, mpcf_error *err);

#endif
