/* SPDX-License-Identifier: Apache-2.0 */
#include "support/loopback_ends.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/support.h"

const char loopback_offer[32] = "mpcf-loopback offers memory 1\n";

int64_t loopback_soon(void)
{
    return clock_deadline(INT64_C(20000000000));
}

static socklen_t abstract(const char *address, struct sockaddr_un *out)
{
    assert_int_equal(address[0], '@');
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    assert_true(strlen(address) < sizeof(out->sun_path));
    memcpy(out->sun_path + 1, address + 1, strlen(address) - 1);
    return (socklen_t) (offsetof(struct sockaddr_un, sun_path) + strlen(address));
}

int loopback_memory_file(size_t size, int seals)
{
    int file = memfd_create("peer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_true(file >= 0);
    assert_int_equal(ftruncate(file, (off_t) size), 0);
    assert_int_equal(fcntl(file, F_ADD_SEALS, seals), 0);
    return file;
}

void loopback_say_with_files(int fd, const char text[32], const int *files, size_t count)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(8 * sizeof(int))];
    } control = {.room = {0}};
    char copy[32];
    struct iovec part = {.iov_base = copy, .iov_len = sizeof(copy)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    memcpy(copy, text, sizeof(copy));
    if (count != 0) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *head = &control.head;
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(head), files, count * sizeof(int));
    }
    assert_int_equal(sendmsg(fd, &message, MSG_NOSIGNAL), sizeof(copy));
}

struct loopback_by_hand loopback_call_by_hand(void)
{
    struct loopback_by_hand h = {.t = test_transport_load("loopback")};
    void *listener = NULL;
    char address[128];
    struct sockaddr_un to;
    assert_int_equal(h.t.transport->listen(h.t.config, "auto", &listener, NULL), MPCF_OK);
    assert_int_equal(h.t.transport->bound(listener, address, sizeof(address), NULL), MPCF_OK);
    const socklen_t length = abstract(address, &to);
    h.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(h.fd, (const struct sockaddr *) &to, length), 0);
    assert_int_equal(h.t.transport->accept(listener, loopback_soon(), &h.conn, NULL), MPCF_OK);
    h.t.transport->unlisten(listener);
    return h;
}

struct loopback_by_hand loopback_share_by_hand(void)
{
    struct loopback_by_hand h = loopback_call_by_hand();
    int file = loopback_memory_file(sizeof(struct ring_memory), LOOPBACK_SEALS);
    void *at = mmap(NULL, sizeof(struct ring_memory), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    assert_ptr_not_equal(at, MAP_FAILED);
    h.memory = at;
    loopback_say_with_files(h.fd, loopback_offer, &file, 1);
    (void) close(file);
    return h;
}

void loopback_hang_up(struct loopback_by_hand *h)
{
    h->t.transport->close(h->conn);
    (void) close(h->fd);
    if (h->memory != NULL) {
        (void) munmap(h->memory, sizeof(*h->memory));
    }
}

void loopback_pair(const struct test_transport *t, const void *listens, const void *calls,
                   void *conns[2])
{
    void *listener = NULL;
    char address[128];
    assert_int_equal(t->transport->listen(listens, "auto", &listener, NULL), MPCF_OK);
    assert_int_equal(t->transport->bound(listener, address, sizeof(address), NULL), MPCF_OK);
    assert_int_equal(t->transport->connect(calls, address, loopback_soon(), &conns[1], NULL),
                     MPCF_OK);
    assert_int_equal(t->transport->accept(listener, loopback_soon(), &conns[0], NULL), MPCF_OK);
    t->transport->unlisten(listener);
}

void loopback_close_pair(const struct test_transport *t, void *conns[2])
{
    t->transport->close(conns[0]);
    t->transport->close(conns[1]);
}

void *loopback_called_by(const struct test_transport *t,
                         void (*act)(const struct test_transport *t, void *conn), pid_t *child)
{
    void *listener = NULL, *conn = NULL;
    char address[128];
    assert_int_equal(t->transport->listen(t->config, "auto", &listener, NULL), MPCF_OK);
    assert_int_equal(t->transport->bound(listener, address, sizeof(address), NULL), MPCF_OK);
    *child = fork();
    if (*child == 0) {
        if (t->transport->connect(t->config, address, loopback_soon(), &conn, NULL) == MPCF_OK) {
            act(t, conn);
        }
        _exit(1);
    }
    assert_true(*child > 0);
    assert_int_equal(t->transport->accept(listener, loopback_soon(), &conn, NULL), MPCF_OK);
    t->transport->unlisten(listener);
    return conn;
}
