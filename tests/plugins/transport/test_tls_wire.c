/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody on the way sees of tls: records, their number and sizes, and no byte of what is said; and what it can
 * do with what it has seen, later: nothing.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mpcf/transport.h>

#include "base/clock.h"
#include "base/memory.h"
#include "support/support.h"
#include "support/tls_ends.h"

#define SECOND INT64_C(1000000000)
#define SAID   ((size_t) 300000)
#define LIMIT  (2 * SAID)

/* Between a caller and a listener; keeps all that goes by. */
struct tap {
    int door, ends[2]; /* the caller's, the listener's */
    const char *real;
    uint8_t *seen[2]; /* from the caller, from the listener; LIMIT bytes */
    size_t length[2];
    pthread_t thread;
};

static int dial(const char *address)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    to.sin_port = htons((uint16_t) strtoul(strrchr(address, ':') + 1, NULL, 10));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *) &to, sizeof(to)), 0);
    return fd;
}

/* False: it has ended. */
static bool pass_on(struct tap *t, unsigned from)
{
    uint8_t *at = t->seen[from] + t->length[from];
    ssize_t n = recv(t->ends[from], at, LIMIT - t->length[from], 0);
    if (n <= 0) {
        (void) shutdown(t->ends[1 - from], SHUT_WR);
        return false;
    }
    t->length[from] += (size_t) n;
    return send(t->ends[1 - from], at, (size_t) n, MSG_NOSIGNAL) == n;
}

static void *listen_in(void *context)
{
    struct tap *t = context;
    bool open[2] = {true, true};
    t->ends[0] = accept(t->door, NULL, NULL);
    t->ends[1] = dial(t->real);
    while (open[0] || open[1]) {
        struct pollfd fds[2] = {{.fd = open[0] ? t->ends[0] : -1, .events = POLLIN},
                                {.fd = open[1] ? t->ends[1] : -1, .events = POLLIN}};
        (void) poll(fds, 2, 1000);
        for (unsigned i = 0; i < 2; i++) {
            open[i] = open[i] && (fds[i].revents == 0 || pass_on(t, i));
        }
    }
    (void) close(t->ends[0]);
    (void) close(t->ends[1]);
    return NULL;
}

/* Puts itself in front of M's listener. */
static void tap_begin(struct tap *t, const char *real, char address[64])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(at);
    *t = (struct tap){.real = real, .door = socket(AF_INET, SOCK_STREAM, 0)};
    assert_int_equal(bind(t->door, (struct sockaddr *) &at, sizeof(at)), 0);
    assert_int_equal(listen(t->door, 1), 0);
    assert_int_equal(getsockname(t->door, (struct sockaddr *) &at, &length), 0);
    (void) snprintf(address, 64, "127.0.0.1:%u", ntohs(at.sin_port));
    for (unsigned i = 0; i < 2; i++) {
        t->seen[i] = mpcf_alloc_array(LIMIT, 1);
        assert_non_null(t->seen[i]);
    }
    assert_int_equal(pthread_create(&t->thread, NULL, listen_in, t), 0);
}

static void tap_end(struct tap *t)
{
    assert_int_equal(pthread_join(t->thread, NULL), 0);
    (void) close(t->door);
}

static void tap_clear(struct tap *t)
{
    mpcf_free(t->seen[0]);
    mpcf_free(t->seen[1]);
}

/* Whole records of TLS and nothing else; how many bytes of content those of application data have. */
static size_t count_content(const uint8_t *seen, size_t length, size_t *records)
{
    size_t at = 0, content = 0;
    *records = 0;
    while (at < length) {
        assert_true(length - at >= 5);
        const size_t size = (size_t) seen[at + 3] << 8 | seen[at + 4];
        assert_true(seen[at] == 0x14 || seen[at] == 0x16 || seen[at] == 0x17);
        assert_int_equal(seen[at + 1], 3);
        assert_true(length - at - 5 >= size);
        if (seen[at] == 0x17) {
            assert_in_range(size, 17, 16384 + 17);
            content += size - 17; /* its tag and the byte of its kind */
            (*records)++;
        }
        at += 5 + size;
    }
    return content;
}

static void assert_hidden(const struct tap *t, const uint8_t *said)
{
    for (unsigned i = 0; i < 2; i++) {
        assert_null(memmem(t->seen[i], t->length[i], "MPCFhello", 9));
        for (size_t at = 0; at + 16 <= SAID; at += 4096) { /* no two pieces are equal */
            assert_null(memmem(t->seen[i], t->length[i], said + at, 16));
        }
    }
}

struct talk {
    struct tls_meeting *m;
    uint8_t *said, *heard;
};

static void *answer(void *context)
{
    struct talk *k = context;
    const int64_t soon = clock_deadline(10 * SECOND);
    assert_int_equal(k->m->a.t->recv(k->m->a.conn, k->heard, SAID, soon, NULL), MPCF_OK);
    assert_int_equal(k->m->a.t->send(k->m->a.conn, "MPCFhello", 9, soon, NULL), MPCF_OK);
    return NULL;
}

static void only_records_are_seen(void **state)
{
    (void) state;
    const struct tls_end ends[3][2] = {
        {{TLS_BY_KEYS, NULL, 0, ROLE_DEALER}, {TLS_BY_KEYS, NULL, 0, ROLE_USER}},
        {{TLS_BY_CERTIFICATE, tls_folders[C1], 0, ROLE_DEALER},
         {TLS_BY_CERTIFICATE, tls_folders[C1], 0, ROLE_USER}},
        {{TLS_BY_PINNED, tls_folders[P1], 0, ROLE_DEALER},
         {TLS_BY_PINNED, tls_folders[P1], 0, ROLE_USER}}};
    for (unsigned e = 0; e < 3; e++) {
        struct tls_meeting m;
        struct talk k = {
            .m = &m, .said = mpcf_alloc_array(SAID, 1), .heard = mpcf_alloc_array(SAID, 1)};
        struct tap tap;
        char real[64], greeting[9];
        pthread_t thread;
        for (size_t i = 0; i + 8 <= SAID; i += 8) {
            const uint64_t number = i * UINT64_C(0x9e3779b97f4a7c15);
            memcpy(k.said + i, &number, 8);
        }
        tls_listen(&m, &ends[e][0]);
        memcpy(real, m.address, sizeof(real));
        tap_begin(&tap, real, m.address);
        tls_begin(&m.b, &ends[e][1]);
        m.called = ROLE_DEALER;
        assert_int_equal(pthread_create(&thread, NULL, tls_call, &m), 0);
        tls_accept_one(&m);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_was_ok(m.a.status, m.a.err);
        assert_was_ok(m.b.status, m.b.err);
        assert_int_equal(pthread_create(&thread, NULL, answer, &k), 0);
        const int64_t soon = clock_deadline(10 * SECOND);
        assert_ok(m.b.t->send(m.b.conn, k.said, SAID, soon, m.b.err), m.b.err);
        assert_ok(m.b.t->recv(m.b.conn, greeting, 9, soon, m.b.err), m.b.err);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_memory_equal(k.heard, k.said, SAID);
        tls_part(&m);
        tap_end(&tap);
        size_t records = 0, content = count_content(tap.seen[0], tap.length[0], &records);
        print_message("%zu bytes in %zu records, %zu of them more than was said\n", content,
                      records, content - SAID);
        assert_in_range(content, SAID, SAID + 2000); /* and the handshake, and the end */
        assert_in_range(records, SAID / 16384 + 1, SAID / 16384 + 40);
        content = count_content(tap.seen[1], tap.length[1], &records);
        assert_in_range(content, 9, 2000);
        assert_hidden(&tap, k.said);
        tap_clear(&tap);
        mpcf_free(k.said);
        mpcf_free(k.heard);
    }
}

/* --- said again --- */

/* M's two ends talk by way of T, which keeps what they say; M's listener goes on. */
static void record(struct tls_meeting *m, struct tap *t, const struct tls_end ends[2],
                   char real[64])
{
    char word[6] = "";
    pthread_t thread;
    tls_listen(m, &ends[0]);
    memcpy(real, m->address, 64);
    tap_begin(t, real, m->address);
    tls_begin(&m->b, &ends[1]);
    m->called = ROLE_DEALER;
    assert_int_equal(pthread_create(&thread, NULL, tls_call, m), 0);
    tls_accept_one(m);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_was_ok(m->a.status, m->a.err);
    assert_was_ok(m->b.status, m->b.err);
    const int64_t soon = clock_deadline(10 * SECOND);
    assert_ok(m->b.t->send(m->b.conn, "hello", 6, soon, m->b.err), m->b.err);
    assert_ok(m->a.t->recv(m->a.conn, word, 6, soon, m->a.err), m->a.err);
    m->a.t->close(m->a.conn);
    m->a.conn = NULL;
    tls_finish(&m->b);
    tap_end(t);
}

/* Says what the listener of T said, whatever is said to it. */
static void *speak_as_before(void *context)
{
    struct tap *t = context;
    uint8_t heard[4096];
    int fd = accept(t->door, NULL, NULL);
    assert_true(recv(fd, heard, sizeof(heard), 0) > 0);
    (void) send(fd, t->seen[1], t->length[1], MSG_NOSIGNAL);
    while (recv(fd, heard, sizeof(heard), 0) > 0) {
    }
    (void) close(fd);
    return NULL;
}

static void say_to_a_caller(struct tls_meeting *m, struct tap *t, const struct tls_end *caller)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(at);
    pthread_t thread;
    t->door = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(t->door, (struct sockaddr *) &at, sizeof(at)), 0);
    assert_int_equal(listen(t->door, 1), 0);
    assert_int_equal(getsockname(t->door, (struct sockaddr *) &at, &length), 0);
    (void) snprintf(m->address, sizeof(m->address), "127.0.0.1:%u", ntohs(at.sin_port));
    assert_int_equal(pthread_create(&thread, NULL, speak_as_before, t), 0);
    tls_begin(&m->b, caller);
    (void) tls_call(m);
    print_message("as the listener: %s\n", mpcf_error_text(m->b.err));
    assert_status_was(MPCF_E_AUTH, m->b.status, m->b.err);
    assert_message_contains(m->b.err, "it answers another call than this one");
    assert_null(m->b.conn);
    tls_finish(&m->b);
    m->b.t = NULL;
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void) close(t->door);
}

/* Every connection has keys of an exchange of its own: nobody is let in by what was said on another, not
 * with a pre-shared key either, whose first message does not depend on the listener. */
static void an_old_connection_is_not_taken_again(void **state)
{
    (void) state;
    const struct tls_end ends[3][2] = {
        {{TLS_BY_KEYS, NULL, 0, ROLE_DEALER}, {TLS_BY_KEYS, NULL, 0, ROLE_USER}},
        {{TLS_BY_CERTIFICATE, tls_folders[C1], 0, ROLE_DEALER},
         {TLS_BY_CERTIFICATE, tls_folders[C1], 0, ROLE_USER}},
        {{TLS_BY_PINNED, tls_folders[P1], 0, ROLE_DEALER},
         {TLS_BY_PINNED, tls_folders[P1], 0, ROLE_USER}}};
    for (unsigned e = 0; e < 3; e++) {
        struct tls_meeting m;
        struct tap tap;
        char real[64];
        record(&m, &tap, ends[e], real);
        int fd = dial(real);
        assert_int_equal(send(fd, tap.seen[0], tap.length[0], MSG_NOSIGNAL), tap.length[0]);
        tls_accept_one(&m);
        print_message("as the caller: %s\n", mpcf_error_text(m.a.err));
        assert_status_was(MPCF_E_AUTH, m.a.status, m.a.err);
        assert_message_contains(m.a.err, "a record was changed on the way");
        assert_null(m.a.conn);
        (void) close(fd);
        say_to_a_caller(&m, &tap, &ends[e][1]);
        tls_part(&m);
        tap_clear(&tap);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_records_are_seen),
        cmocka_unit_test(an_old_connection_is_not_taken_again),
    };
    return cmocka_run_group_tests(tests, tls_make_folders, tls_drop_folders);
}
