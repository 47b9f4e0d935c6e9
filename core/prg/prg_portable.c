/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stream by libcrypto: constant in time, and fast wherever it knows the processor's own
 * AES instructions. Ends the process where libcrypto has no memory for a context: a stream that
 * is not the agreed one would be silently wrong.
 */
#include "prg/prg_kernel.h"

#include <stdlib.h>
#include <string.h>

#include <endian.h>
#include <openssl/evp.h>

#include "base/crypto.h"
#include "base/memory.h"

/* A multiple of 16 that EVP's int can hold, small enough to stay in the first cache. */
#define CHUNK_WORDS 1024

static EVP_CIPHER_CTX *open_stream(const struct prg_key *key, const struct prg_counter *counter)
{
    EVP_CIPHER_CTX *context;
    uint64_t number = htobe64(counter->first);
    uint8_t block[16];

    crypto_prepare();
    context = EVP_CIPHER_CTX_new();
    memcpy(block, counter->nonce, sizeof counter->nonce);
    memcpy(block + 8, &number, sizeof number);
    /* The first round key is the key. */
    if (context == NULL ||
        EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), NULL, key->round_keys, block) != 1) {
        abort();
    }
    return context;
}

static void next_words(EVP_CIPHER_CTX *context, uint64_t *out, size_t words)
{
    uint8_t *bytes = (uint8_t *) out;
    int length = (int) (words * sizeof *out);
    int written = 0;

    memset(bytes, 0, words * sizeof *out);
    if (EVP_EncryptUpdate(context, bytes, &written, bytes, length) != 1 || written != length) {
        abort();
    }
    for (size_t i = 0; i < words; i++) {
        out[i] = le64toh(out[i]);
    }
}

static size_t chunk_of(size_t left)
{
    return left < CHUNK_WORDS ? left : CHUNK_WORDS;
}

static void fill(const struct prg_key *key, const struct prg_counter *counter, uint64_t *out,
                 size_t blocks)
{
    EVP_CIPHER_CTX *context = open_stream(key, counter);
    size_t left = blocks * PRG_BLOCK_WORDS;

    while (left > 0) {
        size_t words = chunk_of(left);

        next_words(context, out, words);
        out += words;
        left -= words;
    }
    EVP_CIPHER_CTX_free(context);
}

static void add(const struct prg_key *key, const struct prg_counter *counter, uint64_t *out,
                size_t blocks)
{
    EVP_CIPHER_CTX *context = open_stream(key, counter);
    size_t left = blocks * PRG_BLOCK_WORDS;
    uint64_t stream[CHUNK_WORDS];

    while (left > 0) {
        size_t words = chunk_of(left);

        next_words(context, stream, words);
        for (size_t i = 0; i < words; i++) {
            out[i] += stream[i];
        }
        out += words;
        left -= words;
    }
    mpcf_wipe(stream, sizeof stream);
    EVP_CIPHER_CTX_free(context);
}

/* IN with the low bits that TWEAK says. */
static void tweaked(const uint64_t *in, unsigned tweak, uint64_t *out, size_t words)
{
    for (size_t i = 0; i < words; i += PRG_BLOCK_WORDS) {
        out[i] = (in[i] & ~(uint64_t) 3) | tweak;
        out[i + 1] = in[i + 1];
    }
}

static void hash_words(EVP_CIPHER_CTX *context, const uint64_t *in, unsigned tweak, uint64_t *out,
                       size_t words)
{
    uint64_t x[CHUNK_WORDS];
    int length = (int) (words * sizeof *x), written = 0;

    tweaked(in, tweak, x, words);
    for (size_t i = 0; i < words; i++) {
        x[i] = htole64(x[i]);
    }
    if (EVP_EncryptUpdate(context, (uint8_t *) out, &written, (const uint8_t *) x, length) != 1 ||
        written != length) {
        abort();
    }
    for (size_t i = 0; i < words; i++) {
        out[i] = le64toh(out[i] ^ x[i]);
    }
    mpcf_wipe(x, sizeof x);
}

static void hash(const struct prg_key *key, const uint64_t *in, unsigned tweak, uint64_t *out,
                 size_t blocks)
{
    EVP_CIPHER_CTX *context;

    crypto_prepare();
    context = EVP_CIPHER_CTX_new();
    if (context == NULL ||
        EVP_EncryptInit_ex(context, EVP_aes_128_ecb(), NULL, key->round_keys, NULL) != 1) {
        abort();
    }
    (void) EVP_CIPHER_CTX_set_padding(context, 0);
    for (size_t left = blocks * PRG_BLOCK_WORDS, words = 0; left > 0; left -= words) {
        words = chunk_of(left);
        hash_words(context, in, tweak, out, words);
        in += words;
        out += words;
    }
    EVP_CIPHER_CTX_free(context);
}

const struct prg_kernel prg_kernel_portable = {fill, add, hash};
