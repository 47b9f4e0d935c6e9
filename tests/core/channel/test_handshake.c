/* SPDX-License-Identifier: Apache-2.0 */
#include "channel/handshake.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "support/support.h"
#include "support/transports.h"

static struct handshake provider(void)
{
    struct handshake h;
    handshake_init(&h, 0);
    assert_int_equal(handshake_add(&h, NULL, "batch", "%d", 4), MPCF_OK);
    assert_int_equal(handshake_add(&h, NULL, "program", "%s", "0123abcd"), MPCF_OK);
    h.has_stored = true;
    memset(h.stored, 0x5a, sizeof(h.stored));
    h.next_inference = UINT64_C(0x1122334455667788);
    return h;
}

static struct handshake user(void)
{
    struct handshake h = provider();
    h.role = 1;
    h.has_session = true;
    memset(h.session, 0xa5, sizeof(h.session));
    return h;
}

static void what_is_encoded_is_decoded(void **state)
{
    (void) state;
    uint8_t wire[HANDSHAKE_BYTES];
    struct handshake h = user(), got;
    handshake_encode(&h, wire);
    assert_int_equal(handshake_decode(wire, sizeof(wire), &got, NULL), MPCF_OK);
    assert_int_equal(got.role, 1);
    assert_true(got.has_session);
    assert_memory_equal(got.session, h.session, HANDSHAKE_SESSION);
    assert_true(got.has_stored);
    assert_memory_equal(got.stored, h.stored, HANDSHAKE_SESSION);
    assert_true(got.next_inference == h.next_inference);
    assert_int_equal(got.fact_count, 3);
    assert_string_equal(got.facts[1].name, "batch");
    assert_string_equal(got.facts[1].value, "4");
}

static void those_who_agree_do(void **state)
{
    (void) state;
    struct handshake p = provider(), u = user();
    struct handshake_fact swap = u.facts[1];
    u.facts[1] = u.facts[2]; /* order says nothing */
    u.facts[2] = swap;
    assert_int_equal(handshake_compare(&p, &u, NULL), MPCF_OK);
    assert_int_equal(handshake_compare(&u, &p, NULL), MPCF_OK);
}

static void one_stored_session_goes_on_at_the_larger_number(void **state)
{
    (void) state;
    struct handshake p = provider(), u = user();
    uint64_t next = 0;
    u.next_inference = 7;
    p.next_inference = 3;
    assert_true(handshake_same_stored(&p, &u, &next));
    assert_true(next == 7);
    next = 0;
    assert_true(handshake_same_stored(&u, &p, &next));
    assert_true(next == 7);
    u.stored[15] ^= 1;
    assert_false(handshake_same_stored(&p, &u, &next));
    u.stored[15] ^= 1;
    p.has_stored = false;
    assert_false(handshake_same_stored(&p, &u, &next));
    assert_false(handshake_same_stored(&u, &p, &next));
}

static void every_difference_is_named_on_each_side(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    struct handshake p = provider(), u = user();
    strcpy(u.facts[1].value, "8");
    strcpy(u.facts[0].value, "9.9");
    assert_int_equal(handshake_add(&u, NULL, "length", "bucket"), MPCF_OK);
    assert_status(MPCF_E_PROTOCOL, handshake_compare(&p, &u, err), err);
    assert_message_contains(err, "the user disagrees with this provider");
    assert_message_contains(err, "batch: 8 there, 4 here");
    assert_message_contains(err, "mpcf: 9.9 there");
    assert_message_contains(err, "length: bucket there, absent here");
    assert_status(MPCF_E_PROTOCOL, handshake_compare(&u, &p, err), err);
    assert_message_contains(err, "the provider disagrees with this user");
    assert_message_contains(err, "batch: 4 there, 8 here");
    assert_message_contains(err, "length: absent there, bucket here");
    mpcf_error_destroy(err);
}

static void version_role_and_session_are_compared(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    uint8_t wire[HANDSHAKE_BYTES];
    struct handshake p = provider(), u = user(), got;
    u.protocol = HANDSHAKE_PROTOCOL + 1;
    handshake_encode(&u, wire);
    assert_ok(handshake_decode(wire, sizeof(wire), &got, err), err);
    assert_status(MPCF_E_PROTOCOL, handshake_compare(&p, &got, err), err);
    assert_message_contains(err, "protocol version: 7 there, 6 here");
    assert_status(MPCF_E_PROTOCOL, handshake_compare(&p, &p, err), err);
    assert_message_contains(err, "role: provider there and here");
    u = user();
    p.has_session = true;
    assert_status(MPCF_E_PROTOCOL, handshake_compare(&p, &u, err), err);
    assert_message_contains(err, "session: a5a5a5a5... there, 00000000... here");
    mpcf_error_destroy(err);
}

static void a_refusal_brings_its_reason(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    uint8_t wire[HANDSHAKE_BYTES];
    struct handshake h = user(), got;
    char longer[2 * HANDSHAKE_REFUSAL];
    assert_ok(handshake_heed(&h, err), err);
    handshake_refuse(&h, REFUSAL_ENDED, "the dealer disagrees:\n\x1b[1m\xc3\xa4");
    handshake_encode(&h, wire);
    assert_ok(handshake_decode(wire, sizeof(wire), &got, err), err);
    assert_int_equal(got.fact_count, h.fact_count);
    assert_status(MPCF_E_CLOSED, handshake_heed(&got, err), err);
    assert_message_contains(err, "the user ended the run, saying: the dealer disagrees:??[1m??");
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    handshake_refuse(&h, REFUSAL_ENDED, longer);
    handshake_encode(&h, wire);
    assert_ok(handshake_decode(wire, sizeof(wire), &got, err), err);
    assert_int_equal(strlen(got.refusal), HANDSHAKE_REFUSAL - 1);
    assert_string_equal(got.refusal + HANDSHAKE_REFUSAL - 5, "x...");
    wire[HANDSHAKE_BYTES - 3] = '\n'; /* the text's second last */
    assert_status(MPCF_E_FORMAT, handshake_decode(wire, sizeof(wire), &got, err), err);
    handshake_refuse(&h, REFUSAL_ENDED, "");
    handshake_encode(&h, wire);
    assert_ok(handshake_decode(wire, sizeof(wire), &got, err), err);
    assert_string_equal(got.refusal, "no reason given");
    wire[22] = 0;
    assert_status(MPCF_E_FORMAT, handshake_decode(wire, sizeof(wire), &got, err), err);
    mpcf_error_destroy(err);
}

static void malformed_bytes_are_refused(void **state)
{
    (void) state;
    static const struct {
        size_t at;
        uint8_t value;
    } faults[] = {{0, 'X'}, {12, 1},  {13, 255}, {16, 3}, {17, 2},   {18, 99},
                  {18, 2},  {20, 2},  {21, 1},   {21, 2}, {22, 1},   {23, 2},
                  {64, 0},  {64, 48}, {65, 128}, {66, 0}, {66, '\n'}};
    uint8_t wire[HANDSHAKE_BYTES];
    struct handshake h = user(), got;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        handshake_encode(&h, wire);
        wire[faults[i].at] = faults[i].value;
        assert_int_equal(handshake_decode(wire, sizeof(wire), &got, NULL), MPCF_E_FORMAT);
    }
    handshake_encode(&h, wire);
    assert_int_equal(handshake_decode(wire, sizeof(wire) - 1, &got, NULL), MPCF_E_FORMAT);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    char text[200], name[16];
    struct handshake h = provider();
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_status(MPCF_E_INVALID, handshake_add(&h, err, "long", "%s", text), err);
    assert_status(MPCF_E_INVALID, handshake_add(&h, err, text, "1"), err);
    assert_status(MPCF_E_INVALID, handshake_add(&h, err, "", "1"), err);
    assert_status(MPCF_E_INVALID, handshake_add(&h, err, "lines", "a\nb"), err);
    assert_status(MPCF_E_INVALID, handshake_add(&h, err, "batch", "8"), err);
    text[120] = '\0';
    mpcf_status status = MPCF_OK;
    for (int i = 0; status == MPCF_OK; i++) {
        (void) snprintf(name, sizeof(name), "fact %d", i);
        status = handshake_add(&h, err, name, "%s", text);
    }
    assert_message_contains(err, "full");
    assert_true(h.fact_count > 50);
    uint8_t wire[HANDSHAKE_BYTES];
    struct handshake got;
    handshake_encode(&h, wire);
    assert_ok(handshake_decode(wire, sizeof(wire), &got, err), err);
    mpcf_error_destroy(err);
}

struct end {
    struct channel *channel;
    struct handshake mine, theirs;
    mpcf_status status;
};

static void *greet(void *context)
{
    struct end *e = context;
    e->status = handshake_exchange(e->channel, &e->mine, &e->theirs, NULL);
    return NULL;
}

static void both_sides_hear_each_other(void **state)
{
    (void) state;
    struct channel *c[2];
    struct test_transport t = test_transport_load("loopback");
    pthread_t thread;
    test_channel_pair(&t, "auto", INT64_C(10000000000), c);
    struct end a = {.channel = c[0], .mine = provider()}, b = {.channel = c[1], .mine = user()};
    assert_int_equal(pthread_create(&thread, NULL, greet, &a), 0);
    (void) greet(&b);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(a.status, MPCF_OK);
    assert_int_equal(b.status, MPCF_OK);
    assert_int_equal(a.theirs.role, 1);
    assert_int_equal(b.theirs.role, 0);
    channel_close(c[0]);
    channel_close(c[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_encoded_is_decoded),
        cmocka_unit_test(those_who_agree_do),
        cmocka_unit_test(one_stored_session_goes_on_at_the_larger_number),
        cmocka_unit_test(every_difference_is_named_on_each_side),
        cmocka_unit_test(version_role_and_session_are_compared),
        cmocka_unit_test(a_refusal_brings_its_reason),
        cmocka_unit_test(malformed_bytes_are_refused),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(both_sides_hear_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
