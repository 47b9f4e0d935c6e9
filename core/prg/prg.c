/* SPDX-License-Identifier: Apache-2.0 */
/* Any stretch of any stream, as words or added to what is there, and the system's randomness. */
#include "prg/prg.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sys/random.h>

#include "base/cpu.h"
#include "base/memory.h"
#include "prg/prg_kernel.h"

static const struct prg_kernel *kernel(void)
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

static struct prg_counter counter_of(struct prg_stream stream, uint64_t block)
{
    struct prg_counter counter = {.first = block};

    assert(stream.step < UINT32_C(1) << 24);
    counter.nonce[0] = (uint8_t) (stream.inference >> 24);
    counter.nonce[1] = (uint8_t) (stream.inference >> 16);
    counter.nonce[2] = (uint8_t) (stream.inference >> 8);
    counter.nonce[3] = (uint8_t) stream.inference;
    counter.nonce[4] = (uint8_t) (stream.step >> 16);
    counter.nonce[5] = (uint8_t) (stream.step >> 8);
    counter.nonce[6] = (uint8_t) stream.step;
    counter.nonce[7] = stream.item;
    return counter;
}

static uint64_t single_word(const struct prg_key *key, struct prg_stream stream, uint64_t index)
{
    struct prg_counter counter = counter_of(stream, index / PRG_BLOCK_WORDS);
    uint64_t block[PRG_BLOCK_WORDS];
    uint64_t word;

    kernel()->fill(key, &counter, block, 1);
    word = block[index % PRG_BLOCK_WORDS];
    mpcf_wipe(block, sizeof block);
    return word;
}

void prg_fill(const struct prg_key *key, struct prg_stream stream, uint64_t first, uint64_t *out,
              size_t n)
{
    if (n > 0 && first % PRG_BLOCK_WORDS != 0) {
        *out++ = single_word(key, stream, first++);
        n--;
    }
    if (n >= PRG_BLOCK_WORDS) {
        struct prg_counter counter = counter_of(stream, first / PRG_BLOCK_WORDS);

        kernel()->fill(key, &counter, out, n / PRG_BLOCK_WORDS);
    }
    if (n % PRG_BLOCK_WORDS != 0) {
        out[n - 1] = single_word(key, stream, first + n - 1);
    }
}

void prg_add(const struct prg_key *key, struct prg_stream stream, uint64_t first, uint64_t *out,
             size_t n)
{
    if (n > 0 && first % PRG_BLOCK_WORDS != 0) {
        *out++ += single_word(key, stream, first++);
        n--;
    }
    if (n >= PRG_BLOCK_WORDS) {
        struct prg_counter counter = counter_of(stream, first / PRG_BLOCK_WORDS);

        kernel()->add(key, &counter, out, n / PRG_BLOCK_WORDS);
    }
    if (n % PRG_BLOCK_WORDS != 0) {
        out[n - 1] += single_word(key, stream, first + n - 1);
    }
}

void prg_hash(const struct prg_key *key, unsigned tweak, const uint64_t *low, const uint64_t *high,
              uint64_t *out_low, uint64_t *out_high, size_t blocks)
{
    assert(tweak < 4 && blocks % PRG_HASH_BLOCKS == 0);
    kernel()->hash(key, tweak, low, high, out_low, out_high, blocks);
}

void prg_system_random(void *out, size_t length)
{
    uint8_t *at = out;

    while (length > 0) {
        ssize_t got = getrandom(at, length, 0);

        if (got < 0 && errno != EINTR) {
            abort(); /* going on without secrets would reveal everything */
        }
        if (got > 0) {
            at += got;
            length -= (size_t) got;
        }
    }
}
