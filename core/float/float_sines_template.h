/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces of a polynomial plus sines, in blocks whose length the compiler knows: each coefficient is chosen for a
 * whole block, cut by cut, and multiples of an angle follow from two by sin((k + 1) a) = 2 cos(a) sin(k a) -
 * sin((k - 1) a). Included by float_kernel_template.h only.
 */
#define SINES_BLOCK   64
#define EACH_OF_BLOCK for (size_t i = 0; i < SINES_BLOCK; i++)

/* sin(2 pi v), |v| <= 1/4: Taylor's series to the 11th power, whose next term is 6e-8 at the ends. */
static inline float sine_of_turn(float v)
{
    const float a = 6.28318531F * v, s = a * a;
    float p = -2.50521084e-8F;

    p = p * s + 2.75573192e-6F;
    p = p * s - 0.000198412698F;
    p = p * s + 0.00833333333F;
    p = p * s - 0.166666667F;
    return a + a * s * p;
}

/* What is left of X / period without its whole turns, in [-1/2, 1/2]. Beyond the outer cuts, where there are no
 * sines, that of the cut: finite. */
static inline float turn_of(float x, float low, float high, float rate)
{
    const float shift = 12582912.0F; /* 1.5 2^23: x + shift - shift is round(x) */
    const float above = x < low ? low : x;
    const float t = (above > high ? high : above) * rate;

    return t - ((t + shift) - shift);
}

struct sines_block {
    float x[SINES_BLOCK], y[SINES_BLOCK];
    float now[SINES_BLOCK], before[SINES_BLOCK], twice[SINES_BLOCK]; /* of multiples of the angle */
    float chosen[SINES_BLOCK];                                       /* a coefficient */
};

static void sines_choose(const struct float_pieces *p, size_t k, struct sines_block *b)
{
    const size_t width = p->degree + 1;
    const float first = p->coef[k];

    EACH_OF_BLOCK
    {
        b->chosen[i] = first;
    }
    for (size_t row = 1; row <= p->cut_count; row++) {
        const float cut = p->cuts[row - 1], next = p->coef[row * width + k];

        EACH_OF_BLOCK
        {
            b->chosen[i] = b->x[i] >= cut ? next : b->chosen[i];
        }
    }
}

/* Sines of the angle, or its cosines, as NOW. */
static void sines_begin(const struct float_sines *s, bool is_cosine, struct sines_block *b)
{
    const float low = s->pieces.cuts[0], high = s->pieces.cuts[s->pieces.cut_count - 1];
    const float rate = (float) (1 / s->period);

    EACH_OF_BLOCK
    {
        const float r = turn_of(b->x[i], low, high, rate);
        const float t = fabsf(r), folded = 0.5F - t < t ? 0.5F - t : t;
        const float sine = sine_of_turn(copysignf(folded, r)), cosine = sine_of_turn(0.25F - t);

        b->twice[i] = 2.0F * cosine;
        b->now[i] = is_cosine ? cosine : sine;
        b->before[i] = is_cosine ? 1.0F : 0.0F;
    }
}

/* y += FACTOR of the term K chosen; on to the next multiple. */
static void sines_add(const struct float_sines *s, size_t k, float factor, struct sines_block *b)
{
    sines_choose(&s->pieces, s->pieces.degree - s->count + 1 + k, b);
    EACH_OF_BLOCK
    {
        const float next = b->twice[i] * b->now[i] - b->before[i];

        b->y[i] += factor * b->chosen[i] * b->now[i];
        b->before[i] = b->now[i];
        b->now[i] = next;
    }
}

/* y = y x + FACTOR of the coefficient K; IS_FIRST: without y, which nothing stands in. */
static void sines_horner(const struct float_pieces *p, size_t k, float factor, bool is_first,
                         struct sines_block *b)
{
    sines_choose(p, k, b);
    if (is_first) {
        EACH_OF_BLOCK
        {
            b->y[i] = factor * b->chosen[i];
        }
        return;
    }
    EACH_OF_BLOCK
    {
        b->y[i] = b->y[i] * b->x[i] + factor * b->chosen[i];
    }
}

/* y of the block's x, or the slope. */
static void sines_of_block(const struct float_sines *s, bool is_slope, struct sines_block *b)
{
    const size_t degree = s->pieces.degree - s->count;
    const float rate = (float) (6.28318530717958647692 / s->period);

    for (size_t k = degree + 1; k-- > (is_slope ? 1 : 0);) {
        sines_horner(&s->pieces, k, is_slope ? (float) k : 1.0F, k == degree, b);
    }
    if (is_slope && degree == 0) {
        memset(b->y, 0, sizeof b->y);
    }
    sines_begin(s, is_slope, b);
    for (size_t k = 0; k < s->count; k++) {
        sines_add(s, k, is_slope ? rate * (float) (k + 1) : 1.0F, b);
    }
}

static void sines(const struct float_sines *s, const float *x, float *y, size_t n)
{
    struct sines_block b;

    memset(&b, 0, sizeof b);

    for (size_t at = 0; at < n; at += SINES_BLOCK) {
        const size_t count = n - at < SINES_BLOCK ? n - at : SINES_BLOCK;

        memcpy(b.x, x + at, count * sizeof *x);
        sines_of_block(s, false, &b);
        memcpy(y + at, b.y, count * sizeof *y);
    }
}

static void sines_gradient(const struct float_sines *s, const float *x, const float *dy, float *dx,
                           bool add, size_t n)
{
    struct sines_block b;

    memset(&b, 0, sizeof b);

    for (size_t at = 0; at < n; at += SINES_BLOCK) {
        const size_t count = n - at < SINES_BLOCK ? n - at : SINES_BLOCK;

        memcpy(b.x, x + at, count * sizeof *x);
        sines_of_block(s, true, &b);
        for (size_t i = 0; i < count; i++) {
            dx[at + i] = (add ? dx[at + i] : 0.0F) + b.y[i] * dy[at + i];
        }
    }
}
