/* SPDX-License-Identifier: Apache-2.0 */
/* From "host:port" to the addresses a socket takes, and back. */
#include "host_port.h"

#include <stdio.h>
#include <string.h>

#include "lookup.h"

#define HOST_SIZE 256

/* Splits TEXT into HOST (without brackets) and PORT. */
static mpcf_status split(const char *text, char host[HOST_SIZE], const char **port, mpcf_error *err)
{
    const char *colon = strrchr(text, ':');
    const char *begin = text, *end = colon;
    if (colon != NULL && text[0] == '[' && colon > text && colon[-1] == ']') {
        begin = text + 1;
        end = colon - 1;
    } else if (colon != NULL && memchr(text, ':', (size_t) (colon - text)) != NULL) {
        colon = NULL; /* an IPv6 address without brackets */
    }
    if (colon == NULL || (size_t) (end - begin) >= HOST_SIZE || colon[1] == '\0' ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1) || strlen(colon + 1) > 5) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "address '%s' is not of the form host:port or [ipv6]:port", text);
    }
    memcpy(host, begin, (size_t) (end - begin));
    host[end - begin] = '\0';
    *port = colon + 1;
    return MPCF_OK;
}

mpcf_status host_port_resolve(const char *text, bool passive, int64_t deadline,
                              struct addrinfo **found, mpcf_error *err)
{
    char host[HOST_SIZE];
    const char *port = NULL;
    MPCF_TRY(split(text, host, &port, err));
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags =
                                 AI_NUMERICHOST | AI_NUMERICSERV | (passive ? AI_PASSIVE : 0)};
    int code = getaddrinfo(host[0] == '\0' ? NULL : host, port, &hints, found);
    if (code == EAI_NONAME && host[0] != '\0') {
        hints.ai_flags &= ~AI_NUMERICHOST;
        mpcf_status status = lookup_name(host, port, &hints, deadline, found, &code, err);
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
