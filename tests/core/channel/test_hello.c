/* SPDX-License-Identifier: Apache-2.0 */
#include "channel/hello.h"

#include <string.h>

#include "base/memory.h"
#include "channel/foreign.h"
#include "channel/handshake.h"
#include "support/support.h"

/* User and dealer, with their keys, after both hellos. */
struct meeting {
    struct role_keys *sets[3];
    const struct link_keys *user, *dealer; /* each one's */
    uint8_t call[HELLO_BYTES], answer[HELLO_BYTES], proof[HELLO_MAC_BYTES];
    mpcf_error *err;
};

static void meet(struct meeting *m)
{
    struct hello h;
    memset(m, 0, sizeof(*m));
    m->err = mpcf_error_create();
    assert_ok(role_keys_draw(m->sets, m->err), m->err);
    m->user = &m->sets[ROLE_USER]->links[ROLE_DEALER];
    m->dealer = &m->sets[ROLE_DEALER]->links[ROLE_USER];
    assert_ok(hello_init(&h, ROLE_USER, ROLE_DEALER, true, m->err), m->err);
    hello_encode(&h, m->call);
    assert_ok(hello_init(&h, ROLE_DEALER, ROLE_USER, true, m->err), m->err);
    hello_encode(&h, m->answer);
    assert_ok(hello_seal(m->call, m->answer, m->dealer->mine, m->err), m->err);
    assert_ok(hello_prove(m->call, m->answer, m->user->mine, m->proof, m->err), m->err);
}

static void part(struct meeting *m)
{
    for (unsigned r = 0; r < 3; r++) {
        role_keys_destroy(m->sets[r]);
    }
    mpcf_error_destroy(m->err);
}

static mpcf_status check_seal(const struct meeting *m, const uint8_t key[LINK_KEY_BYTES])
{
    return hello_check_seal(m->call, m->answer, key, NULL);
}

static mpcf_status check_proof(const struct meeting *m, const uint8_t key[LINK_KEY_BYTES])
{
    return hello_check_proof(m->call, m->answer, key, m->proof, NULL);
}

static void what_is_said_is_heard(void **state)
{
    (void) state;
    struct hello h, got;
    uint8_t wire[HELLO_BYTES];
    for (unsigned i = 0; i < 36; i++) {
        bool has_key = (i & 1) != 0;
        assert_int_equal(hello_init(&h, i / 4 % 3, i / 12, has_key, NULL), MPCF_OK);
        h.is_busy = (i & 2) != 0;
        hello_encode(&h, wire);
        assert_int_equal(hello_decode(wire, &got, NULL), MPCF_OK);
        assert_int_equal(got.protocol, HANDSHAKE_PROTOCOL);
        assert_int_equal(got.from, h.from);
        assert_int_equal(got.to, h.to);
        assert_int_equal(got.has_key, has_key);
        assert_int_equal(got.is_busy, h.is_busy);
        assert_memory_equal(got.nonce, h.nonce, HELLO_NONCE_BYTES);
    }
}

static void nonces_differ(void **state)
{
    (void) state;
    struct hello a, b;
    assert_int_equal(hello_init(&a, ROLE_USER, ROLE_DEALER, true, NULL), MPCF_OK);
    assert_int_equal(hello_init(&b, ROLE_USER, ROLE_DEALER, true, NULL), MPCF_OK);
    assert_memory_not_equal(a.nonce, b.nonce, HELLO_NONCE_BYTES);
}

/* Every bit counts: it is refused, changes what was said, or is the MAC's. */
static void a_bit_that_differs_is_no_other_hello(void **state)
{
    (void) state;
    struct meeting m;
    struct hello h, got;
    meet(&m);
    assert_int_equal(hello_decode(m.answer, &h, NULL), MPCF_OK);
    for (size_t bit = 0; bit < (size_t) 8 * HELLO_BYTES; bit++) {
        m.answer[bit / 8] ^= (uint8_t) (1u << bit % 8);
        if (hello_decode(m.answer, &got, NULL) == MPCF_OK && bit / 8 < 96) {
            assert_true(h.protocol != got.protocol || h.from != got.from || h.to != got.to ||
                        h.has_key != got.has_key || h.is_busy != got.is_busy ||
                        h.is_bound != got.is_bound ||
                        memcmp(h.nonce, got.nonce, sizeof(h.nonce)) != 0);
        }
        assert_int_equal(check_seal(&m, m.user->theirs), MPCF_E_AUTH);
        assert_int_equal(check_proof(&m, m.dealer->theirs), MPCF_E_AUTH);
        m.answer[bit / 8] ^= (uint8_t) (1u << bit % 8);
        m.call[bit / 8] ^= (uint8_t) (1u << bit % 8);
        assert_int_equal(check_seal(&m, m.user->theirs), MPCF_E_AUTH);
        assert_int_equal(check_proof(&m, m.dealer->theirs), MPCF_E_AUTH);
        m.call[bit / 8] ^= (uint8_t) (1u << bit % 8);
    }
    for (size_t bit = 0; bit < (size_t) 8 * HELLO_MAC_BYTES; bit++) {
        m.proof[bit / 8] ^= (uint8_t) (1u << bit % 8);
        assert_int_equal(check_proof(&m, m.dealer->theirs), MPCF_E_AUTH);
        m.proof[bit / 8] ^= (uint8_t) (1u << bit % 8);
    }
    assert_int_equal(check_seal(&m, m.user->theirs), MPCF_OK);
    assert_int_equal(check_proof(&m, m.dealer->theirs), MPCF_OK);
    part(&m);
}

static void only_the_key_of_the_link_and_direction_proves(void **state)
{
    (void) state;
    struct meeting m;
    meet(&m);
    for (unsigned r = 0; r < 3; r++) {
        for (unsigned peer = 0; peer < 3; peer++) {
            const struct link_keys *k = &m.sets[r]->links[peer];
            bool is_link =
                (r == ROLE_USER && peer == ROLE_DEALER) || (r == ROLE_DEALER && peer == ROLE_USER);
            bool from_dealer = r == ROLE_DEALER;
            for (unsigned way = 0; way < 2 && r != peer; way++) {
                const uint8_t *key = way == 0 ? k->mine : k->theirs;
                bool is_dealers = is_link && from_dealer == (way == 0);
                bool is_users = is_link && from_dealer == (way == 1);
                assert_int_equal(check_seal(&m, key), is_dealers ? MPCF_OK : MPCF_E_AUTH);
                assert_int_equal(check_proof(&m, key), is_users ? MPCF_OK : MPCF_E_AUTH);
            }
        }
    }
    part(&m);
}

/* HMAC-SHA256 as Python's hmac computes it, over "mpcf callee" and "mpcf caller", with hellos
 * whose nonces are 32 times 1 and 2, and keys of 32 times 3 and 4. */
static void macs_are_hmac_sha256(void **state)
{
    (void) state;
    static const uint8_t sealed[32] = {0x2d, 0xb8, 0x12, 0xff, 0x18, 0x03, 0x29, 0xc1,
                                       0xcc, 0x6c, 0x4c, 0xf7, 0x02, 0x27, 0xcc, 0xd5,
                                       0xf7, 0x82, 0xb9, 0xa8, 0x3f, 0x8b, 0xe6, 0x6f,
                                       0xa0, 0x60, 0xf1, 0x27, 0x25, 0x7b, 0x3e, 0xda};
    static const uint8_t proved[32] = {0x14, 0xfe, 0xcb, 0x08, 0xf4, 0x41, 0x26, 0xf9,
                                       0xa1, 0xcc, 0xe2, 0xa1, 0xff, 0x66, 0x9c, 0x1e,
                                       0xeb, 0x42, 0xfc, 0x84, 0xbd, 0xa0, 0x3d, 0x4c,
                                       0xaa, 0xee, 0xa3, 0x62, 0xc7, 0x4b, 0xcd, 0xba};
    struct hello call = {4, ROLE_USER, ROLE_DEALER, true, false, {0}, false, {0}};
    struct hello answer = {4, ROLE_DEALER, ROLE_USER, true, false, {0}, false, {0}};
    uint8_t wires[2][HELLO_BYTES], keys[2][LINK_KEY_BYTES], proof[HELLO_MAC_BYTES];
    memset(call.nonce, 1, sizeof(call.nonce));
    memset(answer.nonce, 2, sizeof(answer.nonce));
    memset(keys[0], 3, LINK_KEY_BYTES);
    memset(keys[1], 4, LINK_KEY_BYTES);
    hello_encode(&call, wires[0]);
    hello_encode(&answer, wires[1]);
    assert_int_equal(hello_seal(wires[0], wires[1], keys[0], NULL), MPCF_OK);
    assert_memory_equal(wires[1] + 96, sealed, sizeof(sealed));
    assert_int_equal(hello_prove(wires[0], wires[1], keys[1], proof, NULL), MPCF_OK);
    assert_memory_equal(proof, proved, sizeof(proved));
}

/* Equal at both ends of one connection, and of no other; where one end has none, that is seen, too. */
static void a_hello_belongs_to_its_connection(void **state)
{
    (void) state;
    struct hello h, got;
    uint8_t wire[HELLO_BYTES], binding[HELLO_BINDING_BYTES];
    mpcf_error *err = mpcf_error_create();
    memset(binding, 7, sizeof(binding));
    for (unsigned bound = 0; bound < 2; bound++) {
        assert_ok(hello_init(&h, ROLE_USER, ROLE_DEALER, true, err), err);
        hello_bind(&h, bound ? binding : NULL);
        hello_encode(&h, wire);
        assert_ok(hello_decode(wire, &got, err), err);
        assert_int_equal(got.is_bound, bound);
        assert_memory_equal(got.nonce, h.nonce, HELLO_NONCE_BYTES);
        assert_ok(hello_check_binding(&got, bound ? binding : NULL, err), err);
        assert_status(MPCF_E_AUTH, hello_check_binding(&got, bound ? NULL : binding, err), err);
        assert_message_contains(err, bound ? "bound to a connection, and this side's to none"
                                           : "bound to no connection, and this side's to one");
    }
    for (size_t bit = 0; bit < (size_t) 8 * HELLO_BINDING_BYTES; bit++) {
        binding[bit / 8] ^= (uint8_t) (1u << bit % 8);
        assert_status(MPCF_E_AUTH, hello_check_binding(&got, binding, err), err);
        binding[bit / 8] ^= (uint8_t) (1u << bit % 8);
    }
    assert_message_contains(err, "somebody between passes on");
    mpcf_error_destroy(err);
}

static void another_version_is_told_by_its_number(void **state)
{
    (void) state;
    struct hello h = {.protocol = 77}, got;
    uint8_t wire[HELLO_BYTES];
    hello_encode(&h, wire);
    memset(wire + 16, 0xee, HELLO_BYTES - 16);
    assert_int_equal(hello_decode(wire, &got, NULL), MPCF_OK);
    assert_int_equal(got.protocol, 77);
    wire[0] = 'm';
    assert_int_equal(hello_decode(wire, &got, NULL), MPCF_E_FORMAT);
}

static void foreign_protocols_are_told_by_their_first_bytes(void **state)
{
    (void) state;
    static const struct {
        const char *bytes;
        size_t length;
        const char *name; /* what it says; NULL: not known */
    } cases[] = {
        {"GET / HTTP/1.0\r\n", 16, "HTTP"},
        {"HTTP/1.1 400 Bad", 16, "HTTP"},
        {"<!DOCTYPE HTML P", 16, "HTTP"},
        {"PRI * HTTP/2.0\r\n", 16, "HTTP"},
        {"\x16\x03\x01\x02\x00\x01", 6, "TLS"},
        {"\x15\x03\x03\x00\x02\x02", 6, "TLS"},
        {"SSH-2.0-OpenSSH_", 16, "SSH"},
        {"220 mail.example", 16, "SMTP"},
        {"\xff\0\0\0\0\0\0\0\x01\x7f", 10, "zmq"},
        {"\x00\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, "earlier version of mpcf"},
        {"\xff\0\0\0\0\0\0\0\x01\x7f", 9, NULL},
        {"\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, NULL},
        {"mpcf-loopback of", 16, "`shared_memory` is set otherwise"},
        {"GET", 3, NULL},
        {"", 0, NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *got = foreign_protocol((const uint8_t *) cases[i].bytes, cases[i].length);
        assert_true((got != NULL) == (cases[i].name != NULL));
        assert_true(got == NULL || strstr(got, cases[i].name) != NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_is_heard),
        cmocka_unit_test(nonces_differ),
        cmocka_unit_test(a_bit_that_differs_is_no_other_hello),
        cmocka_unit_test(only_the_key_of_the_link_and_direction_proves),
        cmocka_unit_test(macs_are_hmac_sha256),
        cmocka_unit_test(a_hello_belongs_to_its_connection),
        cmocka_unit_test(another_version_is_told_by_its_number),
        cmocka_unit_test(foreign_protocols_are_told_by_their_first_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
