/* SPDX-License-Identifier: Apache-2.0 */
#include "roles/rendezvous.h"

#include <string.h>

#include "channel/pair.h"
#include "support/support.h"

#define SECOND INT64_C(1000000000)

/* One of ROLE and session NUMBER; *PEER is the caller's end. */
static struct waiter make(enum role role, uint8_t number, struct channel **peer)
{
    struct channel *ends[2];
    struct waiter w = {.role = role};
    assert_int_equal(channel_pair(SECOND, ends, NULL), MPCF_OK);
    w.channel = ends[0];
    *peer = ends[1];
    memset(w.session, number, sizeof(w.session));
    return w;
}

static bool has(const struct rendezvous *r, enum role role, uint8_t number)
{
    uint8_t session[HANDSHAKE_SESSION];
    memset(session, number, sizeof(session));
    return rendezvous_has(r, role, session);
}

static void those_of_a_session_meet(void **state)
{
    (void) state;
    struct rendezvous r = {.count = 0};
    struct channel *peers[4];
    struct waiter other, first = make(ROLE_USER, 1, &peers[0]),
                         second = make(ROLE_USER, 2, &peers[1]);
    struct waiter third = make(ROLE_PROVIDER, 1, &peers[2]), same = make(ROLE_USER, 2, &peers[3]);
    assert_false(rendezvous_wait(&r, &first));
    assert_false(rendezvous_wait(&r, &second));
    assert_false(rendezvous_pair(&r, &same, &other)); /* of one role */
    assert_true(rendezvous_pair(&r, &third, &other));
    assert_ptr_equal(other.channel, first.channel);
    assert_false(has(&r, ROLE_USER, 1));
    assert_true(has(&r, ROLE_USER, 2));
    channel_close(first.channel);
    channel_close(third.channel);
    channel_close(same.channel);
    rendezvous_close(&r);
    for (size_t i = 0; i < 4; i++) {
        channel_close(peers[i]);
    }
}

static void the_oldest_goes_where_all_places_are_taken(void **state)
{
    (void) state;
    struct rendezvous r = {.count = 0};
    struct channel *peers[RENDEZVOUS_CALLERS + 3];
    for (size_t i = 0; i < RENDEZVOUS_CALLERS + 3; i++) {
        struct waiter w = make(ROLE_USER, (uint8_t) i, &peers[i]);
        assert_int_equal(rendezvous_wait(&r, &w), i >= RENDEZVOUS_CALLERS);
    }
    for (size_t i = 0; i < RENDEZVOUS_CALLERS + 3; i++) {
        bool came = false;
        uint8_t byte = 0;
        assert_int_equal(has(&r, ROLE_USER, (uint8_t) i), i >= 3);
        assert_int_equal(channel_poll(peers[i], &byte, 1, &came, NULL),
                         i < 3 ? MPCF_E_CLOSED : MPCF_OK);
    }
    rendezvous_close(&r);
    for (size_t i = 0; i < RENDEZVOUS_CALLERS + 3; i++) {
        channel_close(peers[i]);
    }
}

static void who_hangs_up_or_is_early_keeps_no_place(void **state)
{
    (void) state;
    struct rendezvous r = {.count = 0};
    struct channel *peers[4];
    for (size_t i = 0; i < 4; i++) {
        struct waiter w = make(ROLE_USER, (uint8_t) i, &peers[i]);
        assert_false(rendezvous_wait(&r, &w));
    }
    assert_int_equal(rendezvous_sweep(&r), 0);
    channel_close(peers[1]);
    assert_int_equal(channel_send(peers[2], "early", 5, NULL), MPCF_OK);
    assert_int_equal(rendezvous_sweep(&r), 2);
    assert_true(has(&r, ROLE_USER, 0));
    assert_false(has(&r, ROLE_USER, 1));
    assert_false(has(&r, ROLE_USER, 2));
    assert_true(has(&r, ROLE_USER, 3));
    rendezvous_close(&r);
    channel_close(peers[0]);
    channel_close(peers[2]);
    channel_close(peers[3]);
}

static void a_session_that_ends_leaves(void **state)
{
    (void) state;
    struct rendezvous r = {.count = 0};
    struct channel *peers[2];
    uint8_t session[HANDSHAKE_SESSION];
    for (size_t i = 0; i < 2; i++) {
        struct waiter w = make(ROLE_USER, (uint8_t) i, &peers[i]);
        assert_false(rendezvous_wait(&r, &w));
    }
    memset(session, 1, sizeof(session));
    assert_true(rendezvous_leave(&r, session));
    assert_false(rendezvous_leave(&r, session));
    assert_true(has(&r, ROLE_USER, 0));
    rendezvous_close(&r);
    channel_close(peers[0]);
    channel_close(peers[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_of_a_session_meet),
        cmocka_unit_test(the_oldest_goes_where_all_places_are_taken),
        cmocka_unit_test(who_hangs_up_or_is_early_keeps_no_place),
        cmocka_unit_test(a_session_that_ends_leaves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
