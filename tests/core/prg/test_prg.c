/* SPDX-License-Identifier: Apache-2.0 */
#include "support/cpu_levels.h"

#include <string.h>

#include <openssl/evp.h>

#include "prg/prg.h"
#include "prg/prg_kernel.h"

/* NIST SP 800-38A, F.5.1 (CTR-AES128.Encrypt): the output blocks. */
static const uint8_t nist_key[16] = {0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
                                     0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c};
static const struct prg_counter nist_counter = {{0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7},
                                                0xf8f9fafbfcfdfeff};
static const uint8_t nist_output[64] = {
    0xec, 0x8c, 0xdf, 0x73, 0x98, 0x60, 0x7c, 0xb0, 0xf2, 0xd2, 0x16, 0x75, 0xea, 0x9e, 0xa1, 0xe4,
    0x36, 0x2b, 0x7c, 0x3c, 0x67, 0x73, 0x51, 0x63, 0x18, 0xa0, 0x77, 0xd7, 0xfc, 0x50, 0x73, 0xae,
    0x6a, 0x2c, 0xc3, 0x78, 0x78, 0x89, 0x37, 0x4f, 0xbe, 0xb4, 0xc8, 0x1b, 0x17, 0xba, 0x6c, 0x44,
    0xe8, 0x9c, 0x39, 0x9f, 0xf0, 0xf1, 0x98, 0xc6, 0xd4, 0x0a, 0x31, 0xdb, 0x15, 0x6c, 0xab, 0xfe};
/* FIPS 197, appendix A.1: the last round key of the same key. */
static const uint8_t fips_last_round_key[16] = {0xd0, 0x14, 0xf9, 0xa8, 0xc9, 0xee, 0x25, 0x89,
                                                0xe1, 0x3f, 0x0c, 0xc8, 0xb6, 0x63, 0x0c, 0xa6};

enum { LONGEST = 301 };

static void key_schedule_is_that_of_fips_197(void **state)
{
    struct prg_key key;

    (void) state;
    prg_key_expand(&key, nist_key);
    assert_memory_equal(key.round_keys, nist_key, 16);
    assert_memory_equal(key.round_keys + 160, fips_last_round_key, 16);
}

static const struct prg_kernel *kernel_of_level(void)
{
#if defined(__x86_64__)
    if (cpu_level() >= CPU_AVX512) {
        return &prg_kernel_avx512;
    }
    if (cpu_level() >= CPU_AVX2) {
        return &prg_kernel_avx2;
    }
#endif
    return &prg_kernel_portable;
}

static void check_nist(void)
{
    struct prg_key key;
    uint64_t out[8];

    prg_key_expand(&key, nist_key);
    kernel_of_level()->fill(&key, &nist_counter, out, 4);
    assert_memory_equal(out, nist_output, sizeof nist_output);
}

static void every_level_gives_the_vectors_of_nist(void **state)
{
    (void) state;
    on_every_level(check_nist);
}

/* The words of libcrypto's AES-128-CTR for STREAM, from word 0. */
static void reference(const uint8_t seed[16], struct prg_stream s, uint64_t *out, size_t words)
{
    uint8_t block[16] = {(uint8_t) (s.inference >> 24),
                         (uint8_t) (s.inference >> 16),
                         (uint8_t) (s.inference >> 8),
                         (uint8_t) s.inference,
                         (uint8_t) (s.step >> 16),
                         (uint8_t) (s.step >> 8),
                         (uint8_t) s.step,
                         s.item};
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int written = 0;

    memset(out, 0, words * sizeof *out);
    assert_non_null(context);
    assert_int_equal(1, EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), NULL, seed, block));
    assert_int_equal(1, EVP_EncryptUpdate(context, (uint8_t *) out, &written, (uint8_t *) out,
                                          (int) (words * sizeof *out)));
    EVP_CIPHER_CTX_free(context);
}

static void check_ranges(void)
{
    struct test_random random = {7};
    uint64_t want[LONGEST], got[LONGEST + 1], old[LONGEST + 1];

    for (size_t round = 0; round < 400; round++) {
        struct prg_stream stream = {(uint32_t) test_random_u64(&random),
                                    (uint32_t) test_random_u64(&random) >> 8,
                                    (uint8_t) test_random_u64(&random)};
        size_t first = test_random_u64(&random) % LONGEST;
        size_t n = test_random_u64(&random) % (LONGEST - first + 1);
        uint64_t seed[2] = {test_random_u64(&random), test_random_u64(&random)};
        struct prg_key key;

        prg_key_expand(&key, (const uint8_t *) seed);
        reference((const uint8_t *) seed, stream, want, LONGEST);
        for (size_t i = 0; i <= LONGEST; i++) {
            got[i] = old[i] = test_random_u64(&random);
        }
        prg_add(&key, stream, first, got, n);
        for (size_t i = 0; i < n; i++) {
            assert_true(got[i] == old[i] + want[first + i]);
        }
        assert_true(got[n] == old[n]);
        prg_fill(&key, stream, first, got, n);
        assert_memory_equal(got, want + first, n * sizeof *got);
        assert_true(got[n] == old[n]);
    }
}

static void any_range_of_words_is_that_of_libcrypto(void **state)
{
    (void) state;
    on_every_level(check_ranges);
}

static void check_far_words(void)
{
    static const struct prg_stream stream = {1, 2, 3};
    const uint64_t first = UINT64_MAX - 100;
    struct prg_key key;
    uint64_t all[80];

    prg_key_expand(&key, nist_key);
    prg_fill(&key, stream, first, all, 80);
    for (size_t i = 0; i < 80; i++) {
        uint64_t one;

        prg_fill(&key, stream, first + i, &one, 1);
        assert_true(one == all[i]);
    }
}

static void words_far_out_can_be_had_one_by_one(void **state)
{
    (void) state;
    on_every_level(check_far_words);
}

/* AES by libcrypto, of one block. */
static void encrypt(const uint8_t seed[16], const uint64_t in[2], uint64_t out[2])
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int written = 0;

    assert_int_equal(1, EVP_EncryptInit_ex(context, EVP_aes_128_ecb(), NULL, seed, NULL));
    assert_int_equal(
        1, EVP_EncryptUpdate(context, (uint8_t *) out, &written, (const uint8_t *) in, 16));
    assert_int_equal(16, written);
    EVP_CIPHER_CTX_free(context);
}

static void check_hash(void)
{
    enum { BLOCKS = 72 };
    struct test_random random = {19};
    uint64_t seed[2] = {test_random_u64(&random), test_random_u64(&random)};
    uint64_t low[BLOCKS], high[BLOCKS], out_low[BLOCKS], out_high[BLOCKS];
    struct prg_key key;

    prg_key_expand(&key, (const uint8_t *) seed);
    for (size_t i = 0; i < BLOCKS; i++) {
        low[i] = test_random_u64(&random);
        high[i] = test_random_u64(&random);
    }
    for (unsigned tweak = 0; tweak < 4; tweak++) {
        prg_hash(&key, tweak, low, high, out_low, out_high, BLOCKS);
        for (size_t i = 0; i < BLOCKS; i++) {
            const uint64_t x[2] = {(low[i] & ~UINT64_C(3)) | tweak, high[i]};
            uint64_t y[2];
            encrypt((const uint8_t *) seed, x, y);
            assert_true(out_low[i] == (x[0] ^ y[0]) && out_high[i] == (x[1] ^ y[1]));
        }
    }
}

static void hashed_blocks_are_those_of_libcrypto(void **state)
{
    (void) state;
    on_every_level(check_hash);
}

static void system_randomness_fills_what_is_asked(void **state)
{
    uint8_t a[64] = {0}, b[64] = {0};

    (void) state;
    prg_system_random(a, sizeof a);
    prg_system_random(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
    prg_system_random(a, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_schedule_is_that_of_fips_197),
        cmocka_unit_test(every_level_gives_the_vectors_of_nist),
        cmocka_unit_test(any_range_of_words_is_that_of_libcrypto),
        cmocka_unit_test(words_far_out_can_be_had_one_by_one),
        cmocka_unit_test(hashed_blocks_are_those_of_libcrypto),
        cmocka_unit_test(system_randomness_fills_what_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
