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

/* Of at most CHUNK_WORDS / 2 blocks. */
static void hash_chunk(EVP_CIPHER_CTX *context, unsigned tweak, const uint64_t *low,
                       const uint64_t *high, uint64_t *out_low, uint64_t *out_high, size_t blocks)
{
    uint64_t x[CHUNK_WORDS], y[CHUNK_WORDS];
    int length = (int) (blocks * PRG_BLOCK_WORDS * sizeof *x), written = 0;

    for (size_t i = 0; i < blocks; i++) {
        x[2 * i] = htole64((low[i] & ~(uint64_t) 3) | tweak);
        x[2 * i + 1] = htole64(high[i]);
    }
    if (EVP_EncryptUpdate(context, (uint8_t *) y, &written, (const uint8_t *) x, length) != 1 ||
        written != length) {
        abort();
    }
    for (size_t i = 0; i < blocks; i++) {
        out_low[i] = le64toh(x[2 * i] ^ y[2 * i]);
        out_high[i] = le64toh(x[2 * i + 1] ^ y[2 * i + 1]);
    }
    mpcf_wipe(x, sizeof x);
    mpcf_wipe(y, sizeof y);
}

static void hash(const struct prg_key *key, unsigned tweak, const uint64_t *low,
                 const uint64_t *high, uint64_t *out_low, uint64_t *out_high, size_t blocks)
{
    EVP_CIPHER_CTX *context;

    crypto_prepare();
    context = EVP_CIPHER_CTX_new();
    if (context == NULL ||
        EVP_EncryptInit_ex(context, EVP_aes_128_ecb(), NULL, key->round_keys, NULL) != 1 ||
        EVP_CIPHER_CTX_set_padding(context, 0) != 1) {
        abort();
    }
    for (size_t i = 0, n = 0; i < blocks; i += n) {
        n = chunk_of(PRG_BLOCK_WORDS * (blocks - i)) / PRG_BLOCK_WORDS;
        hash_chunk(context, tweak, low + i, high + i, out_low + i, out_high + i, n);
    }
    EVP_CIPHER_CTX_free(context);
}

const struct prg_kernel prg_kernel_portable = {fill, add, hash};
