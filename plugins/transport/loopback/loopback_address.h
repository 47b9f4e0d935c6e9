/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unix socket addresses as text: "/run/x.sock" (a path), "@name" (abstract), "" or "auto" (for
 * listening: an abstract name that the system chooses), any other word (an abstract name of this
 * user: "provider" is "@mpcf-1000-provider").
 */
#ifndef MPCF_LOOPBACK_LOOPBACK_ADDRESS_H
#define MPCF_LOOPBACK_LOOPBACK_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <mpcf/error.h>

/* MPCF_E_CONFIG: too long for the system. */
mpcf_status loopback_address_parse(const char *text, struct sockaddr_un *address, socklen_t *length,
                                   mpcf_error *err);
/* Whether TEXT can be listened on, or called: MPCF_E_CONFIG also for what another transport takes. */
mpcf_status loopback_address_check(const char *text, bool is_listen, mpcf_error *err);
mpcf_status loopback_address_print(const struct sockaddr_un *address, socklen_t length, char *text,
                                   size_t size, mpcf_error *err);
/* The path, or NULL for an abstract name. */
const char *loopback_address_path(const struct sockaddr_un *address);

#endif
