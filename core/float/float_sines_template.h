/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces of a polynomial plus sines, SINES_LANES elements at a time: each coefficient is chosen cut by cut, and
 * multiples of an angle follow from two by sin((k + 1) a) = 2 cos(a) sin(k a) - sin((k - 1) a). Included by
 * float_kernel_template.h only.
 */
#if defined(__AVX512F__)
#define SINES_LANES 16
#elif defined(__AVX2__)
#define SINES_LANES 8
#else
#define SINES_LANES 4
#endif
/* As wide as the processor's: compilers take wider ones apart, and comparisons number by number. */
typedef float sines_lanes __attribute__((vector_size(4 * SINES_LANES)));
typedef int32_t lane_bits __attribute__((vector_size(4 * SINES_LANES)));

/* A where BITS are all ones, B where they are 0. */
#define SELECT(bits, a, b)                                                                         \
    ((sines_lanes) (((lane_bits) (a) & (bits)) | ((lane_bits) (b) & ~(bits))))
#define ALL(x) ((sines_lanes){0} + (x))

/* Vectors go by pointer: by value they have no ABI below AVX-512. */

/* sin(2 pi v), |v| <= 1/4: Taylor's series to the 11th power, whose next term is 6e-8 at the ends. */
static inline void sine_of_turn(const sines_lanes *v, sines_lanes *y)
{
    const sines_lanes a = 6.28318531F * *v, s = a * a;
    sines_lanes p = s * -2.50521084e-8F + 2.75573192e-6F;

    p = p * s - 0.000198412698F;
    p = p * s + 0.00833333333F;
    p = p * s - 0.166666667F;
    *y = a + a * s * p;
}

/* What is left of X / period without its whole turns, in [-1/2, 1/2]. Beyond the outer cuts, where there are no
 * sines, that of the cut: finite. */
static inline void turn_of(const struct float_sines *s, const sines_lanes *x, sines_lanes *r)
{
    const float shift = 12582912.0F; /* 1.5 2^23: x + shift - shift is round(x) */
    const sines_lanes low = ALL(s->pieces.cuts[0]);
    const sines_lanes high = ALL(s->pieces.cuts[s->pieces.cut_count - 1]);
    const lane_bits is_below = (lane_bits) (*x < low);
    const sines_lanes above = SELECT(is_below, low, *x);
    const lane_bits is_beyond = (lane_bits) (above > high);
    const sines_lanes t = SELECT(is_beyond, high, above) * (float) (1 / s->period);

    *r = t - ((t + shift) - shift);
}

/* Coefficient K of the piece of each. */
static inline void sines_choose(const struct float_pieces *p, size_t k, const sines_lanes *x,
                                sines_lanes *chosen)
{
    const size_t width = p->degree + 1;

    *chosen = ALL(p->coef[k]);
    for (size_t row = 1; row <= p->cut_count; row++) {
        const sines_lanes cut = ALL(p->cuts[row - 1]), c = ALL(p->coef[row * width + k]);
        const lane_bits behind = (lane_bits) (cut <= *x);

        *chosen = SELECT(behind, c, *chosen);
    }
}

/* The polynomial, or its slope. */
static inline void sines_polynomial(const struct float_sines *s, bool is_slope,
                                    const sines_lanes *x, sines_lanes *y)
{
    const size_t degree = s->pieces.degree - s->count;
    sines_lanes c;

    *y = ALL(0.0F);
    if (is_slope && degree == 0) {
        return;
    }
    sines_choose(&s->pieces, degree, x, &c);
    *y = c * (is_slope ? (float) degree : 1.0F);
    for (size_t k = degree; k-- > (is_slope ? 1 : 0);) {
        sines_choose(&s->pieces, k, x, &c);
        *y = *y * *x + c * (is_slope ? (float) k : 1.0F);
    }
}

/* Sine and cosine of the angle of X. */
static inline void sines_begin(const struct float_sines *s, const sines_lanes *x, sines_lanes *sine,
                               sines_lanes *cosine)
{
    sines_lanes r, t, rest, folded;
    lane_bits sign, is_nearer;

    turn_of(s, x, &r);
    sign = (lane_bits) r & ((lane_bits){0} + INT32_MIN);
    t = (sines_lanes) ((lane_bits) r ^ sign);
    rest = 0.5F - t;
    is_nearer = (lane_bits) (rest < t);
    folded = (sines_lanes) ((lane_bits) SELECT(is_nearer, rest, t) | sign);
    sine_of_turn(&folded, sine);
    rest = 0.25F - t;
    sine_of_turn(&rest, cosine);
}

/* y, or the slope. */
static inline void sines_one(const struct float_sines *s, bool is_slope, const sines_lanes *x,
                             sines_lanes *y)
{
    const float rate = (float) (6.28318530717958647692 / s->period);
    const size_t first = s->pieces.degree - s->count + 1;
    sines_lanes sine, cosine, before, now, c;

    sines_polynomial(s, is_slope, x, y);
    sines_begin(s, x, &sine, &cosine);
    now = is_slope ? cosine : sine;
    before = ALL(is_slope ? 1.0F : 0.0F);
    for (size_t k = 0; k < s->count; k++) {
        const sines_lanes next = 2.0F * cosine * now - before;

        sines_choose(&s->pieces, first + k, x, &c);
        *y += is_slope ? c * now * (rate * (float) (k + 1)) : c * now;
        before = now;
        now = next;
    }
}

/* Up to SINES_LANES of X; what stands behind them is not read. */
static inline void sines_load(const float *x, size_t count, sines_lanes *v)
{
    *v = ALL(0.0F);
    if (count == SINES_LANES) {
        memcpy(v, x, sizeof *v);
    } else {
        memcpy(v, x, count * sizeof *x);
    }
}

static void sines(const struct float_sines *s, const float *x, float *y, size_t n)
{
    for (size_t at = 0; at < n; at += SINES_LANES) {
        const size_t count = n - at < SINES_LANES ? n - at : SINES_LANES;
        sines_lanes v, value;

        sines_load(x + at, count, &v);
        sines_one(s, false, &v, &value);
        memcpy(y + at, &value, count * sizeof *y);
    }
}

static void sines_gradient(const struct float_sines *s, const float *x, const float *dy, float *dx,
                           bool add, size_t n)
{
    for (size_t at = 0; at < n; at += SINES_LANES) {
        const size_t count = n - at < SINES_LANES ? n - at : SINES_LANES;
        sines_lanes v, slope, d, sum = ALL(0.0F);

        sines_load(x + at, count, &v);
        sines_one(s, true, &v, &slope);
        sines_load(dy + at, count, &d);
        if (add) {
            sines_load(dx + at, count, &sum);
        }
        sum += slope * d;
        memcpy(dx + at, &sum, count * sizeof *dx);
    }
}
