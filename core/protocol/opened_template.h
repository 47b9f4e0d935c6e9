/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loops of openings, written once; each file that includes this compiles them for its instructions and
 * says OPENED_KERNEL_NAME, the table it fills.
 */
#include "protocol/integer.h"
#include "protocol/opened_kernel.h"

/* No arithmetic of these loops reads what another element wrote. */
#if defined(__clang__) /* asks at run time whether the arrays overlap */
#define EACH(i, n) for (size_t i = 0; i < (n); i++)
#else
#define EACH(i, n) _Pragma("GCC ivdep") for (size_t i = 0; i < (n); i++)
#endif

static void mask(uint64_t *r, uint64_t *w, const uint64_t *other, unsigned opened, size_t n)
{
    const uint64_t low = ring_mask(opened);

    EACH(i, n)
    {
        const uint64_t sum = (r[i] & low) + (other[i] & low), x = (0 - sum) & low;
        r[i] = x;
        w[i] = (sum >> opened) + ((x | (0 - x)) >> 63);
    }
}

static void top(uint64_t *out, const uint64_t *x, unsigned opened, const uint64_t *y, size_t n)
{
    if (y == NULL) {
        EACH(i, n)
        {
            out[i] = x[i] >> (opened - 1);
        }
    } else {
        EACH(i, n)
        {
            out[i] = (0 - (x[i] >> (opened - 1))) & y[i];
        }
    }
}

static void lift(uint64_t *c, uint64_t *q, const uint64_t *e, const uint64_t *tops, unsigned opened,
                 size_t n)
{
    const uint64_t low = ring_mask(opened), half = (uint64_t) 1 << (opened - 2);

    EACH(i, n)
    {
        const uint64_t at = (e[i] + half) & low;
        const uint64_t below = (at >> (opened - 1)) - 1; /* all ones where u is */
        q[i] = ((c[i] - (below & tops[i])) << opened) - (q[i] & low);
        c[i] = at;
    }
}

static void square(uint64_t *z, const uint64_t *c, const uint64_t *q, const uint64_t *cross,
                   unsigned opened, uint64_t provides, size_t n)
{
    const uint64_t half = (uint64_t) 1 << (opened - 2), own = 0 - provides;

    EACH(i, n)
    {
        const uint64_t centre = c[i] - half, below = (c[i] >> (opened - 1)) - 1;
        z[i] += centre * ((own & centre) - 2 * q[i]) + ((below & cross[i]) << opened);
    }
}

static void product(const struct opened_product *k, uint64_t *z, uint64_t *c, const uint64_t *q,
                    uint64_t *d, const uint64_t *p, size_t n)
{
    const unsigned top_x = k->opened[0] - 1, top_y = k->opened[1] - 1;
    const uint64_t half_x = (uint64_t) 1 << (top_x - 1), half_y = (uint64_t) 1 << (top_y - 1);
    const uint64_t own = 0 - k->provides;

    EACH(i, n)
    {
        const uint64_t x = c[i] - half_x, y = d[i] - half_y;
        z[i] += x * ((own & y) - p[i]) - y * q[i];
        c[i] = 1 - (c[i] >> top_x);
        d[i] = 1 - (d[i] >> top_y);
    }
}

static void crosses(const struct opened_product *k, uint64_t *z, const uint64_t *u,
                    const uint64_t *u2, uint64_t *const *cross, size_t n)
{
    const uint64_t power_x = k->power[0], power_y = k->power[1], power_both = k->power[2];
    const uint64_t *by_x = cross[0], *by_y = cross[1], *by_both = cross[2];

    EACH(i, n)
    {
        const uint64_t x = 0 - u[i], y = 0 - u2[i];
        z[i] +=
            power_both * (x & y & by_both[i]) - power_x * (x & by_x[i]) - power_y * (y & by_y[i]);
    }
}

static void deal_truncation(const struct opened_truncation *k, const uint64_t *a, const uint64_t *b,
                            uint64_t *high, uint64_t *top_bit, size_t n)
{
    const uint64_t low = ring_mask(k->opened);
    const unsigned shift = k->shift, last = k->opened - 1;

    EACH(i, n)
    {
        const uint64_t sum = (a[i] + b[i]) & low;
        high[i] = (sum >> shift) - high[i];
        top_bit[i] = (sum >> last) - top_bit[i];
    }
}

static void truncation(const struct opened_truncation *k, uint64_t *out, const uint64_t *own,
                       const uint64_t *other, const uint64_t *high, const uint64_t *top_bit,
                       size_t n)
{
    const uint64_t low = ring_mask(k->opened), provides = 0 - k->provides, power = k->power;
    const uint64_t offset = k->offset;
    const unsigned shift = k->shift, last = k->opened - 1;

    EACH(i, n)
    {
        const uint64_t c = (own[i] + other[i]) & low;
        const uint64_t wrap = ((c >> last) - 1) & top_bit[i];
        out[i] = (provides & ((c >> shift) - offset)) - high[i] + wrap * power;
    }
}

static void add_offset(uint64_t *out, const uint64_t *x, const uint64_t *masks, uint64_t offset,
                       size_t n)
{
    EACH(i, n)
    {
        out[i] = x[i] + masks[i] + offset;
    }
}

const struct opened_kernel OPENED_KERNEL_NAME = {
    mask, top, lift, square, product, crosses, deal_truncation, truncation, add_offset};
