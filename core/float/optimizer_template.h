/* SPDX-License-Identifier: Apache-2.0 */
/* The loops of optimizer.h, compiled once for each CPU level under the names of OPTIMIZER_NAME. */

static void OPTIMIZER_NAME(adamw)(const struct adamw_step *s, float *restrict value,
                                  float *restrict first, float *restrict second,
                                  float *restrict gradient, size_t n)
{
    const struct adamw_step c = *s;

    for (size_t i = 0; i < n; i++) {
        float g = gradient[i] * c.gradient_scale;
        float m = c.beta1 * first[i] + (1 - c.beta1) * g;
        float v = c.beta2 * second[i] + (1 - c.beta2) * g * g;

        first[i] = m;
        second[i] = v;
        value[i] = value[i] * c.decay - c.rate * m / (sqrtf(v) * c.root_scale + c.epsilon);
        gradient[i] = 0;
    }
}

/* Eight sums side by side, so that the loop is wide without reordering floats. */
static double OPTIMIZER_NAME(square_sum)(const float *x, size_t n)
{
    double sums[8] = {0}, rest = 0;
    size_t whole = n / 8 * 8;

    for (size_t i = 0; i < whole; i += 8) {
        for (size_t j = 0; j < 8; j++) {
            sums[j] += (double) x[i + j] * (double) x[i + j];
        }
    }
    for (size_t i = whole; i < n; i++) {
        rest += (double) x[i] * (double) x[i];
    }
    for (size_t j = 0; j < 8; j++) {
        rest += sums[j];
    }
    return rest;
}

static double OPTIMIZER_NAME(difference)(const float *restrict a, const float *restrict b,
                                         float *restrict seed, float scale, size_t n)
{
    double sums[8] = {0}, rest = 0;
    size_t whole = n / 8 * 8;

    for (size_t i = 0; i < whole; i += 8) {
        for (size_t j = 0; j < 8; j++) {
            float d = a[i + j] - b[i + j];

            seed[i + j] += scale * d;
            sums[j] += (double) d * (double) d;
        }
    }
    for (size_t i = whole; i < n; i++) {
        float d = a[i] - b[i];

        seed[i] += scale * d;
        rest += (double) d * (double) d;
    }
    for (size_t j = 0; j < 8; j++) {
        rest += sums[j];
    }
    return rest;
}

const struct optimizer_kernel OPTIMIZER_NAME(kernel) = {
    OPTIMIZER_NAME(adamw), OPTIMIZER_NAME(square_sum), OPTIMIZER_NAME(difference)};
