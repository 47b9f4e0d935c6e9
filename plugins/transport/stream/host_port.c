/* SPDX-License-Identifier: Apache-2.0 */
/* From "host:port" to the addresses a socket takes, and back. */
#include "host_port.h"

#include <stdio.h>
#include <string.h>

#include "host_port_text.h"
#include "lookup.h"

mpcf_status host_port_resolve(const char *text, bool passive, int64_t deadline,
                              struct addrinfo **found, mpcf_error *err)
{
    struct host_port_parts parts;
    char port[8];

    MPCF_TRY(host_port_split(text, passive, &parts, err));
    (void) snprintf(port, sizeof(port), "%u", parts.port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags =
                                 AI_NUMERICHOST | AI_NUMERICSERV | (passive ? AI_PASSIVE : 0)};
    int code = getaddrinfo(parts.host[0] == '\0' ? NULL : parts.host, port, &hints, found);
    if (code == EAI_NONAME && parts.host[0] != '\0') {
        hints.ai_flags &= ~AI_NUMERICHOST;
        mpcf_status status = lookup_name(parts.host, port, &hints, deadline, found, &code, err);
        if (status != MPCF_OK) {
            return mpcf_fail_while(err, status, "looking up '%s'", text);
        }
    }
    if (code == 0) {
        return MPCF_OK;
    }
    mpcf_status status = code == EAI_AGAIN    ? MPCF_E_TIMEOUT
                         : code == EAI_MEMORY ? MPCF_E_NOMEM
                                              : MPCF_E_CONFIG;
    return mpcf_fail(err, status, "address '%s': %s", text, gai_strerror(code));
}

mpcf_status host_port_print(const struct sockaddr *address, socklen_t length, char *text,
                            size_t size, mpcf_error *err)
{
    char host[NI_MAXHOST], port[NI_MAXSERV];
    int code = getnameinfo(address, length, host, sizeof(host), port, sizeof(port),
                           NI_NUMERICHOST | NI_NUMERICSERV);

    if (code != 0) {
        return mpcf_fail(err, code == EAI_MEMORY ? MPCF_E_NOMEM : MPCF_E_IO, "naming a socket: %s",
                         gai_strerror(code));
    }
    int n = address->sa_family == AF_INET6 ? snprintf(text, size, "[%s]:%s", host, port)
                                           : snprintf(text, size, "%s:%s", host, port);
    if (n < 0 || (size_t) n >= size) {
        return mpcf_fail(err, MPCF_E_INVALID, "an address needs %d bytes, given %zu", n + 1, size);
    }
    return MPCF_OK;
}
