/* SPDX-License-Identifier: Apache-2.0 */
/* How a caller gets a connection of its own from a listener whose address it knows. */
#include "contact.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <zmq.h>

#include <mpcf/transport.h>

#include "../stream/host_port.h"
#include "../stream/host_port_text.h"
#include "../stream/stream.h"

#define CALL           "mpcf-zmq-2"
#define CALL_SIZE      (sizeof(CALL) - 1)
#define ATTEMPT_NS     INT64_C(5000000000) /* one attempt to meet; then another */
#define RETRY_NS       INT64_C(20000000)
#define IDENTITY_LIMIT 64

/* What the listener answers: where to go, and what to say there. */
struct answer {
    char call[CALL_SIZE];
    uint8_t port[2]; /* big-endian */
    uint8_t token[PAIR_TOKEN];
};

struct contact {
    struct zmq_config config;
    void *context, *router;
    char host[80]; /* numeric, as bound */
    char address[128];
};

mpcf_status contact_check(const struct zmq_config *config, const char *address, bool is_listen,
                          mpcf_error *err)
{
    unsigned port = 0, first = (unsigned) config->first_port;
    MPCF_TRY(host_port_check(address, is_listen, &port, err));
    if (!is_listen || first == 0) {
        return MPCF_OK;
    }
    if (first + PAIR_PORTS - 1 > 65535) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "zmq's first_port %u leaves no room for %d connections up to port 65535",
                         first, PAIR_PORTS);
    }
    if (port >= first && port < first + PAIR_PORTS) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "zmq's first_port %u: a listener's connections take the ports %u to %u, "
                         "and '%s' listens at one of them",
                         first, first, first + PAIR_PORTS - 1, address);
    }
    return MPCF_OK;
}

static bool set_int(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof(value)) == 0;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The host part of "host:port". */
static void copy_host(const char *address, char *host, size_t size)
{
    const char *colon = strrchr(address, ':');
    (void) snprintf(host, size, "%.*s", (int) (colon - address), address);
}

/* ADDRESS in numbers; of several, IPv4 first, so that both ends choose alike. */
static mpcf_status to_numbers(const char *address, bool passive, int64_t deadline, char *text,
                              size_t size, mpcf_error *err)
{
    struct addrinfo *found = NULL;
    MPCF_TRY(host_port_resolve(address, passive, deadline, &found, err));
    const struct addrinfo *best = found;
    for (const struct addrinfo *a = found; a != NULL; a = a->ai_next) {
        if (a->ai_family == AF_INET) {
            best = a;
            break;
        }
    }
    mpcf_status status = best == NULL
                             ? mpcf_fail(err, MPCF_E_CONFIG, "'%s' has no address", address)
                             : host_port_print(best->ai_addr, best->ai_addrlen, text, size, err);
    freeaddrinfo(found);
    return status;
}

/* A small socket for the first contact at NUMBERS, made and set. */
static mpcf_status open_small(int type, const char *numbers, void **context, void **socket,
                              mpcf_error *err)
{
    const int64_t largest = 256; /* nobody needs more here */
    *context = zmq_ctx_new();
    *socket = *context == NULL ? NULL : zmq_socket(*context, type);
    if (*socket != NULL && set_int(*socket, ZMQ_IPV6, numbers[0] == '[') &&
        set_int(*socket, ZMQ_LINGER, 100) && set_int(*socket, ZMQ_RECONNECT_IVL, 20) &&
        zmq_setsockopt(*socket, ZMQ_MAXMSGSIZE, &largest, sizeof(largest)) == 0) {
        return MPCF_OK;
    }
    int error = zmq_errno();
    return mpcf_fail(err, error == ENOMEM ? MPCF_E_NOMEM : MPCF_E_IO, "making a socket: %s",
                     zmq_strerror(error));
}

static void close_small(void *context, void *socket)
{
    if (socket != NULL) {
        (void) zmq_close(socket);
    }
    pair_end_context(context);
}

static mpcf_status wait_in(void *socket, int64_t deadline, mpcf_error *err)
{
    for (;;) {
        zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
        int ready = zmq_poll(&item, 1, stream_slice(deadline));
        if (ready > 0) {
            return MPCF_OK;
        }
        if (ready < 0 && zmq_errno() != EINTR) {
            return mpcf_fail(err, MPCF_E_IO, "waiting: %s", zmq_strerror(zmq_errno()));
        }
        MPCF_TRY(stream_waited(deadline, err));
    }
}

/* --- the listener --- */

static mpcf_status bind_router(struct contact *c, const char *numbers, const char *address,
                               mpcf_error *err)
{
    char endpoint[128];
    size_t size = sizeof(endpoint);
    (void) snprintf(endpoint, sizeof(endpoint), "tcp://%s", numbers);
    if (!set_int(c->router, ZMQ_ROUTER_MANDATORY, 1) || zmq_bind(c->router, endpoint) != 0 ||
        zmq_getsockopt(c->router, ZMQ_LAST_ENDPOINT, endpoint, &size) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "cannot listen on '%s': %s", address,
                         zmq_strerror(zmq_errno()));
    }
    (void) snprintf(c->address, sizeof(c->address), "%s", endpoint + strlen("tcp://"));
    copy_host(numbers, c->host, sizeof(c->host));
    return MPCF_OK;
}

mpcf_status contact_open(const struct zmq_config *config, const char *address, struct contact **out,
                         mpcf_error *err)
{
    char numbers[96];
    MPCF_TRY(contact_check(config, address, true, err));
    MPCF_TRY(to_numbers(address, true, MPCF_NO_DEADLINE, numbers, sizeof(numbers), err));
    struct contact *c = calloc(1, sizeof(*c));
    if (c == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for a listener");
    }
    c->config = *config;
    mpcf_status status = open_small(ZMQ_ROUTER, numbers, &c->context, &c->router, err);
    if (status == MPCF_OK) {
        status = bind_router(c, numbers, address, err);
    }
    if (status != MPCF_OK) {
        contact_close(c);
        return status;
    }
    *out = c;
    return MPCF_OK;
}

void contact_close(struct contact *c)
{
    if (c != NULL) {
        close_small(c->context, c->router);
        free(c);
    }
}

mpcf_status contact_address(const struct contact *c, char *text, size_t size, mpcf_error *err)
{
    int n = snprintf(text, size, "%s", c->address);
    if (n < 0 || (size_t) n >= size) {
        return mpcf_fail(err, MPCF_E_INVALID, "an address needs %d bytes, given %zu", n + 1, size);
    }
    return MPCF_OK;
}

struct caller {
    uint8_t identity[IDENTITY_LIMIT];
    size_t identity_size;
};

/* One message of whoever called; false where it is not a call. */
static bool read_call(void *router, struct caller *caller)
{
    uint8_t frames[2][IDENTITY_LIMIT] = {{0}};
    int sizes[2] = {-1, -1}, count = 0, more = 1;
    size_t size = sizeof(more);
    while (more != 0) {
        uint8_t rest[IDENTITY_LIMIT];
        void *at = count < 2 ? frames[count] : rest;
        int got = zmq_recv(router, at, IDENTITY_LIMIT, ZMQ_DONTWAIT);
        if (got < 0 || zmq_getsockopt(router, ZMQ_RCVMORE, &more, &size) != 0) {
            return false;
        }
        if (count < 2) {
            sizes[count] = got;
        }
        count++;
    }
    if (count != 2 || sizes[0] <= 0 || sizes[0] > IDENTITY_LIMIT || sizes[1] != CALL_SIZE ||
        memcmp(frames[1], CALL, CALL_SIZE) != 0) {
        return false;
    }
    memcpy(caller->identity, frames[0], sizeof(frames[0]));
    caller->identity_size = (size_t) sizes[0];
    return true;
}

/* False where the caller has left meanwhile. */
static bool tell(void *router, const struct caller *caller, const struct answer *answer)
{
    return zmq_send(router, caller->identity, caller->identity_size, ZMQ_SNDMORE | ZMQ_DONTWAIT) >=
               0 &&
           zmq_send(router, answer, sizeof(*answer), ZMQ_DONTWAIT) >= 0;
}

/* The caller's own place, where nobody waits for it: it may never come. */
static mpcf_status receive_caller(struct contact *c, const struct caller *caller, struct pair **out,
                                  mpcf_error *err)
{
    struct answer answer = {.call = {0}};
    struct pair *p = NULL;
    unsigned port = 0;
    if (getrandom(answer.token, PAIR_TOKEN, 0) != PAIR_TOKEN) {
        return mpcf_fail(err, MPCF_E_IO, "no randomness from the system");
    }
    MPCF_TRY(pair_bind(&c->config, c->host, answer.token, &port, &p, err));
    memcpy(answer.call, CALL, CALL_SIZE);
    answer.port[0] = (uint8_t) (port >> 8);
    answer.port[1] = (uint8_t) port;
    if (!tell(c->router, caller, &answer)) {
        pair_close(p);
        return mpcf_fail(err, MPCF_E_CLOSED, "the caller left");
    }
    *out = p;
    return MPCF_OK;
}

mpcf_status contact_accept(struct contact *c, int64_t deadline, struct pair **out, mpcf_error *err)
{
    for (;;) {
        struct caller caller;
        MPCF_TRY(wait_in(c->router, deadline, err));
        if (!read_call(c->router, &caller)) {
            continue;
        }
        mpcf_status status = receive_caller(c, &caller, out, err);
        if (status != MPCF_E_CLOSED) {
            return status;
        }
        mpcf_error_reset(err);
    }
}

/* --- the caller --- */

/* Asks at HOST_PORT where to go. */
static mpcf_status ask(const char *host_port, int64_t deadline, struct answer *answer,
                       mpcf_error *err)
{
    char endpoint[128];
    void *context = NULL, *dealer = NULL;
    (void) snprintf(endpoint, sizeof(endpoint), "tcp://%s", host_port);
    mpcf_status status = open_small(ZMQ_DEALER, host_port, &context, &dealer, err);
    if (status == MPCF_OK && (zmq_connect(dealer, endpoint) != 0 ||
                              zmq_send(dealer, CALL, CALL_SIZE, ZMQ_DONTWAIT) < 0)) {
        status =
            mpcf_fail(err, MPCF_E_IO, "calling '%s': %s", host_port, zmq_strerror(zmq_errno()));
    }
    if (status == MPCF_OK) {
        (void) set_int(dealer, ZMQ_LINGER, 0);
        status = wait_in(dealer, deadline, err);
    }
    if (status == MPCF_OK &&
        (zmq_recv(dealer, answer, sizeof(*answer), ZMQ_DONTWAIT) != sizeof(*answer) ||
         memcmp(answer->call, CALL, CALL_SIZE) != 0)) {
        status = mpcf_fail(err, MPCF_E_PROTOCOL, "'%s' is not an mpcf zmq listener", host_port);
    }
    close_small(context, dealer);
    return status;
}

static mpcf_status go(const struct zmq_config *config, const char *host_port,
                      const struct answer *answer, struct pair **out, mpcf_error *err)
{
    char host[80];
    copy_host(host_port, host, sizeof(host));
    unsigned port = (unsigned) answer->port[0] << 8 | answer->port[1];
    return pair_connect(config, host, port, answer->token, out, err);
}

mpcf_status contact_call(const struct zmq_config *config, const char *address, int64_t deadline,
                         struct pair **out, mpcf_error *err)
{
    char numbers[96];
    do {
        struct answer answer;
        mpcf_status status = to_numbers(address, false, deadline, numbers, sizeof(numbers), err);
        int64_t limit = earlier(deadline, stream_now_ns() + ATTEMPT_NS);
        if (status == MPCF_E_CONFIG) {
            return status;
        }
        if (status == MPCF_OK) {
            status = ask(numbers, limit, &answer, err);
        }
        if (status == MPCF_OK) {
            status = go(config, numbers, &answer, out, err);
        }
        if (status == MPCF_OK || status == MPCF_E_NOMEM || status == MPCF_E_PROTOCOL ||
            status == MPCF_E_INTERRUPTED) {
            return status;
        }
        if (stream_pause(RETRY_NS, deadline, err) == MPCF_E_INTERRUPTED) {
            return MPCF_E_INTERRUPTED;
        }
    } while (stream_now_ns() < deadline);
    return mpcf_fail(err, MPCF_E_TIMEOUT, "nobody answers at '%s'", address);
}
