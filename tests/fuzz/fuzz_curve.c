/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What zmq-curve reads of a peer before it knows it, and of files: a peer's bytes through all of a connection, whose
 * first chooses which end it is; commands by themselves; texts of keys. Nobody who has no key gets in; what is taken
 * of a text is found again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sodium.h>

#include "curve_handshake.h"
#include "curve_traffic.h"

#define LIMIT ((size_t) 64 << 10) /* what a socket takes in one go */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* The keys of a user or a dealer that never change, so that an input says the same each time. */
static void fill_credentials(struct curve_credentials *c, mpcf_party *self, bool is_caller)
{
    static const uint8_t seeds[2][crypto_box_SEEDBYTES] = {{1}, {2}};
    static struct curve_pair pairs[2];

    for (unsigned i = 0; i < 2 && sodium_is_zero(pairs[i].secret, CURVE_KEY); i++) {
        (void) crypto_box_seed_keypair(pairs[i].public_key, pairs[i].secret, seeds[i]);
    }
    self->role = is_caller ? MPCF_ROLE_USER : MPCF_ROLE_DEALER;
    c->holders = 2; /* the link's, and this one, which is nobody's to free */
    c->proof = CURVE_BY_FILES;
    c->self = self;
    c->pair = pairs[is_caller];
    c->pins.count = 1;
    c->pins.pins[0].role = is_caller ? MPCF_ROLE_DEALER : MPCF_ROLE_USER;
    memcpy(c->pins.pins[0].key, pairs[!is_caller].public_key, CURVE_KEY);
}

static void speak(const uint8_t *data, size_t size, bool is_caller)
{
    static struct curve_credentials c;
    static mpcf_party self;
    struct curve_link *link = NULL;
    bool done = false;
    short events = 0;
    int ends[2];

    fill_credentials(&c, &self, is_caller);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0) {
        return;
    }
    require(write(ends[1], data, size) == (ssize_t) size && shutdown(ends[1], SHUT_WR) == 0);
    require(curve_link_create(&c, ends[0], is_caller, is_caller ? MPCF_ROLE_DEALER : -1, &link,
                              NULL) == MPCF_OK);
    require(curve_link_shake(link, &done, &events, NULL) != MPCF_OK && !done);
    curve_link_close(link);
    (void) close(ends[1]);
}

/* A connection behind its handshake, that gets DATA, and how many bytes come out of it. */
static size_t receive(const uint8_t *data, size_t size)
{
    static uint8_t away[CURVE_FIRST], home[CURVE_HOME], in[256];
    struct curve_link l = {.stage = CURVE_OPEN, .away = away, .home = home, .session = {1}};
    mpcf_status status = MPCF_OK;
    size_t came = 0;
    int ends[2];

    l.away_size = sizeof(away);
    l.home_size = sizeof(home);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0) {
        return 0;
    }
    require(write(ends[1], data, size) == (ssize_t) size && shutdown(ends[1], SHUT_WR) == 0);
    l.fd = ends[0];
    while (status == MPCF_OK) {
        size_t none = 0, home_length = sizeof(in);
        status = curve_advance(&l, NULL, &none, in, &home_length, 0, NULL);
        require(home_length == 0 || status == MPCF_OK);
        came += home_length;
    }
    (void) close(ends[0]);
    (void) close(ends[1]);
    return came;
}

/* What a peer says that has the key: DATA in frames of up to 64 bytes, the first of each its flags. */
static void receive_closed(const uint8_t *data, size_t size)
{
    static uint8_t frames[LIMIT];
    static const uint8_t session[CURVE_KEY] = {1};
    size_t length = 0, wanted = 0;
    bool goes_on = true;

    for (uint64_t number = 1; size > 1 && length + 256 < LIMIT; number++) {
        const size_t most = 1 + data[0] % 64u, taken = most < size - 1 ? most : size - 1;
        uint8_t *body = frames + length + 2, *plain = body + CURVE_MESSAGE_HEAD + CURVE_TAG;
        memcpy(plain, data + 1, taken);
        goes_on = goes_on && plain[0] <= CURVE_SAYS_MORE;
        wanted += goes_on ? taken - 1 : 0;
        curve_message_close(session, true, number, body, taken);
        frames[length] = 0;
        frames[length + 1] = (uint8_t) (CURVE_MESSAGE_HEAD + CURVE_TAG + taken);
        length += 2 + CURVE_MESSAGE_HEAD + CURVE_TAG + taken;
        data += 1 + taken;
        size -= 1 + taken;
    }
    require(receive(frames, length) >= wanted);
}

static void open_commands(const uint8_t *data, size_t size)
{
    struct curve_shake s = {.is_caller = false};

    s.own.secret[0] = s.transient.secret[0] = s.cookie_key[0] = 1;
    s.peer[0] = 9;
    require(curve_error_read(data, size) <= CURVE_REFUSES_OTHER);
    require(curve_hello_open(&s, data, size) != CURVE_GOOD);
    require(curve_welcome_open(&s, data, size) != CURVE_GOOD);
    require(curve_initiate_open(&s, data, size) != CURVE_GOOD);
    require(curve_ready_open(&s, data, size) != CURVE_GOOD);
    require(!curve_metadata_is_pair(data, size) || size >= CURVE_METADATA);
}

static void check_text(mpcf_status status, const mpcf_error *err)
{
    require(status == MPCF_OK ||
            (status == MPCF_E_FORMAT && strncmp(mpcf_error_text(err), "text:", 5) == 0));
}

static void read_texts(const uint8_t *data, size_t size)
{
    static struct curve_pins pins;
    mpcf_error *err = mpcf_error_create();
    struct curve_pair pair;
    int role = -1;
    mpcf_status status = curve_pins_parse((const char *) data, size, "text", &pins, err);

    check_text(status, err);
    for (size_t i = 0; status == MPCF_OK && i < pins.count; i++) {
        require(curve_pins_find(&pins, pins.pins[i].key) == pins.pins[i].role);
    }
    mpcf_error_reset(err);
    status = curve_pair_parse((const char *) data, size, "text", &role, &pair, err);
    check_text(status, err);
    require(status != MPCF_OK || (role >= 0 && role < MPCF_ROLE_COUNT));
    require(status == MPCF_OK || sodium_is_zero(pair.secret, CURVE_KEY));
    mpcf_error_destroy(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > LIMIT || sodium_init() < 0) {
        return 0;
    }
    speak(data + 1, size - 1, (data[0] & 1) != 0);
    require(receive(data + 1, size - 1) == 0);
    receive_closed(data + 1, size - 1);
    open_commands(data + 1, size - 1);
    read_texts(data, size);
    return 0;
}
