/* SPDX-License-Identifier: Apache-2.0 */
/* What is in each command of CurveZMQ, and with which keys it is closed. */
#include "curve_command.h"

#include <string.h>

#include <sodium.h>

_Static_assert(crypto_box_PUBLICKEYBYTES == CURVE_KEY && crypto_box_SECRETKEYBYTES == CURVE_KEY &&
                   crypto_box_BEFORENMBYTES == CURVE_KEY && crypto_box_MACBYTES == CURVE_TAG &&
                   crypto_secretbox_KEYBYTES == CURVE_KEY,
               "the sizes of RFC 26");

#define VOUCH         96 /* with its nonce */
#define HELLO_ZEROS   64
#define HELLO_PADDING 72
#define LONG_NONCE    16

static const uint8_t metadata[CURVE_METADATA] = {11,  'S', 'o', 'c', 'k', 'e', 't', '-', 'T', 'y',
                                                 'p', 'e', 0,   0,   0,   4,   'P', 'A', 'I', 'R'};

void curve_shake_clear(struct curve_shake *s)
{
    sodium_memzero(s, sizeof(*s));
}

/* --- nonces: a text and a number, or a text and bytes drawn at random --- */

static void put_number(uint64_t number, uint8_t out[8])
{
    for (unsigned i = 0; i < 8; i++) {
        out[i] = (uint8_t) (number >> (56 - 8 * i));
    }
}

static uint64_t get_number(const uint8_t in[8])
{
    uint64_t number = 0;

    for (unsigned i = 0; i < 8; i++) {
        number = number << 8 | in[i];
    }
    return number;
}

static void number_nonce(const char text[16], const uint8_t number[8],
                         uint8_t out[crypto_box_NONCEBYTES])
{
    memcpy(out, text, 16);
    memcpy(out + 16, number, 8);
}

static void drawn_nonce(const char text[8], const uint8_t drawn[LONG_NONCE],
                        uint8_t out[crypto_box_NONCEBYTES])
{
    memcpy(out, text, 8);
    memcpy(out + 8, drawn, LONG_NONCE);
}

/* "\5HELLO"; without the zero. */
static void put_name(const char *name, uint8_t *out)
{
    memcpy(out, name, (size_t) (uint8_t) name[0] + 1);
}

/* "\5HELLO" in front of LENGTH bytes. */
static bool is_named(const char *name, const uint8_t *in, size_t length)
{
    const size_t size = (size_t) (uint8_t) name[0] + 1;

    return length >= size && memcmp(in, name, size) == 0;
}

/* --- HELLO: the caller has S, and shows C' --- */

bool curve_hello_make(struct curve_shake *s, uint8_t out[CURVE_HELLO])
{
    static const uint8_t zeros[HELLO_ZEROS];
    uint8_t nonce[crypto_box_NONCEBYTES], *at = out + 8 + HELLO_PADDING;

    (void) crypto_box_keypair(s->transient.public_key, s->transient.secret);
    memset(out, 0, CURVE_HELLO);
    memcpy(out, "\5HELLO\1", 8); /* version 1.0 */
    memcpy(at, s->transient.public_key, CURVE_KEY);
    put_number(++s->sent, at + CURVE_KEY);
    number_nonce("CurveZMQHELLO---", at + CURVE_KEY, nonce);
    return crypto_box_easy(at + CURVE_KEY + 8, zeros, sizeof(zeros), nonce, s->peer,
                           s->transient.secret) == 0;
}

enum curve_verdict curve_hello_open(struct curve_shake *s, const uint8_t *in, size_t length)
{
    uint8_t nonce[crypto_box_NONCEBYTES], opened[HELLO_ZEROS];
    const uint8_t *at = in + 8 + HELLO_PADDING;

    if (length != CURVE_HELLO || memcmp(in, "\5HELLO\1", 8) != 0) {
        return CURVE_OTHER;
    }
    number_nonce("CurveZMQHELLO---", at + CURVE_KEY, nonce);
    if (crypto_box_open_easy(opened, at + CURVE_KEY + 8, HELLO_ZEROS + CURVE_TAG, nonce, at,
                             s->own.secret) != 0 ||
        !sodium_is_zero(opened, sizeof(opened))) {
        return CURVE_SHUT;
    }
    memcpy(s->peer_transient, at, CURVE_KEY);
    s->received = get_number(at + CURVE_KEY);
    return CURVE_GOOD;
}

/* --- WELCOME: who is called shows S', and forgets s' until it is told again: it is in the cookie --- */

static void cookie_make(struct curve_shake *s, uint8_t out[CURVE_COOKIE])
{
    uint8_t nonce[crypto_secretbox_NONCEBYTES], plain[2 * CURVE_KEY];

    randombytes_buf(s->cookie_key, sizeof(s->cookie_key));
    randombytes_buf(out, LONG_NONCE);
    drawn_nonce("COOKIE--", out, nonce);
    memcpy(plain, s->peer_transient, CURVE_KEY);
    memcpy(plain + CURVE_KEY, s->transient.secret, CURVE_KEY);
    (void) crypto_secretbox_easy(out + LONG_NONCE, plain, sizeof(plain), nonce, s->cookie_key);
    sodium_memzero(plain, sizeof(plain));
}

bool curve_welcome_make(struct curve_shake *s, uint8_t out[CURVE_WELCOME])
{
    uint8_t nonce[crypto_box_NONCEBYTES], plain[CURVE_KEY + CURVE_COOKIE];

    (void) crypto_box_keypair(s->transient.public_key, s->transient.secret);
    memcpy(plain, s->transient.public_key, CURVE_KEY);
    cookie_make(s, plain + CURVE_KEY);
    put_name("\7WELCOME", out);
    randombytes_buf(out + 8, LONG_NONCE);
    drawn_nonce("WELCOME-", out + 8, nonce);
    bool made = crypto_box_easy(out + 8 + LONG_NONCE, plain, sizeof(plain), nonce,
                                s->peer_transient, s->own.secret) == 0;
    sodium_memzero(s->transient.secret, CURVE_KEY);
    sodium_memzero(s->peer_transient, CURVE_KEY);
    sodium_memzero(plain, sizeof(plain));
    return made;
}

enum curve_verdict curve_welcome_open(struct curve_shake *s, const uint8_t *in, size_t length)
{
    uint8_t nonce[crypto_box_NONCEBYTES], plain[CURVE_KEY + CURVE_COOKIE];

    if (length != CURVE_WELCOME || !is_named("\7WELCOME", in, length)) {
        return CURVE_OTHER;
    }
    drawn_nonce("WELCOME-", in + 8, nonce);
    if (crypto_box_open_easy(plain, in + 8 + LONG_NONCE, sizeof(plain) + CURVE_TAG, nonce, s->peer,
                             s->transient.secret) != 0 ||
        crypto_box_beforenm(s->session, plain, s->transient.secret) != 0) {
        return CURVE_SHUT;
    }
    memcpy(s->peer_transient, plain, CURVE_KEY);
    memcpy(s->cookie, plain + CURVE_KEY, CURVE_COOKIE);
    return CURVE_GOOD;
}

/* --- INITIATE: the caller shows the cookie, C, and vouches with c that C' is its own --- */

static bool vouch_make(const struct curve_shake *s, uint8_t out[VOUCH])
{
    uint8_t nonce[crypto_box_NONCEBYTES], plain[2 * CURVE_KEY];

    randombytes_buf(out, LONG_NONCE);
    drawn_nonce("VOUCH---", out, nonce);
    memcpy(plain, s->transient.public_key, CURVE_KEY);
    memcpy(plain + CURVE_KEY, s->peer, CURVE_KEY);
    return crypto_box_easy(out + LONG_NONCE, plain, sizeof(plain), nonce, s->peer_transient,
                           s->own.secret) == 0;
}

bool curve_initiate_make(struct curve_shake *s, uint8_t out[CURVE_INITIATE])
{
    uint8_t nonce[crypto_box_NONCEBYTES], plain[CURVE_KEY + VOUCH + CURVE_METADATA];
    uint8_t *at = out + 9 + CURVE_COOKIE;

    memcpy(plain, s->own.public_key, CURVE_KEY);
    if (!vouch_make(s, plain + CURVE_KEY)) {
        return false;
    }
    memcpy(plain + CURVE_KEY + VOUCH, metadata, CURVE_METADATA);
    put_name("\10INITIATE", out);
    memcpy(out + 9, s->cookie, CURVE_COOKIE);
    put_number(++s->sent, at);
    number_nonce("CurveZMQINITIATE", at, nonce);
    crypto_box_easy_afternm(at + 8, plain, sizeof(plain), nonce, s->session);
    /* c' is in SESSION, and nothing else needs it. */
    sodium_memzero(s->transient.secret, CURVE_KEY);
    return true;
}

bool curve_metadata_is_pair(const uint8_t *at, size_t left)
{
    bool found = false;

    while (left > 0) {
        const size_t name = at[0];
        if (left < 1 + name + 4) {
            return false;
        }
        const uint8_t *size = at + 1 + name;
        const size_t value = (size_t) size[0] << 24 | (size_t) size[1] << 16 |
                             (size_t) size[2] << 8 | (size_t) size[3];
        if (left - 1 - name - 4 < value) {
            return false;
        }
        if (name == 11 && memcmp(at + 1, "Socket-Type", 11) == 0) {
            if (found || value != 4 || memcmp(size + 4, "PAIR", 4) != 0) {
                return false;
            }
            found = true;
        }
        at += 1 + name + 4 + value;
        left -= 1 + name + 4 + value;
    }
    return found;
}

/* C' and s' come back from it. */
static bool cookie_open(struct curve_shake *s, const uint8_t in[CURVE_COOKIE])
{
    uint8_t nonce[crypto_secretbox_NONCEBYTES], plain[2 * CURVE_KEY];

    drawn_nonce("COOKIE--", in, nonce);
    if (crypto_secretbox_open_easy(plain, in + LONG_NONCE, sizeof(plain) + CURVE_TAG, nonce,
                                   s->cookie_key) != 0) {
        return false;
    }
    memcpy(s->peer_transient, plain, CURVE_KEY);
    memcpy(s->transient.secret, plain + CURVE_KEY, CURVE_KEY);
    sodium_memzero(plain, sizeof(plain));
    return crypto_box_beforenm(s->session, s->peer_transient, s->transient.secret) == 0;
}

/* Who has c says that C' calls S. */
static bool vouch_open(const struct curve_shake *s, const uint8_t *key, const uint8_t in[VOUCH])
{
    uint8_t nonce[crypto_box_NONCEBYTES], plain[2 * CURVE_KEY];

    drawn_nonce("VOUCH---", in, nonce);
    return crypto_box_open_easy(plain, in + LONG_NONCE, sizeof(plain) + CURVE_TAG, nonce, key,
                                s->transient.secret) == 0 &&
           sodium_memcmp(plain, s->peer_transient, CURVE_KEY) == 0 &&
           sodium_memcmp(plain + CURVE_KEY, s->own.public_key, CURVE_KEY) == 0;
}

static bool initiate_open(struct curve_shake *s, const uint8_t *in, size_t length)
{
    uint8_t nonce[crypto_box_NONCEBYTES], plain[CURVE_LONGEST];
    const uint8_t *at = in + 9 + CURVE_COOKIE;
    const size_t size = length - 9 - CURVE_COOKIE - 8; /* of the box */
    const uint64_t number = get_number(at);

    if (number <= s->received || !cookie_open(s, in + 9)) {
        return false;
    }
    number_nonce("CurveZMQINITIATE", at, nonce);
    if (crypto_box_open_easy_afternm(plain, at + 8, size, nonce, s->session) != 0 ||
        !vouch_open(s, plain, plain + CURVE_KEY) ||
        !curve_metadata_is_pair(plain + CURVE_KEY + VOUCH, size - CURVE_TAG - CURVE_KEY - VOUCH)) {
        return false;
    }
    memcpy(s->peer, plain, CURVE_KEY);
    s->received = number;
    return true;
}

enum curve_verdict curve_initiate_open(struct curve_shake *s, const uint8_t *in, size_t length)
{
    if (length < CURVE_INITIATE - CURVE_METADATA || length > CURVE_LONGEST ||
        !is_named("\10INITIATE", in, length)) {
        return CURVE_OTHER;
    }
    bool opened = initiate_open(s, in, length);
    sodium_memzero(s->cookie_key, sizeof(s->cookie_key)); /* a cookie is good once */
    sodium_memzero(s->transient.secret, CURVE_KEY);
    return opened ? CURVE_GOOD : CURVE_SHUT;
}

/* --- READY: who is called takes the caller --- */

bool curve_ready_make(struct curve_shake *s, uint8_t out[CURVE_READY])
{
    uint8_t nonce[crypto_box_NONCEBYTES];

    put_name("\5READY", out);
    put_number(++s->sent, out + 6);
    number_nonce("CurveZMQREADY---", out + 6, nonce);
    crypto_box_easy_afternm(out + 14, metadata, sizeof(metadata), nonce, s->session);
    return true;
}

enum curve_verdict curve_ready_open(struct curve_shake *s, const uint8_t *in, size_t length)
{
    uint8_t nonce[crypto_box_NONCEBYTES], plain[CURVE_LONGEST];

    if (length < CURVE_READY - CURVE_METADATA || length > CURVE_LONGEST ||
        !is_named("\5READY", in, length)) {
        return CURVE_OTHER;
    }
    number_nonce("CurveZMQREADY---", in + 6, nonce);
    if (crypto_box_open_easy_afternm(plain, in + 14, length - 14, nonce, s->session) != 0 ||
        !curve_metadata_is_pair(plain, length - 14 - CURVE_TAG)) {
        return CURVE_SHUT;
    }
    s->received = get_number(in + 6);
    return CURVE_GOOD;
}

void curve_shake_bind(const struct curve_shake *s, uint8_t out[CURVE_BINDING])
{
    static const char label[] = "mpcf zmq-curve binding 1";
    const uint8_t *const own[2] = {s->transient.public_key, s->own.public_key};
    const uint8_t *const others[2] = {s->peer_transient, s->peer};
    crypto_generichash_state state;

    (void) crypto_generichash_init(&state, NULL, 0, CURVE_BINDING);
    (void) crypto_generichash_update(&state, (const uint8_t *) label, sizeof(label));
    for (unsigned i = 0; i < 4; i++) { /* C', C, S', S */
        const bool is_own = (i < 2) == s->is_caller;
        (void) crypto_generichash_update(&state, is_own ? own[i % 2] : others[i % 2], CURVE_KEY);
    }
    (void) crypto_generichash_final(&state, out, CURVE_BINDING);
}

/* --- MESSAGE --- */

static void message_nonce(bool by_caller, const uint8_t number[8],
                          uint8_t out[crypto_box_NONCEBYTES])
{
    number_nonce(by_caller ? "CurveZMQMESSAGEC" : "CurveZMQMESSAGES", number, out);
}

void curve_message_close(const uint8_t session[CURVE_KEY], bool by_caller, uint64_t number,
                         uint8_t *body, size_t length)
{
    uint8_t nonce[crypto_box_NONCEBYTES], *plain = body + CURVE_MESSAGE_HEAD + CURVE_TAG;

    put_name("\7MESSAGE", body);
    put_number(number, body + 8);
    message_nonce(by_caller, body + 8, nonce);
    (void) crypto_box_detached_afternm(plain, body + CURVE_MESSAGE_HEAD, plain, length, nonce,
                                       session);
}

enum curve_verdict curve_message_open(const uint8_t session[CURVE_KEY], bool by_caller,
                                      uint64_t number, uint8_t *body, size_t length)
{
    uint8_t nonce[crypto_box_NONCEBYTES], *plain = body + CURVE_MESSAGE_HEAD + CURVE_TAG;

    if (length < CURVE_MESSAGE_HEAD + CURVE_TAG + 1 || !is_named("\7MESSAGE", body, length)) {
        return CURVE_OTHER;
    }
    message_nonce(by_caller, body + 8, nonce);
    return get_number(body + 8) == number &&
                   crypto_box_open_detached_afternm(plain, plain, body + CURVE_MESSAGE_HEAD,
                                                    length - CURVE_MESSAGE_HEAD - CURVE_TAG, nonce,
                                                    session) == 0
               ? CURVE_GOOD
               : CURVE_SHUT;
}

/* --- ERROR --- */

static const struct {
    enum curve_refusal why;
    const char *word;
} refusals[] = {
    {CURVE_REFUSES_CALLED, "other-callee"}, {CURVE_REFUSES_KEY, "400"}, /* as ZAP says it */
    {CURVE_REFUSES_ROLE, "other-role"},     {CURVE_REFUSES_SPEECH, "no-curve"},
    {CURVE_REFUSES_CALLEE, "other-server"}, {CURVE_REFUSES_REVOKED, "taken-back"},
};
#define REFUSALS (sizeof(refusals) / sizeof(refusals[0]))

size_t curve_error_make(enum curve_refusal why, uint8_t out[CURVE_ERROR_LONGEST])
{
    size_t i = 0;

    while (i < REFUSALS - 1 && refusals[i].why != why) {
        i++;
    }
    const size_t length = strlen(refusals[i].word);
    put_name("\5ERROR", out);
    out[6] = (uint8_t) length;
    memcpy(out + 7, refusals[i].word, length);
    return 7 + length;
}

enum curve_refusal curve_error_read(const uint8_t *in, size_t length)
{
    if (length < 7 || !is_named("\5ERROR", in, length) || in[6] != length - 7) {
        return CURVE_NO_REFUSAL;
    }
    for (size_t i = 0; i < REFUSALS; i++) {
        if (strlen(refusals[i].word) == length - 7 &&
            memcmp(refusals[i].word, in + 7, length - 7) == 0) {
            return refusals[i].why;
        }
    }
    return CURVE_REFUSES_OTHER;
}
