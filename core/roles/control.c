/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a role's process and its parent say to each other, and how it travels.
 */
#include "roles/control.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/memory.h"

#define ADDRESS_SIZE 256
#define SLICE_NS     INT64_C(500000000) /* how long a signal may go unnoticed */
#define HEARD_SIZE   (sizeof(CONTROL_KEYS) + ROLE_KEYS_TEXT) /* the longest of the parent's */

struct roles_control {
    int fd;
    char addresses[3][ADDRESS_SIZE]; /* "": not told yet */
    struct role_keys *keys;          /* NULL: not told yet */
};

mpcf_status control_open(struct roles_control **out, mpcf_error *err)
{
    const char *text = getenv(CONTROL_VARIABLE);

    *out = NULL;
    if (text == NULL) {
        return MPCF_OK;
    }
    char *end = NULL;
    long fd = strtol(text, &end, 10);
    int type = 0;
    socklen_t size = sizeof(type);
    if (*text == '\0' || *end != '\0' || fd < 3 || fd > 1023 ||
        getsockopt((int) fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET) {
        return mpcf_fail(err, MPCF_E_CONFIG, "%s=%s is not a line to a parent", CONTROL_VARIABLE,
                         text);
    }
    struct roles_control *c = mpcf_alloc_array(1, sizeof(*c));
    if (c == NULL) {
        return mpcf_fail_memory(err, sizeof(*c), "the line to the parent");
    }
    c->fd = (int) fd;
    (void) fcntl(c->fd, F_SETFD, FD_CLOEXEC);
    (void) unsetenv(CONTROL_VARIABLE);
    *out = c;
    return MPCF_OK;
}

void control_close(struct roles_control *c)
{
    if (c != NULL) {
        (void) close(c->fd);
        role_keys_destroy(c->keys);
        mpcf_free(c);
    }
}

/* WORD and TEXT as one message. */
static mpcf_status tell(struct roles_control *c, const char *word, const char *text,
                        mpcf_error *err)
{
    char *message = mpcf_format("%s %s", word, text);

    if (message == NULL) {
        return mpcf_fail_memory(err, strlen(text), "a message to the parent");
    }
    size_t length = strlen(message);
    ssize_t sent = -1;
    mpcf_status status = MPCF_OK;
    if (length >= CONTROL_MESSAGE) {
        status = mpcf_fail(err, MPCF_E_INVALID, "a result of %zu bytes, at most %d", length,
                           CONTROL_MESSAGE - 1);
    } else {
        do {
            sent = send(c->fd, message, length, MSG_NOSIGNAL);
        } while (sent < 0 && errno == EINTR);
        if (sent < 0) {
            status = mpcf_fail(err, MPCF_E_CLOSED, "telling the parent: %s", strerror(errno));
        }
    }
    mpcf_free(message);
    return status;
}

mpcf_status control_tell_address(struct roles_control *c, const char *address, mpcf_error *err)
{
    return tell(c, "address", address, err);
}

mpcf_status control_tell_result(struct roles_control *c, const char *text, mpcf_error *err)
{
    return tell(c, "result", text, err);
}

void control_tell_end(struct roles_control *c, mpcf_status status, const mpcf_error *why)
{
    char head[64];

    if (c == NULL) {
        return;
    }
    (void) snprintf(head, sizeof(head), "end %d %" PRIu64, (int) status, control_peak_memory());
    (void) tell(c, head, why == NULL ? "" : mpcf_error_text(why), NULL);
}

/* "0 127.0.0.1:4711" into its place. */
static void take_address(struct roles_control *c, const char *message)
{
    if (message[0] >= '0' && message[0] <= '2' && message[1] == ' ') {
        (void) snprintf(c->addresses[message[0] - '0'], ADDRESS_SIZE, "%s", message + 2);
    }
}

static mpcf_status take_message(struct roles_control *c, const char *message, size_t length,
                                mpcf_error *err)
{
    const size_t head = sizeof(CONTROL_KEYS) - 1;

    if (strncmp(message, CONTROL_KEYS, head) != 0) {
        take_address(c, message);
        return MPCF_OK;
    }
    role_keys_destroy(c->keys);
    c->keys = NULL;
    return role_keys_parse(message + head, length - head, "the keys from the parent", &c->keys,
                           err);
}

static mpcf_status receive(struct roles_control *c, mpcf_error *err)
{
    char *message = mpcf_secret_alloc(HEARD_SIZE, 1);
    mpcf_status status = MPCF_OK;

    if (message == NULL) {
        return mpcf_fail_memory(err, HEARD_SIZE, "a message of the parent");
    }
    ssize_t n = recv(c->fd, message, HEARD_SIZE - 1, MSG_DONTWAIT);
    if (n <= 0) {
        status = mpcf_fail(err, MPCF_E_CLOSED, "the parent has ended");
    } else {
        status = take_message(c, message, (size_t) n, err);
    }
    mpcf_secret_free(message);
    return status;
}

/* The next message, or a while without one; WHAT is waited for. */
static mpcf_status read_message(struct roles_control *c, const char *what, int64_t deadline,
                                mpcf_error *err)
{
    struct pollfd wait = {.fd = c->fd, .events = POLLIN};
    int64_t slice = clock_deadline(SLICE_NS);
    int ready = poll(&wait, 1, clock_poll_timeout(slice < deadline ? slice : deadline));

    if (interrupt_pending()) {
        return mpcf_fail(err, MPCF_E_INTERRUPTED, "stopped while it waited for its %s", what);
    }
    if (ready == 0) {
        return clock_now_ns() < deadline
                   ? MPCF_OK
                   : mpcf_fail(err, MPCF_E_TIMEOUT, "the parent tells no %s", what);
    }
    if (ready < 0) {
        return errno == EINTR
                   ? MPCF_OK
                   : mpcf_fail(err, MPCF_E_IO, "waiting for the parent: %s", strerror(errno));
    }
    return receive(c, err);
}

mpcf_status control_ask_address(struct roles_control *c, enum role role, int64_t deadline,
                                const char **address, mpcf_error *err)
{
    while (c->addresses[role][0] == '\0') {
        MPCF_TRY(read_message(c, "address", deadline, err));
    }
    *address = c->addresses[role];
    return MPCF_OK;
}

mpcf_status control_ask_keys(struct roles_control *c, int64_t deadline,
                             const struct role_keys **keys, mpcf_error *err)
{
    while (c->keys == NULL) {
        MPCF_TRY(read_message(c, "keys", deadline, err));
    }
    *keys = c->keys;
    return MPCF_OK;
}

uint64_t control_peak_memory(void)
{
    char line[256];
    uint64_t kilobytes = 0;
    FILE *file = fopen("/proc/self/status", "re");

    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, "VmHWM:", 6) == 0) {
            kilobytes = strtoull(line + 6, NULL, 10);
            break;
        }
    }
    if (file != NULL) {
        (void) fclose(file);
    }
    return kilobytes * 1024;
}
