/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How two ends of loopback agree on shared memory, or on none; what is refused that a peer offers.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/loopback_ends.h"
#include "support/support.h"

static const char took[32] = "mpcf-loopback took the memory\n";
static const char refusal[32] = "mpcf-loopback takes no memory\n";

/* --- offers --- */

static size_t open_files(void)
{
    size_t count = 0;
    for (int fd = 0; fd < 1024; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

enum kind {
    SHORT,
    LONG,
    UNSEALED,
    SHRINKS,
    GROWS,
    OPEN_SEALS,
    ON_DISK,
    PIPE,
    READ_ONLY,
    NO_FILE,
    TWO_FILES,
    MANY_FILES,
    OTHER_VERSION,
    KINDS
};
static const char *const said[KINDS] = {
    [SHORT] = "is not of 528384 bytes",
    [LONG] = "is not of 528384 bytes",
    [UNSEALED] = "not sealed",
    [SHRINKS] = "not sealed",
    [GROWS] = "not sealed",
    [OPEN_SEALS] = "not sealed",
    [ON_DISK] = "no memory",
    [PIPE] = "no memory",
    [READ_ONLY] = "cannot map",
    [NO_FILE] = "without any",
    [TWO_FILES] = "without any",
    [MANY_FILES] = "without any",
    [OTHER_VERSION] = "another version",
};

static int file_on_disk(void)
{
    char path[256];
    (void) snprintf(path, sizeof(path), "%s/memory", test_folder());
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(ftruncate(file, (off_t) sizeof(struct ring_memory)), 0);
    return file;
}

static int read_only(void)
{
    char path[64];
    int file = loopback_memory_file(sizeof(struct ring_memory), LOOPBACK_SEALS);
    (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    int again = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(again >= 0);
    (void) close(file);
    return again;
}

static int file_of(enum kind kind)
{
    const size_t size = sizeof(struct ring_memory);
    int ends[2];
    switch (kind) {
    case SHORT:
        return loopback_memory_file(size - 4096, LOOPBACK_SEALS);
    case LONG:
        return loopback_memory_file(size + 4096, LOOPBACK_SEALS);
    case UNSEALED:
        return loopback_memory_file(size, 0);
    case SHRINKS:
        return loopback_memory_file(size, LOOPBACK_SEALS & ~F_SEAL_SHRINK);
    case GROWS:
        return loopback_memory_file(size, LOOPBACK_SEALS & ~F_SEAL_GROW);
    case OPEN_SEALS:
        return loopback_memory_file(size, LOOPBACK_SEALS & ~F_SEAL_SEAL);
    case ON_DISK:
        return file_on_disk();
    case READ_ONLY:
        return read_only();
    case PIPE:
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        (void) close(ends[1]);
        return ends[0];
    default:
        return loopback_memory_file(size, LOOPBACK_SEALS);
    }
}

static void make_offer(int fd, enum kind kind)
{
    char text[32];
    int files[8] = {0};
    size_t count = kind == NO_FILE ? 0 : kind == TWO_FILES ? 2 : kind == MANY_FILES ? 8 : 1;
    memcpy(text, loopback_offer, sizeof(text));
    text[28] = kind == OTHER_VERSION ? '2' : text[28];
    for (size_t i = 0; i < count; i++) {
        files[i] = file_of(kind);
    }
    loopback_say_with_files(fd, text, files, count);
    for (size_t i = 0; i < count; i++) {
        (void) close(files[i]);
    }
}

static void what_could_end_in_our_hands_is_refused(void **state)
{
    (void) state;
    (void) test_transport_load("loopback");
    mpcf_error *err = mpcf_error_create();
    const size_t before = open_files();
    for (enum kind kind = SHORT; kind < KINDS; kind++) {
        struct loopback_by_hand h = loopback_call_by_hand();
        char byte, answer[32];
        make_offer(h.fd, kind);
        assert_status(MPCF_E_PROTOCOL, h.t.transport->recv(h.conn, &byte, 1, loopback_soon(), err),
                      err);
        assert_message_contains(err, said[kind]);
        assert_status(MPCF_E_CLOSED, h.t.transport->recv(h.conn, &byte, 1, loopback_soon(), err),
                      err);
        assert_status(MPCF_E_CLOSED, h.t.transport->send(h.conn, "x", 1, loopback_soon(), err),
                      err);
        assert_int_equal(recv(h.fd, answer, sizeof(answer), 0), sizeof(answer));
        assert_memory_equal(answer, refusal, sizeof(answer));
        loopback_hang_up(&h);
        assert_int_equal(open_files(), before);
    }
    mpcf_error_destroy(err);
}

/* It is this side that lacks something, and it says so. */
static void no_file_descriptor_for_it_is_told_apart(void **state)
{
    (void) state;
    struct loopback_by_hand h = loopback_call_by_hand();
    struct rlimit before, none;
    char byte, answer[32];
    mpcf_error *err = mpcf_error_create();
    make_offer(h.fd, KINDS);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    const mpcf_status status = h.t.transport->recv(h.conn, &byte, 1, 0, err);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_status_was(MPCF_E_NOMEM, status, err);
    assert_message_contains(err, "no file descriptor is left");
    assert_int_equal(recv(h.fd, answer, sizeof(answer), 0), sizeof(answer));
    assert_memory_equal(answer, refusal, sizeof(answer));
    loopback_hang_up(&h);
    mpcf_error_destroy(err);
}

/* Where the peer has given it none, this side does: no byte is the first to find that none is left. */
static void its_pages_are_there_before_it_is_used(void **state)
{
    (void) state;
    struct loopback_by_hand h = loopback_call_by_hand();
    const int file = loopback_memory_file(sizeof(struct ring_memory), LOOPBACK_SEALS);
    struct stat info;
    char byte;
    assert_int_equal(fstat(file, &info), 0);
    assert_int_equal(info.st_blocks, 0);
    loopback_say_with_files(h.fd, loopback_offer, &file, 1);
    assert_int_equal(h.t.transport->recv(h.conn, &byte, 1, 0, NULL), MPCF_E_TIMEOUT);
    assert_int_equal(fstat(file, &info), 0);
    assert_int_equal(info.st_blocks * 512, sizeof(struct ring_memory));
    (void) close(file);
    loopback_hang_up(&h);
}

/* An offer is one piece; of two it is no offer, and what comes of it are bytes like others. */
static void half_an_offer_is_none(void **state)
{
    (void) state;
    struct loopback_by_hand h = loopback_call_by_hand();
    char bytes[32];
    assert_int_equal(send(h.fd, loopback_offer, 16, 0), 16);
    assert_int_equal(h.t.transport->recv(h.conn, bytes, 16, loopback_soon(), NULL), MPCF_OK);
    assert_int_equal(send(h.fd, loopback_offer + 16, 16, 0), 16);
    assert_int_equal(h.t.transport->recv(h.conn, bytes + 16, 16, loopback_soon(), NULL), MPCF_OK);
    assert_memory_equal(bytes, loopback_offer, 32);
    assert_int_equal(recv(h.fd, bytes, 1, MSG_DONTWAIT), -1); /* and no answer */
    loopback_hang_up(&h);
}

/* --- who does not know of it --- */

static void a_caller_without_an_offer_is_spoken_to_over_the_socket(void **state)
{
    (void) state;
    struct loopback_by_hand h = loopback_call_by_hand();
    char bytes[64];
    /* Nothing is known yet, and nothing waited for. */
    assert_int_equal(h.t.transport->recv(h.conn, bytes, 1, 0, NULL), MPCF_E_TIMEOUT);
    assert_int_equal(h.t.transport->send(h.conn, "x", 1, 0, NULL), MPCF_E_TIMEOUT);
    assert_int_equal(send(h.fd, "of an earlier version", 21, 0), 21);
    assert_int_equal(h.t.transport->recv(h.conn, bytes, 21, loopback_soon(), NULL), MPCF_OK);
    assert_memory_equal(bytes, "of an earlier version", 21);
    assert_int_equal(h.t.transport->send(h.conn, "yes", 3, loopback_soon(), NULL), MPCF_OK);
    assert_int_equal(recv(h.fd, bytes, sizeof(bytes), 0), 3);
    loopback_hang_up(&h);
}

/* A configuration with `shared_memory: false`. */
static void *without_memory(const struct test_transport *t)
{
    const mpcf_option *o = t->transport->options;
    uint8_t *config = mpcf_alloc_array(t->transport->config_size, 1);
    assert_non_null(config);
    memcpy(config, t->config, t->transport->config_size);
    while (strcmp(o->key, "shared_memory") != 0) {
        o++;
    }
    memcpy(config + o->offset, &(bool){false}, sizeof(bool));
    return config;
}

/* Whoever listens there does not take the offer: an earlier version, or one set otherwise. */
static void a_listener_that_takes_no_offer_is_told_of(void **state)
{
    (void) state;
    static const char *const replies[][2] = {
        {"as if nothing had been offered..", "`shared_memory: false` at both ends"},
        {"short", "`shared_memory: false` at both ends"},
        {refusal,
         "refuses the shared memory that this side made, and says why itself: else set the "
         "transport's option `shared_memory: false` at both ends"},
    };
    struct test_transport t = test_transport_load("loopback");
    mpcf_error *err = mpcf_error_create();
    for (size_t i = 0; i < 3; i++) {
        struct sockaddr_un at = {.sun_family = AF_UNIX};
        socklen_t length = sizeof(at);
        char address[128], bytes[64];
        void *conn = NULL;
        int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(listener, (const struct sockaddr *) &at, sizeof(sa_family_t)), 0);
        assert_int_equal(listen(listener, 1), 0);
        assert_int_equal(getsockname(listener, (struct sockaddr *) &at, &length), 0);
        (void) snprintf(address, sizeof(address), "@%s", at.sun_path + 1);
        assert_int_equal(t.transport->connect(t.config, address, loopback_soon(), &conn, NULL),
                         MPCF_OK);
        int fd = accept(listener, NULL, NULL);
        assert_int_equal(recv(fd, bytes, sizeof(bytes), 0), sizeof(loopback_offer));
        assert_memory_equal(bytes, loopback_offer, sizeof(loopback_offer));
        const size_t some = i == 2 ? sizeof(refusal) : strlen(replies[i][0]);
        assert_int_equal(send(fd, replies[i][0], some, 0), some);
        assert_status(MPCF_E_PROTOCOL, t.transport->recv(conn, bytes, 1, loopback_soon(), err),
                      err);
        assert_message_contains(err, replies[i][1]);
        assert_status(MPCF_E_CLOSED, t.transport->recv(conn, bytes, 1, loopback_soon(), err), err);
        t.transport->close(conn);
        (void) close(fd);
        (void) close(listener);
    }
    mpcf_error_destroy(err);
}

/* The caller first, or both without. */
static void say_hello(const struct test_transport *t, void *conns[2])
{
    char bytes[8];
    assert_int_equal(t->transport->send(conns[1], "hello", 5, loopback_soon(), NULL), MPCF_OK);
    assert_int_equal(t->transport->recv(conns[0], bytes, 5, loopback_soon(), NULL), MPCF_OK);
    assert_memory_equal(bytes, "hello", 5);
    assert_int_equal(t->transport->send(conns[0], "welcome", 7, loopback_soon(), NULL), MPCF_OK);
    assert_int_equal(t->transport->recv(conns[1], bytes, 7, loopback_soon(), NULL), MPCF_OK);
    assert_memory_equal(bytes, "welcome", 7);
}

static void it_can_be_left_out(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("loopback");
    void *plain = without_memory(&t), *conns[2];
    char bytes[8];
    mpcf_error *err = mpcf_error_create();
    loopback_pair(&t, plain, plain, conns);
    say_hello(&t, conns);
    loopback_close_pair(&t, conns);
    loopback_pair(&t, t.config, plain, conns); /* who is called follows */
    say_hello(&t, conns);
    loopback_close_pair(&t, conns);
    loopback_pair(&t, plain, t.config, conns);
    assert_int_equal(t.transport->send(conns[0], "x", 1, loopback_soon(), NULL), MPCF_OK);
    assert_status(MPCF_E_PROTOCOL, t.transport->recv(conns[1], bytes, 1, loopback_soon(), err),
                  err);
    assert_message_contains(err, "`shared_memory: false` at both ends");
    loopback_close_pair(&t, conns);
    mpcf_error_destroy(err);
    mpcf_free(plain);
}

/* Where the system gives no memory: here for files of at most 64 KiB. */
static void without_memory_the_socket_is_taken(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("loopback");
    struct rlimit before, small;
    void *conns[2];
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){.rlim_cur = (rlim_t) 1 << 16, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    loopback_pair(&t, t.config, t.config, conns);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    say_hello(&t, conns);
    loopback_close_pair(&t, conns);
}

/* The answer to a good loopback_offer, and no file of it stays open at either end. */
static void the_memory_has_no_name_afterwards(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("loopback");
    void *conns[2];
    char answer[32];
    const size_t before = open_files();
    loopback_pair(&t, t.config, t.config, conns);
    say_hello(&t, conns);
    assert_int_equal(open_files(), before + 2);
    loopback_close_pair(&t, conns);
    struct loopback_by_hand h = loopback_share_by_hand();
    assert_int_equal(h.t.transport->recv(h.conn, answer, 1, 0, NULL), MPCF_E_TIMEOUT);
    assert_int_equal(recv(h.fd, answer, sizeof(answer), 0), sizeof(answer));
    assert_memory_equal(answer, took, sizeof(answer));
    loopback_hang_up(&h);
    assert_int_equal(open_files(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_could_end_in_our_hands_is_refused),
        cmocka_unit_test(no_file_descriptor_for_it_is_told_apart),
        cmocka_unit_test(its_pages_are_there_before_it_is_used),
        cmocka_unit_test(half_an_offer_is_none),
        cmocka_unit_test(a_caller_without_an_offer_is_spoken_to_over_the_socket),
        cmocka_unit_test(a_listener_that_takes_no_offer_is_told_of),
        cmocka_unit_test(it_can_be_left_out),
        cmocka_unit_test(without_memory_the_socket_is_taken),
        cmocka_unit_test(the_memory_has_no_name_afterwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
