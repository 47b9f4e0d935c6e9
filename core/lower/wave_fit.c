/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fits cosines or sines by least squares on Chebyshev's nodes, which keeps the largest error near the least.
 */
#include "lower/wave_fit.h"

#include <math.h>

#include "lower/magnitude.h"

#define PI      3.14159265358979323846
#define SAMPLES 160
#define COLUMNS (WAVES_MAX + 1)

/* Wave J at X. */
static double wave_at(const struct wave_fit *w, size_t j, double x)
{
    const double h = (double) (w->first + (int64_t) j * w->distance);
    const double angle = 2 * PI * h * ldexp(x, -w->turn);

    return w->is_odd ? sin(angle) : cos(angle);
}

static double fit_at(const struct wave_fit *w, double x)
{
    double y = w->constant;

    for (size_t j = 0; j < w->count; j++) {
        y += w->factor[j] * wave_at(w, j, x);
    }
    return y;
}

double wave_fit_largest(const struct wave_fit *w)
{
    double largest = fabs(w->constant);

    for (size_t j = 0; j < w->count; j++) {
        largest += fabs(w->factor[j]);
    }
    return largest;
}

struct least_squares {
    double column[COLUMNS][SAMPLES], r[COLUMNS][COLUMNS], y[SAMPLES], rest[COLUMNS];
};

static double dot(const double *a, const double *b)
{
    double sum = 0;

    for (size_t i = 0; i < SAMPLES; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

/* Y less its part along A; returns how much that was. */
static double take_part(double *y, const double *a)
{
    const double part = dot(y, a);

    for (size_t i = 0; i < SAMPLES; i++) {
        y[i] -= part * a[i];
    }
    return part;
}

/* Gram and Schmidt, twice: columns of slow cosines are nearly alike. */
static bool add_column(struct least_squares *q, size_t k)
{
    for (size_t j = 0; j < k; j++) {
        q->r[j][k] = take_part(q->column[k], q->column[j]);
    }
    for (size_t j = 0; j < k; j++) {
        q->r[j][k] += take_part(q->column[k], q->column[j]);
    }
    q->r[k][k] = sqrt(dot(q->column[k], q->column[k]));
    if (q->r[k][k] < 1e-9) {
        return false;
    }
    for (size_t i = 0; i < SAMPLES; i++) {
        q->column[k][i] /= q->r[k][k];
    }
    q->rest[k] = take_part(q->y, q->column[k]);
    return true;
}

static double sample(double reach, size_t i)
{
    return reach / 2 * (1 - cos(PI * (double) i / (SAMPLES - 1)));
}

/* W's coefficients, W->count of them. */
static bool solve(struct wave_fit *w, fit_function *function, const void *context, double reach)
{
    const size_t columns = w->count + (w->is_odd ? 0 : 1); /* the constant last */
    struct least_squares q;
    double x[COLUMNS];

    for (size_t i = 0; i < SAMPLES; i++) {
        const double at = sample(reach, i);
        q.y[i] = function(context, at);
        for (size_t j = 0; j < columns; j++) {
            q.column[j][i] = j < w->count ? wave_at(w, j, at) : 1;
        }
    }
    for (size_t k = 0; k < columns; k++) {
        if (!add_column(&q, k)) {
            return false;
        }
    }
    for (size_t k = columns; k-- > 0;) {
        x[k] = q.rest[k];
        for (size_t j = k + 1; j < columns; j++) {
            x[k] -= q.r[k][j] * x[j];
        }
        x[k] /= q.r[k][k];
    }
    w->constant = w->is_odd ? 0 : x[w->count];
    for (size_t j = 0; j < w->count; j++) {
        w->factor[j] = x[j];
    }
    return true;
}

static double error_of(const struct wave_fit *w, fit_function *function, const void *context,
                       double reach)
{
    double largest = 0;

    for (size_t i = 0; i <= 4 * (size_t) SAMPLES; i++) {
        const double x = reach * (double) i / (4 * SAMPLES);
        largest = fmax(largest, fabs(fit_at(w, x) - function(context, x)));
    }
    return largest;
}

enum {
    FINE = 4
}; /* a turn is 2^FINE to 2^(FINE + 1) times the reach, for distances to choose from */

/* The best of COUNT waves. */
static double best_of(size_t count, fit_function *function, const void *context, bool is_odd,
                      double reach, struct wave_fit *out)
{
    const int turn = log2_up(reach) + FINE;
    double best = INFINITY;

    for (int64_t distance = 2; ldexp(1, turn) >= 1.7 * reach * (double) distance; distance++) {
        if (ldexp(1, turn) > 2.6 * reach * (double) distance) {
            continue;
        }
        for (int64_t odd = 0; odd <= distance % 2; odd++) {
            struct wave_fit w = {.is_odd = is_odd, .count = count, .turn = turn};
            w.first = distance / 2 + odd;
            w.distance = distance;
            if (!solve(&w, function, context, reach)) {
                continue;
            }
            const double error = error_of(&w, function, context, reach);
            if (error < best) {
                best = error;
                *out = w;
            }
        }
    }
    return best;
}

bool fit_waves(fit_function *function, const void *context, bool is_odd, double reach,
               double tolerance, struct wave_fit *out)
{
    for (size_t count = 2; count <= WAVES_MAX; count++) {
        if (best_of(count, function, context, is_odd, reach, out) < tolerance) {
            return true;
        }
    }
    return false;
}
