/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "host:port", "[::1]:port", ":port" (every interface, for listening) as text and as sockaddr.
 */
#ifndef MPCF_STREAM_HOST_PORT_H
#define MPCF_STREAM_HOST_PORT_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <mpcf/error.h>

/* *FOUND ends with freeaddrinfo(). Not of the form, or no such host: MPCF_E_CONFIG; a name
 * server that does not answer, or not before the deadline: MPCF_E_TIMEOUT, worth another try before
 * it; MPCF_E_INTERRUPTED. */
mpcf_status host_port_resolve(const char *text, bool passive, int64_t deadline,
                              struct addrinfo **found, mpcf_error *err);
/* Numeric "127.0.0.1:9001" or "[::1]:9001". */
mpcf_status host_port_print(const struct sockaddr *address, socklen_t length, char *text,
                            size_t size, mpcf_error *err);

#endif
