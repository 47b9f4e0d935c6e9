/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Integers modulo 2^k as digits for int8 products: x = sum of d_i 256^i modulo 256^n, n = ceil(k / 8),
 * d_i from -128 to 127.
 *
 *     x y = sum over g < n of 256^g S_g,   S_g = sum over i + j = g of a_i b_j      (modulo 2^k)
 *
 * so that n (n + 1) / 2 products of digits count. S_g of a product of matrices is one product: the
 * digits a_0 .. a_g of the left operand side by side, b_g .. b_0 of the right one below each other, depth
 * (g + 1) K. It is exact in 32 bits while (g + 1) K 128^2 <= 2^31 - 1: no more than DIGIT_TERMS_MAX
 * terms, and a longer depth is cut.
 *
 * The header compiles as C and as CUDA.
 */
#ifndef MPCF_CUDA_RING_DIGITS_H
#define MPCF_CUDA_RING_DIGITS_H

#include <stdint.h>

#ifdef __CUDACC__
#define DIGIT_FUNCTION static __device__ inline
#else
#define DIGIT_FUNCTION static inline
#endif

#define DIGIT_TERMS_MAX 131071u /* (2^31 - 1) / 128^2 */
#define DIGITS_MAX      8u

/* The digits of X as bytes in two's complement, d_0 lowest. Adding 128 to each digit makes the digits of
 * x + 0x80..80 bytes without a sign; taking 128 away again is turning the top bit of each. */
DIGIT_FUNCTION uint64_t digits_of(uint64_t x)
{
    return (x + UINT64_C(0x8080808080808080)) ^ UINT64_C(0x8080808080808080);
}

/* Byte I of X, in the lowest place. */
DIGIT_FUNCTION uint32_t digit_byte(uint64_t x, uint32_t i)
{
    return (uint32_t) (x >> (8 * i)) & 0xFFu;
}

/* 256^G S modulo 2^64, of a sum S of products of digits. */
DIGIT_FUNCTION uint64_t digit_group(int32_t s, uint32_t g)
{
    return (uint64_t) (int64_t) s << (8 * g);
}

#endif
