/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a hello, and what proves whose it is. */
#include "channel/hello.h"

#include <string.h>
#include <sys/random.h>

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include "channel/handshake.h"

/* Wire: magic, protocol, length used, from, to, flags, nonce, binding; an end of line; the MAC. Little-endian;
 * the rest is zero. The end of line makes servers that read lines answer, so that the caller can
 * say what they are. */
#define FLAG_KEY   1u
#define FLAG_BUSY  2u
#define FLAG_BOUND 4u
enum { AT_PROTOCOL = 8, AT_LENGTH = 12, AT_FROM = 16, AT_TO, AT_FLAGS, AT_NONCE = 20 };
enum { AT_BINDING = AT_NONCE + HELLO_NONCE_BYTES };
enum { AT_REST = AT_BINDING + HELLO_BINDING_BYTES, AT_LINE = 92, AT_MAC = 96 };
static const uint8_t magic[8] = {'M', 'P', 'C', 'F', 'h', 'e', 'l', 'o'};
/* What a MAC begins with: who made it. */
#define SPEAKER_BYTES 11
static const uint8_t by_callee[SPEAKER_BYTES] = "mpcf callee",
                     by_caller[SPEAKER_BYTES] = "mpcf caller";
static const uint8_t line_end[4] = {'\r', '\n', '\r', '\n'};

mpcf_status hello_init(struct hello *h, enum role from, enum role to, bool has_key, mpcf_error *err)
{
    *h = (struct hello){.protocol = HANDSHAKE_PROTOCOL, .from = from, .to = to, .has_key = has_key};
    if (getrandom(h->nonce, sizeof(h->nonce), 0) != sizeof(h->nonce)) {
        return mpcf_fail(err, MPCF_E_IO, "no randomness from the system");
    }
    return MPCF_OK;
}

void hello_bind(struct hello *h, const uint8_t *binding)
{
    h->is_bound = binding != NULL;
    if (binding != NULL) {
        memcpy(h->binding, binding, sizeof(h->binding));
    }
}

mpcf_status hello_check_binding(const struct hello *theirs, const uint8_t *binding, mpcf_error *err)
{
    if (theirs->is_bound != (binding != NULL)) {
        return mpcf_fail(err, MPCF_E_AUTH,
                         "its hello is bound to %s connection, and this side's to %s",
                         theirs->is_bound ? "a" : "no", binding != NULL ? "one" : "none");
    }
    if (binding != NULL && CRYPTO_memcmp(theirs->binding, binding, HELLO_BINDING_BYTES) != 0) {
        return mpcf_fail(err, MPCF_E_AUTH,
                         "its hello belongs to another connection: somebody between passes on what "
                         "two connections say");
    }
    return MPCF_OK;
}

static void write_u32(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        at[i] = (uint8_t) (value >> (8 * i));
    }
}

static uint32_t read_u32(const uint8_t *at)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < 4; i++) {
        value |= (uint32_t) at[i] << (8 * i);
    }
    return value;
}

void hello_encode(const struct hello *h, uint8_t wire[HELLO_BYTES])
{
    memset(wire, 0, HELLO_BYTES);
    memcpy(wire, magic, sizeof(magic));
    write_u32(wire + AT_PROTOCOL, h->protocol);
    write_u32(wire + AT_LENGTH, HELLO_BYTES);
    wire[AT_FROM] = (uint8_t) h->from;
    wire[AT_TO] = (uint8_t) h->to;
    wire[AT_FLAGS] = (uint8_t) ((h->has_key ? FLAG_KEY : 0) | (h->is_busy ? FLAG_BUSY : 0) |
                                (h->is_bound ? FLAG_BOUND : 0));
    memcpy(wire + AT_NONCE, h->nonce, sizeof(h->nonce));
    memcpy(wire + AT_BINDING, h->binding, sizeof(h->binding));
    memcpy(wire + AT_LINE, line_end, sizeof(line_end));
}

static bool is_rest_zero(const uint8_t wire[HELLO_BYTES])
{
    uint8_t seen = wire[AT_FLAGS + 1];

    for (size_t i = (wire[AT_FLAGS] & FLAG_BOUND) != 0 ? AT_REST : AT_BINDING; i < AT_LINE; i++) {
        seen |= wire[i];
    }
    return seen == 0;
}

mpcf_status hello_decode(const uint8_t wire[HELLO_BYTES], struct hello *out, mpcf_error *err)
{
    if (memcmp(wire, magic, sizeof(magic)) != 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "what came first is not mpcf's hello");
    }
    *out = (struct hello){.protocol = read_u32(wire + AT_PROTOCOL)};
    if (out->protocol != HANDSHAKE_PROTOCOL) {
        return MPCF_OK;
    }
    if (read_u32(wire + AT_LENGTH) != HELLO_BYTES || wire[AT_FROM] > ROLE_DEALER ||
        wire[AT_TO] > ROLE_DEALER || (wire[AT_FLAGS] & ~(FLAG_KEY | FLAG_BUSY | FLAG_BOUND)) != 0 ||
        !is_rest_zero(wire) || memcmp(wire + AT_LINE, line_end, sizeof(line_end)) != 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "the peer's hello is malformed");
    }
    out->from = (enum role) wire[AT_FROM];
    out->to = (enum role) wire[AT_TO];
    out->has_key = (wire[AT_FLAGS] & FLAG_KEY) != 0;
    out->is_busy = (wire[AT_FLAGS] & FLAG_BUSY) != 0;
    out->is_bound = (wire[AT_FLAGS] & FLAG_BOUND) != 0;
    memcpy(out->nonce, wire + AT_NONCE, sizeof(out->nonce));
    memcpy(out->binding, wire + AT_BINDING, sizeof(out->binding));
    return MPCF_OK;
}

/* HMAC-SHA256 over SPEAKER, the caller's hello, and USED bytes of the callee's. */
static mpcf_status compute(const uint8_t speaker[SPEAKER_BYTES], const uint8_t caller[HELLO_BYTES],
                           const uint8_t *callee, size_t used, const uint8_t key[LINK_KEY_BYTES],
                           uint8_t mac[HELLO_MAC_BYTES], mpcf_error *err)
{
    uint8_t text[SPEAKER_BYTES + 2 * HELLO_BYTES];
    unsigned length = 0;

    memcpy(text, speaker, SPEAKER_BYTES);
    memcpy(text + SPEAKER_BYTES, caller, HELLO_BYTES);
    memcpy(text + SPEAKER_BYTES + HELLO_BYTES, callee, used);
    if (HMAC(EVP_sha256(), key, LINK_KEY_BYTES, text, SPEAKER_BYTES + HELLO_BYTES + used, mac,
             &length) == NULL ||
        length != HELLO_MAC_BYTES) {
        return mpcf_fail(err, MPCF_E_INTERNAL, "libcrypto computes no HMAC");
    }
    return MPCF_OK;
}

static mpcf_status seal(const uint8_t caller[HELLO_BYTES], const uint8_t callee[HELLO_BYTES],
                        const uint8_t key[LINK_KEY_BYTES], uint8_t mac[HELLO_MAC_BYTES],
                        mpcf_error *err)
{
    return compute(by_callee, caller, callee, AT_MAC, key, mac, err);
}

mpcf_status hello_seal(const uint8_t caller[HELLO_BYTES], uint8_t callee[HELLO_BYTES],
                       const uint8_t key[LINK_KEY_BYTES], mpcf_error *err)
{
    return seal(caller, callee, key, callee + AT_MAC, err);
}

mpcf_status hello_check_seal(const uint8_t caller[HELLO_BYTES], const uint8_t callee[HELLO_BYTES],
                             const uint8_t key[LINK_KEY_BYTES], mpcf_error *err)
{
    uint8_t mac[HELLO_MAC_BYTES];

    MPCF_TRY(seal(caller, callee, key, mac, err));
    if (CRYPTO_memcmp(mac, callee + AT_MAC, sizeof(mac)) != 0) {
        return mpcf_fail(err, MPCF_E_AUTH, "its hello is not made with the key of this link");
    }
    return MPCF_OK;
}

mpcf_status hello_prove(const uint8_t caller[HELLO_BYTES], const uint8_t callee[HELLO_BYTES],
                        const uint8_t key[LINK_KEY_BYTES], uint8_t proof[HELLO_MAC_BYTES],
                        mpcf_error *err)
{
    return compute(by_caller, caller, callee, HELLO_BYTES, key, proof, err);
}

mpcf_status hello_check_proof(const uint8_t caller[HELLO_BYTES], const uint8_t callee[HELLO_BYTES],
                              const uint8_t key[LINK_KEY_BYTES],
                              const uint8_t proof[HELLO_MAC_BYTES], mpcf_error *err)
{
    uint8_t mac[HELLO_MAC_BYTES];

    MPCF_TRY(hello_prove(caller, callee, key, mac, err));
    if (CRYPTO_memcmp(mac, proof, sizeof(mac)) != 0) {
        return mpcf_fail(err, MPCF_E_AUTH, "its proof is not made with the key of this link");
    }
    return MPCF_OK;
}
