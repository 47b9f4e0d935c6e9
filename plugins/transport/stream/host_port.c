/* SPDX-License-Identifier: Apache-2.0 */
/* From "host:port" to the addresses a socket takes, and back. */
#include "host_port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_port_text.h"
#include "stream.h"

#define SLICE_NS 200000000 /* how long a signal may go unseen */

/* A question to the system's resolver, which may take minutes. */
struct lookup {
    struct gaicb request;
    struct addrinfo hints;
    char host[HOST_PORT_HOST], port[8];
};

static void forget(struct lookup *l)
{
    if (l->request.ar_result != NULL) {
        freeaddrinfo(l->request.ar_result);
    }
    free(l);
}

/* Leaves the question. The resolver cannot be stopped while it asks, and writes its answer into
 * L then: that stays. */
static void leave(struct lookup *l)
{
    if (gai_cancel(&l->request) != EAI_NOTCANCELED) {
        forget(l);
    }
}

static mpcf_status wait_for_answer(struct lookup *l, int64_t deadline, mpcf_error *err)
{
    const struct gaicb *const list[] = {&l->request};
    const struct timespec slice = {.tv_nsec = SLICE_NS};
    while (gai_error(&l->request) == EAI_INPROGRESS) {
        (void) gai_suspend(list, 1, &slice);
        if (gai_error(&l->request) == EAI_INPROGRESS) {
            MPCF_TRY(stream_waited(deadline, err));
        }
    }
    return MPCF_OK;
}

/* getaddrinfo() of a name, in a thread of the C library; *CODE is what it returned. */
static mpcf_status look_up(const char *host, const char *port, const struct addrinfo *hints,
                           int64_t deadline, struct addrinfo **found, int *code, mpcf_error *err)
{
    struct lookup *l = calloc(1, sizeof(*l));
    if (l == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a name's address");
    }
    (void) snprintf(l->host, sizeof(l->host), "%s", host);
    (void) snprintf(l->port, sizeof(l->port), "%s", port);
    l->hints = *hints;
    l->request = (struct gaicb){.ar_name = l->host, .ar_service = l->port, .ar_request = &l->hints};
    struct gaicb *list[] = {&l->request};
    *code = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL);
    if (*code != 0) {
        forget(l);
        return MPCF_OK;
    }
    mpcf_status status = wait_for_answer(l, deadline, err);
    if (status != MPCF_OK) {
        leave(l);
        return status;
    }
    *code = gai_error(&l->request);
    if (*code == 0) {
        *found = l->request.ar_result;
        l->request.ar_result = NULL;
    }
    forget(l);
    return MPCF_OK;
}

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
        mpcf_status status = look_up(parts.host, port, &hints, deadline, found, &code, err);
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
