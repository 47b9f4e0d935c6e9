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
/* The rows of their table, for a config that begins with a struct tcp_config. */
#define TCP_OPTION_ROWS                                                                            \
    {.key = "send_buffer",                                                                         \
     .type = MPCF_OPT_BYTES,                                                                       \
     .default_text = "0",                                                                          \
     .offset = offsetof(struct tcp_config, send_buffer),                                           \
     .help = "socket's send buffer; 0: the system grows it as needed"},                            \
        {.key = "receive_buffer",                                                                  \
         .type = MPCF_OPT_BYTES,                                                                   \
         .default_text = "0",                                                                      \
         .offset = offsetof(struct tcp_config, receive_buffer),                                    \
         .help = "socket's receive buffer; 0: the system grows it as needed"},                     \
        {.key = "keep_alive",                                                                      \
         .type = MPCF_OPT_BOOL,                                                                    \
         .default_text = "true",                                                                   \
         .offset = offsetof(struct tcp_config, keep_alive),                                        \
         .help = "probe a silent peer, so that what stands between keeps the connection"},         \
    {                                                                                              \
        .key = "keep_alive_idle", .type = MPCF_OPT_DURATION, .default_text = "10s",                \
        .offset = offsetof(struct tcp_config, keep_alive_idle),                                    \
        .help = "silence before each probe; whole seconds"                                         \
    }
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
