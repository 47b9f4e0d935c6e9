/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of a name, with a wait that can be left: the system's resolver cannot be stopped.
 */
#ifndef MPCF_STREAM_LOOKUP_H
#define MPCF_STREAM_LOOKUP_H

#include <netdb.h>
#include <stdint.h>

#include <mpcf/error.h>

/* getaddrinfo() of HOST and PORT, in a thread; *CODE is what it returned. MPCF_E_TIMEOUT,
 * MPCF_E_INTERRUPTED: the wait was left; the thread ends when the resolver does. */
mpcf_status lookup_name(const char *host, const char *port, const struct addrinfo *hints,
                        int64_t deadline, struct addrinfo **found, int *code, mpcf_error *err);

#endif
