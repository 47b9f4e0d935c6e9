/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elementary functions of one float, without branches, so that loops over them become vector
 * code. Coefficients: scripts/fit-float-kernels.py (least squares on Chebyshev nodes, weighted
 * towards the smallest largest error). Included by float_kernel_template.h only.
 */
static inline float float_from_bits(uint32_t bits)
{
    float x;

    memcpy(&x, &bits, sizeof(x));
    return x;
}

static inline uint32_t float_bits(float x)
{
    uint32_t bits;

    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

/* 2^n (1 + r + r^2 p(r)) with x = n log 2 + r, |r| <= log 2 / 2. */
static inline float exp_one(float x)
{
    const float shift = 12582912.0F; /* 1.5 2^23: the low bits of x + shift are round(x) */
    const float low = x < -86.0F ? -86.0F : x;
    const float clipped = low > 88.0F ? 88.0F : low;
    const float shifted = clipped * 1.44269504F + shift;
    const float n = shifted - shift;
    const float r = (clipped - n * 0.693145752F) - n * 1.42860677e-6F;
    float p = 0.000199151793F;

    p = p * r + 0.00139461888F;
    p = p * r + 0.00833327044F;
    p = p * r + 0.0416662693F;
    p = p * r + 0.166666672F;
    p = p * r + 0.5F;
    p = p * r * r + r + 1.0F;
    return p * float_from_bits((float_bits(shifted) << 23) + 0x3F800000U);
}

/* x + x p(x^2) inside [-1, 1], else +-(1 - exp(-|x| q(|x|))). */
static inline float erf_one(float x)
{
    const float t = fabsf(x);
    const float u = t > 4.0F ? 4.0F : t;
    const float s = x * x;
    float p = 7.88910475e-5F;
    float q = 3.85057729e-6F;
    float big;

    p = p * s - 0.000802083698F;
    p = p * s + 0.00518953474F;
    p = p * s - 0.0268544443F;
    p = p * s + 0.112836003F;
    p = p * s - 0.37612626F;
    p = p * s + 0.128379166F;
    q = q * u - 3.21400767e-5F;
    q = q * u - 0.000119145116F;
    q = q * u + 0.00312560843F;
    q = q * u - 0.0229963046F;
    q = q * u + 0.105574369F;
    q = q * u + 0.63546133F;
    q = q * u + 1.12858796F;
    big = 1.0F - exp_one(-u * q);
    return t < 1.0F ? x * p + x : copysignf(big, x);
}

/* x + x^3 p(x^2) inside [-5/8, 5/8], else +-(1 - 2 / (exp(2 |x|) + 1)). */
static inline float tanh_one(float x)
{
    const float t = fabsf(x);
    const float u = t > 10.0F ? 10.0F : t;
    const float s = x * x;
    const float big = 1.0F - 2.0F / (exp_one(2.0F * u) + 1.0F);
    float p = -0.00571700046F;

    p = p * s + 0.0206505433F;
    p = p * s - 0.0537434816F;
    p = p * s + 0.133314908F;
    p = p * s - 0.333332837F;
    return t < 0.625F ? x * s * p + x : copysignf(big, x);
}

static inline float reciprocal_one(float x)
{
    const float y = 1.0F / x;

    return x == 0.0F ? 0.0F : y;
}

/* A number that looks random, a function of key and index: the finaliser of MurmurHash3
 * (Appleby), keyed before and between its two rounds. */
static inline uint32_t random_one(uint32_t index, uint32_t key_low, uint32_t key_high)
{
    uint32_t h = index * 0x9E3779B1U + key_low;

    h ^= h >> 16;
    h *= 0x85EBCA6BU;
    h ^= h >> 13;
    h += key_high;
    h *= 0xC2B2AE35U;
    h ^= h >> 16;
    h *= 0x85EBCA6BU;
    h ^= h >> 15;
    return h;
}
