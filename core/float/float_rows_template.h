/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums over rows and columns. Sixteen running sums side by side, so that every processor level
 * adds in the same order. Included by float_kernel_template.h only.
 */
#define LANES 16
typedef float lanes __attribute__((vector_size(64)));
typedef float lanes_unaligned __attribute__((vector_size(64), aligned(4), may_alias));

#define LOAD(p)     (*(const lanes_unaligned *) (p))
#define STORE(p, v) (*(lanes_unaligned *) (p) = (v))

static inline float lanes_sum(const lanes *v)
{
    float part[LANES];

    memcpy(part, v, sizeof(part));
    for (size_t width = LANES / 2; width > 0; width /= 2) {
        for (size_t j = 0; j < width; j++) {
            part[j] += part[j + width];
        }
    }
    return part[0];
}

static float sum(const float *x, size_t n)
{
    const size_t whole = n / LANES * LANES;
    lanes acc = {0};
    float rest = 0;

    for (size_t i = 0; i < whole; i += LANES) {
        acc += LOAD(x + i);
    }
    for (size_t i = whole; i < n; i++) {
        rest += x[i];
    }
    return lanes_sum(&acc) + rest;
}

static float dot(const float *a, const float *b, size_t n)
{
    const size_t whole = n / LANES * LANES;
    lanes acc = {0};
    float rest = 0;

    for (size_t i = 0; i < whole; i += LANES) {
        acc += LOAD(a + i) * LOAD(b + i);
    }
    for (size_t i = whole; i < n; i++) {
        rest += a[i] * b[i];
    }
    return lanes_sum(&acc) + rest;
}

static float max_kept(const float *x, const float *keep, size_t n)
{
    float largest = -INFINITY;

    for (size_t i = 0; i < n; i++) {
        const float candidate = keep[i] != 0.0F ? x[i] : -INFINITY;

        largest = candidate > largest ? candidate : largest;
    }
    return largest == -INFINITY ? 0.0F : largest;
}

static void column_sums(const float *x, size_t rows, size_t cols, size_t stride, float *y)
{
    const size_t whole = cols / LANES * LANES;

    for (size_t c = 0; c < whole; c += LANES) {
        lanes acc = LOAD(y + c);

        for (size_t r = 0; r < rows; r++) {
            acc += LOAD(x + r * stride + c);
        }
        STORE(y + c, acc);
    }
    for (size_t c = whole; c < cols; c++) {
        for (size_t r = 0; r < rows; r++) {
            y[c] += x[r * stride + c];
        }
    }
}

/* Sum of (x - mean)^2. */
static float square_deviation(const float *x, float mean, size_t n)
{
    const size_t whole = n / LANES * LANES;
    lanes acc = {0};
    float rest = 0;

    for (size_t i = 0; i < whole; i += LANES) {
        const lanes d = LOAD(x + i) - mean;

        acc += d * d;
    }
    for (size_t i = whole; i < n; i++) {
        rest += (x[i] - mean) * (x[i] - mean);
    }
    return lanes_sum(&acc) + rest;
}

static void layer_norm(const float *x, const float *gamma, const float *beta, float epsilon,
                       size_t rows, size_t cols, float *y, float *saved)
{
    const size_t n = cols;

    for (size_t r = 0; r < rows; r++, x += cols, y += cols) {
        const float mean = sum(x, cols) / (float) cols;
        const float variance = square_deviation(x, mean, cols) / (float) cols;
        const float inverse = 1.0F / sqrtf(variance + epsilon);

        saved[2 * r] = mean;
        saved[2 * r + 1] = inverse;
        EACH
        {
            y[i] = (x[i] - mean) * inverse * gamma[i] + beta[i];
        }
    }
}

/* With g = gamma dy: dx = inverse (g - mean(g) - xhat mean(g xhat)). */
static void layer_norm_gradient(const float *x, const float *gamma, const float *saved,
                                const float *dy, size_t rows, size_t cols, float *dx, bool add)
{
    const size_t whole = cols / LANES * LANES;
    const size_t n = cols;

    for (size_t r = 0; r < rows; r++, x += cols, dy += cols, dx += cols) {
        const float mean = saved[2 * r];
        const float inverse = saved[2 * r + 1];
        lanes sums = {0};
        lanes products = {0};
        float g_sum = 0;
        float g_product = 0;

        for (size_t c = 0; c < whole; c += LANES) {
            const lanes g = LOAD(dy + c) * LOAD(gamma + c);

            sums += g;
            products += g * (LOAD(x + c) - mean);
        }
        for (size_t c = whole; c < cols; c++) {
            const float g = dy[c] * gamma[c];

            g_sum += g;
            g_product += g * (x[c] - mean);
        }
        g_sum = (g_sum + lanes_sum(&sums)) / (float) cols;
        g_product = (g_product + lanes_sum(&products)) / (float) cols * inverse * inverse;
        EACH_TO(dx, inverse * (dy[i] * gamma[i] - g_sum - (x[i] - mean) * g_product))
    }
}

static void layer_norm_columns(const float *x, const float *saved, const float *dy, size_t rows,
                               size_t cols, size_t stride, float *dgamma, float *dbeta)
{
    const size_t whole = cols / LANES * LANES;

    for (size_t c = 0; c < whole; c += LANES) {
        lanes slope = LOAD(dgamma + c);
        lanes offset = LOAD(dbeta + c);

        for (size_t r = 0; r < rows; r++) {
            const lanes d = LOAD(dy + r * stride + c);

            offset += d;
            slope += d * ((LOAD(x + r * stride + c) - saved[2 * r]) * saved[2 * r + 1]);
        }
        STORE(dgamma + c, slope);
        STORE(dbeta + c, offset);
    }
    for (size_t c = whole; c < cols; c++) {
        for (size_t r = 0; r < rows; r++) {
            const float d = dy[r * stride + c];

            dbeta[c] += d;
            dgamma[c] += d * (x[r * stride + c] - saved[2 * r]) * saved[2 * r + 1];
        }
    }
}
