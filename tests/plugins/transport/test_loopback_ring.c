/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes through loopback's shared memory: all of it, in order, also from who is killed; and
 * nothing beyond it, whatever the peer writes there.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/memory.h"
#include "support/loopback_ends.h"
#include "support/support.h"

#define SECOND INT64_C(1000000000)
#define MIB    ((size_t) 1 << 20)

/* --- counters that lie --- */

static mpcf_status take_one(struct loopback_by_hand *h, mpcf_error *err)
{
    uint8_t byte[2] = {0, 0xa5};
    mpcf_error_reset(err);
    mpcf_status status = h->t.transport->recv(h->conn, byte, 1, loopback_soon(), err);
    assert_int_equal(byte[1], 0xa5);
    return status;
}

static void counters_that_cannot_be_are_refused(void **state)
{
    (void) state;
    static const uint64_t lies[] = {RING_BYTES + 1, UINT64_MAX, UINT64_C(1) << 63, 9};
    mpcf_error *err = mpcf_error_create();
    for (size_t i = 0; i < 4; i++) {
        struct loopback_by_hand h = loopback_share_by_hand();
        uint8_t bytes[10];
        memcpy(h.memory->data[0], "0123456789", 10);
        atomic_store(&h.memory->side[0].put, 10);
        assert_status(MPCF_OK, h.t.transport->recv(h.conn, bytes, 10, loopback_soon(), err), err);
        assert_memory_equal(bytes, "0123456789", 10);
        assert_int_equal(atomic_load(&h.memory->side[1].taken), 10);
        atomic_store(&h.memory->side[0].put, i == 3 ? lies[i] : 10 + lies[i]); /* 9: backwards */
        assert_status_was(MPCF_E_PROTOCOL, take_one(&h, err), err);
        assert_message_contains(err, "counters in shared memory");
        atomic_store(&h.memory->side[0].taken, 1); /* of nothing that was put */
        assert_status(MPCF_E_PROTOCOL, h.t.transport->send(h.conn, "x", 1, loopback_soon(), err),
                      err);
        atomic_store(&h.memory->side[0].taken, -(uint64_t) RING_BYTES - 1);
        assert_status(MPCF_E_PROTOCOL, h.t.transport->send(h.conn, "x", 1, loopback_soon(), err),
                      err);
        loopback_hang_up(&h);
    }
    mpcf_error_destroy(err);
}

/* Everything that this side shows the peer may write as well: it is not read back. */
static void what_the_peer_writes_over_ours_changes_nothing(void **state)
{
    (void) state;
    struct loopback_by_hand h = loopback_share_by_hand();
    uint8_t bytes[4];
    memcpy(h.memory->data[0], "abcd", 4);
    atomic_store(&h.memory->side[0].put, 2);
    assert_int_equal(h.t.transport->recv(h.conn, bytes, 2, loopback_soon(), NULL), MPCF_OK);
    atomic_store(&h.memory->side[1].taken, UINT64_MAX);
    atomic_store(&h.memory->side[1].put, UINT64_MAX);
    atomic_store(&h.memory->side[0].put, 4);
    assert_int_equal(h.t.transport->recv(h.conn, bytes + 2, 2, loopback_soon(), NULL), MPCF_OK);
    assert_memory_equal(bytes, "abcd", 4);
    assert_int_equal(h.t.transport->send(h.conn, "xyz", 3, loopback_soon(), NULL), MPCF_OK);
    assert_int_equal(atomic_load(&h.memory->side[1].put), 3);
    assert_int_equal(atomic_load(&h.memory->side[1].taken), 4);
    loopback_hang_up(&h);
}

/* Anything anywhere, and bytes that wake for nothing. */
static void scribble(struct ring_memory *memory, int fd, struct test_random *random)
{
    const uint64_t x = test_random_u64(random), value = x % 3 == 0 ? x : x % (4 * RING_BYTES);
    struct ring_side *side = &memory->side[x >> 40 & 1];
    _Atomic uint64_t *counter = (x >> 41 & 1) != 0 ? &side->put : &side->taken;
    atomic_store(counter, (x >> 42 & 1) != 0 ? value : atomic_load(counter) + value % 4096);
    atomic_store(&side->waits, (uint32_t) (x >> 50));
    (void) send(fd, &x, x % 8, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* A thread that does so while this side moves bytes, and not only between. */
struct scribbler {
    struct ring_memory *memory;
    int fd;
    _Atomic bool is_over;
};

static void *scribble_on(void *context)
{
    struct scribbler *s = context;
    struct test_random random = {.state = 7};
    while (!s->is_over) {
        scribble(s->memory, s->fd, &random);
    }
    return NULL;
}

static void no_byte_beyond_the_memory_is_touched(void **state)
{
    (void) state;
    enum { CALLS = 3000, ROOM = 100000, GUARD = 64 };
    struct loopback_by_hand h = loopback_share_by_hand();
    struct scribbler s = {.memory = h.memory, .fd = h.fd};
    struct test_random random = {.state = 8};
    uint8_t *in = mpcf_alloc_array(ROOM + GUARD, 1), *out = mpcf_alloc_array(ROOM, 1);
    pthread_t thread;
    size_t moved = 0, refused = 0;
    memset(in, 0xa5, ROOM + GUARD);
    assert_int_equal(pthread_create(&thread, NULL, scribble_on, &s), 0);
    for (size_t i = 0; i < CALLS; i++) {
        scribble(h.memory, h.fd, &random);
        size_t sent = i % 3 == 0 ? 0 : ROOM, received = i % 3 == 1 ? 0 : ROOM;
        mpcf_status status =
            h.t.transport->advance(h.conn, out, &sent, in, &received, clock_deadline(10000), NULL);
        assert_true(status == MPCF_OK || status == MPCF_E_TIMEOUT || status == MPCF_E_PROTOCOL);
        assert_true(sent <= ROOM && received <= ROOM);
        moved += sent + received;
        refused += status == MPCF_E_PROTOCOL;
    }
    s.is_over = true;
    assert_int_equal(pthread_join(thread, NULL), 0);
    for (size_t i = 0; i < GUARD; i++) {
        assert_int_equal(in[ROOM + i], 0xa5);
    }
    assert_true(moved > 0 && refused > 0);
    mpcf_free(in);
    mpcf_free(out);
    loopback_hang_up(&h);
}

/* --- processes that are killed --- */

static uint8_t pattern(size_t i)
{
    return (uint8_t) (i * 31 + i / 251);
}

enum { LAST = 200001 };

static void write_and_die(const struct test_transport *t, void *conn)
{
    uint8_t *data = mpcf_alloc_array(LAST, 1);
    for (size_t i = 0; i < LAST; i++) {
        data[i] = pattern(i);
    }
    if (t->transport->send(conn, data, LAST, loopback_soon(), NULL) == MPCF_OK) {
        (void) raise(SIGKILL);
    }
}

static void what_a_killed_peer_had_put_there_arrives(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("loopback");
    uint8_t *got = mpcf_alloc_array(LAST, 1);
    pid_t child;
    int status = 0;
    void *conn = loopback_called_by(&t, write_and_die, &child);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_int_equal(t.transport->recv(conn, got, LAST, loopback_soon(), NULL), MPCF_OK);
    for (size_t i = 0; i < LAST; i++) {
        assert_int_equal(got[i], pattern(i));
    }
    int64_t start = clock_now_ns();
    assert_int_equal(t.transport->recv(conn, got, 1, loopback_soon(), NULL), MPCF_E_CLOSED);
    assert_int_equal(t.transport->send(conn, got, 1, loopback_soon(), NULL), MPCF_E_CLOSED);
    assert_true(clock_now_ns() - start < SECOND);
    t.transport->close(conn);
    mpcf_free(got);
}

static void write_for_ever(const struct test_transport *t, void *conn)
{
    static uint8_t data[LAST];
    while (t->transport->send(conn, data, LAST, loopback_soon(), NULL) == MPCF_OK) {
    }
}

static void a_peer_killed_while_it_writes_has_closed(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("loopback");
    uint8_t *got = mpcf_alloc_array(MIB, 1);
    pid_t child;
    void *conn = loopback_called_by(&t, write_for_ever, &child);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(t.transport->recv(conn, got, MIB, loopback_soon(), NULL), MPCF_OK);
    }
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    mpcf_status status = MPCF_OK;
    size_t after = 0;
    while (status == MPCF_OK) {
        size_t nothing = 0, some = MIB;
        status = t.transport->advance(conn, NULL, &nothing, got, &some, loopback_soon(), NULL);
        after += some;
    }
    assert_int_equal(status, MPCF_E_CLOSED);
    assert_true(after <= RING_BYTES);
    t.transport->close(conn);
    mpcf_free(got);
}

static void read_for_ever(const struct test_transport *t, void *conn)
{
    uint8_t byte = 1;
    (void) t->transport->send(conn, &byte, 1, loopback_soon(), NULL);
    (void) t->transport->recv(conn, &byte, 1, loopback_soon(), NULL);
}

static void a_peer_killed_while_it_waits_has_closed(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("loopback");
    uint8_t *data = mpcf_alloc_array(2 * MIB, 1);
    pid_t child;
    void *conn = loopback_called_by(&t, read_for_ever, &child);
    assert_int_equal(t.transport->recv(conn, data, 1, loopback_soon(), NULL), MPCF_OK);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    int64_t start = clock_now_ns();
    assert_int_equal(t.transport->send(conn, data, 2 * MIB, loopback_soon(), NULL), MPCF_E_CLOSED);
    assert_true(clock_now_ns() - start < 5 * SECOND);
    t.transport->close(conn);
    mpcf_free(data);
}

/* However often it had woken this side before. */
static void an_end_behind_bytes_that_woke_is_heard(void **state)
{
    (void) state;
    struct loopback_by_hand h = loopback_share_by_hand();
    uint8_t byte;
    assert_int_equal(h.t.transport->recv(h.conn, &byte, 1, 0, NULL), MPCF_E_TIMEOUT);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(send(h.fd, "!", 1, 0), 1);
    }
    assert_int_equal(shutdown(h.fd, SHUT_RDWR), 0);
    assert_int_equal(h.t.transport->recv(h.conn, &byte, 1, 0, NULL), MPCF_E_CLOSED);
    loopback_hang_up(&h);
}

/* Long before the ring is full. */
static void who_only_sends_hears_of_the_end(void **state)
{
    (void) state;
    struct loopback_by_hand h = loopback_share_by_hand();
    uint8_t byte;
    assert_int_equal(h.t.transport->recv(h.conn, &byte, 1, 0, NULL), MPCF_E_TIMEOUT);
    assert_int_equal(h.t.transport->send(h.conn, "x", 1, 0, NULL), MPCF_OK);
    assert_int_equal(h.t.transport->send(h.conn, "x", 1, 0, NULL), MPCF_OK);
    assert_int_equal(shutdown(h.fd, SHUT_RDWR), 0);
    assert_int_equal(h.t.transport->send(h.conn, "x", 1, 0, NULL), MPCF_E_CLOSED);
    loopback_hang_up(&h);
}

/* --- what is left of it --- */

/* What this side was sent; what it sent is the peer's to wipe. */
static void what_was_heard_is_wiped_at_the_end(void **state)
{
    (void) state;
    static const uint8_t zeros[RING_BYTES];
    struct loopback_by_hand h = loopback_share_by_hand();
    uint8_t bytes[2];
    memset(h.memory->data[0], 0xa5, RING_BYTES);
    atomic_store(&h.memory->side[0].put, 4);
    assert_int_equal(h.t.transport->recv(h.conn, bytes, 2, loopback_soon(), NULL), MPCF_OK);
    assert_int_equal(h.t.transport->send(h.conn, "yours", 5, loopback_soon(), NULL), MPCF_OK);
    h.t.transport->close(h.conn);
    assert_memory_equal(h.memory->data[0], zeros, RING_BYTES);
    assert_memory_equal(h.memory->data[1], "yours", 5);
    assert_int_equal(munmap(h.memory, sizeof(*h.memory)), 0);
    assert_int_equal(close(h.fd), 0);
}

/* Flags of the mappings of loopback's memory, by proc(5): dc, none in a fork; dd, none in a dump. */
static void it_is_in_no_child_and_no_dump(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("loopback");
    char line[512];
    size_t mappings = 0;
    bool is_ours = false;
    void *conns[2];
    test_transport_pair(&t, "auto", conns);
    assert_int_equal(t.transport->send(conns[1], "x", 1, loopback_soon(), NULL), MPCF_OK);
    assert_int_equal(t.transport->recv(conns[0], line, 1, loopback_soon(), NULL), MPCF_OK);
    FILE *file = fopen("/proc/self/smaps", "re");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        is_ours = is_ours || strstr(line, "/memfd:mpcf-loopback") != NULL;
        if (is_ours && strncmp(line, "VmFlags:", 8) == 0) {
            assert_non_null(strstr(line, " dc"));
            assert_non_null(strstr(line, " dd"));
            is_ours = false;
            mappings++;
        }
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(mappings, 2);
    loopback_close_pair(&t, conns);
}

/* --- what goes through --- */

static void a_full_ring_keeps_the_deadline(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("loopback");
    uint8_t *data = mpcf_alloc_array(8 * MIB, 1), *got = mpcf_alloc_array(8 * MIB, 1);
    void *conns[2];
    size_t nothing = 0, some = 8 * MIB;
    test_transport_pair(&t, "auto", conns);
    for (size_t i = 0; i < 8 * MIB; i++) {
        data[i] = pattern(i);
    }
    int64_t start = clock_now_ns();
    assert_int_equal(t.transport->send(conns[1], data, 8 * MIB, start + SECOND / 5, NULL),
                     MPCF_E_TIMEOUT);
    assert_true(clock_now_ns() - start >= SECOND / 5);
    assert_true(clock_now_ns() - start < 5 * SECOND);
    assert_int_equal(t.transport->advance(conns[1], data, &some, NULL, &nothing, 0, NULL),
                     MPCF_E_TIMEOUT);
    assert_int_equal(some, 0);
    assert_int_equal(t.transport->recv(conns[0], got, RING_BYTES, loopback_soon(), NULL), MPCF_OK);
    assert_memory_equal(got, data, RING_BYTES);
    some = 8 * MIB;
    assert_int_equal(t.transport->advance(conns[1], data, &some, NULL, &nothing, 0, NULL), MPCF_OK);
    assert_int_equal(some, RING_BYTES);
    loopback_close_pair(&t, conns);
    mpcf_free(data);
    mpcf_free(got);
}

static void bytes_go_one_by_one(void **state)
{
    (void) state;
    enum { COUNT = 5000 };
    struct test_transport t = test_transport_load("loopback");
    uint8_t data[COUNT], got[COUNT];
    void *conns[2];
    test_transport_pair(&t, "auto", conns);
    for (size_t i = 0; i < COUNT; i++) {
        data[i] = pattern(i);
        assert_int_equal(t.transport->send(conns[1], data + i, 1, 0, NULL), MPCF_OK);
    }
    assert_int_equal(t.transport->recv(conns[0], got, COUNT, loopback_soon(), NULL), MPCF_OK);
    assert_memory_equal(got, data, COUNT);
    assert_int_equal(t.transport->send(conns[0], data, COUNT, loopback_soon(), NULL), MPCF_OK);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(t.transport->recv(conns[1], got + i, 1, 0, NULL), MPCF_OK);
        assert_int_equal(got[i], data[i]);
    }
    assert_int_equal(t.transport->recv(conns[1], got, 1, 0, NULL), MPCF_E_TIMEOUT);
    loopback_close_pair(&t, conns);
}

/* Pieces of lengths that no power of two divides, so that they lie over the end of the ring. */
enum { PIECE = 3 * 349525 + 17, PIECES = 1024 }; /* 1 GiB and some */

static void fill_piece(uint8_t *data, size_t number)
{
    uint64_t x = number * 2 + 1;
    for (size_t i = 0; i + 8 <= PIECE; i += 8) {
        x = x * UINT64_C(6364136223846793005) + 1442695040888963407;
        memcpy(data + i, &x, 8);
    }
}

static void write_gigabyte(const struct test_transport *t, void *conn)
{
    uint8_t *data = mpcf_alloc_array(PIECE, 1);
    struct digest *digest = digest_begin();
    char text[FILE_DIGEST_SIZE];
    mpcf_status status = MPCF_OK;
    for (size_t i = 0; i < PIECES && status == MPCF_OK; i++) {
        fill_piece(data, i);
        digest_add(digest, data, PIECE);
        status = t->transport->send(conn, data, PIECE, loopback_soon(), NULL);
    }
    digest_end(digest, text);
    if (status == MPCF_OK &&
        t->transport->send(conn, text, sizeof(text), loopback_soon(), NULL) == MPCF_OK) {
        _exit(0);
    }
}

static void a_gigabyte_passes(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("loopback");
    uint8_t *got = mpcf_alloc_array(PIECE, 1);
    struct digest *digest = digest_begin();
    char want[FILE_DIGEST_SIZE], text[FILE_DIGEST_SIZE];
    pid_t child;
    int status = 1;
    void *conn = loopback_called_by(&t, write_gigabyte, &child);
    for (size_t left = (size_t) PIECE * PIECES; left > 0;) {
        size_t some = left < 777777 ? left : 777777;
        assert_int_equal(t.transport->recv(conn, got, some, loopback_soon(), NULL), MPCF_OK);
        digest_add(digest, got, some);
        left -= some;
    }
    digest_end(digest, text);
    assert_int_equal(t.transport->recv(conn, want, sizeof(want), loopback_soon(), NULL), MPCF_OK);
    assert_string_equal(text, want);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    t.transport->close(conn);
    mpcf_free(got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_that_cannot_be_are_refused),
        cmocka_unit_test(what_the_peer_writes_over_ours_changes_nothing),
        cmocka_unit_test(no_byte_beyond_the_memory_is_touched),
        cmocka_unit_test(what_a_killed_peer_had_put_there_arrives),
        cmocka_unit_test(a_peer_killed_while_it_writes_has_closed),
        cmocka_unit_test(a_peer_killed_while_it_waits_has_closed),
        cmocka_unit_test(an_end_behind_bytes_that_woke_is_heard),
        cmocka_unit_test(who_only_sends_hears_of_the_end),
        cmocka_unit_test(what_was_heard_is_wiped_at_the_end),
        cmocka_unit_test(it_is_in_no_child_and_no_dump),
        cmocka_unit_test(a_full_ring_keeps_the_deadline),
        cmocka_unit_test(bytes_go_one_by_one),
        cmocka_unit_test(a_gigabyte_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
