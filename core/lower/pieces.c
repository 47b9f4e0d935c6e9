/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fits a function by polynomials on pieces, and evaluates them.
 */
#include "lower/pieces.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define NODES   (PIECE_DEGREE_MAX + 1)
#define GRID    64.0 /* cuts are multiples of 1 / GRID */
#define SAMPLES 40

struct fitted {
    fit_function *function;
    const void *context;
};

static double horner(const double *coef, size_t degree, double t)
{
    double y = coef[degree];

    for (size_t i = degree; i-- > 0;) {
        y = y * t + coef[i];
    }
    return y;
}

double pieces_at(const struct pieces *p, size_t piece, double x)
{
    return horner(p->coef[piece], p->degree, x - p->center[piece]);
}

/* cos(pi (2 i + 1) / (2 n)), for n up to 9. */
static double chebyshev_node(size_t i, size_t n)
{
    return cos(3.14159265358979323846 * (2 * (double) i + 1) / (2 * (double) n));
}

/* Newton's divided differences over nodes t, then into powers. */
static void interpolate(const double *t, double *y, size_t degree, double *coef)
{
    const size_t n = degree + 1;

    for (size_t k = 1; k < n; k++) {
        for (size_t i = n - 1; i >= k; i--) {
            y[i] = (y[i] - y[i - 1]) / (t[i] - t[i - k]);
        }
    }
    memset(coef, 0, n * sizeof(*coef));
    for (size_t k = n; k-- > 0;) { /* coef = coef (x - t[k]) + y[k] */
        for (size_t i = n - 1; i > 0; i--) {
            coef[i] = coef[i - 1] - t[k] * coef[i];
        }
        coef[0] = y[k] - t[k] * coef[0];
    }
}

static void fit_one(const struct fitted *f, double low, double high, size_t degree, double *center,
                    double *coef)
{
    double t[NODES], y[NODES];
    const double half = (high - low) / 2;

    assert(degree <= PIECE_DEGREE_MAX);
    *center = (low + high) / 2;
    for (size_t i = 0; i <= degree; i++) {
        t[i] = half * chebyshev_node(i, degree + 1);
        y[i] = f->function(f->context, *center + t[i]);
    }
    interpolate(t, y, degree, coef);
}

static double fit_error(const struct fitted *f, double low, double high, size_t degree)
{
    double center, coef[NODES], largest = 0;

    fit_one(f, low, high, degree, &center, coef);
    for (size_t i = 0; i <= SAMPLES; i++) {
        const double x = low + (high - low) * (double) i / SAMPLES;
        const double error = fabs(horner(coef, degree, x - center) - f->function(f->context, x));
        largest = error > largest ? error : largest;
    }
    return largest;
}

/* The furthest end of a piece from LOW on that keeps the tolerance. */
static double reach(const struct fitted *f, double low, double high, size_t degree,
                    double tolerance)
{
    double good = low, step = 1 / GRID;

    while (good + step <= high && fit_error(f, low, good + step, degree) <= tolerance) {
        good += step;
        step *= 2;
    }
    while (step >= 1 / GRID) {
        if (good + step <= high && fit_error(f, low, good + step, degree) <= tolerance) {
            good += step;
        }
        step /= 2;
    }
    return good < high && good + 1 / GRID > high && fit_error(f, low, high, degree) <= tolerance
               ? high
               : good;
}

static void add_piece(struct pieces *p, double center)
{
    p->center[p->cut_count] = center;
    memset(p->coef[p->cut_count], 0, sizeof(p->coef[0]));
}

bool append_fit(struct pieces *p, fit_function *function, const void *context, double low,
                double high, double tolerance)
{
    const struct fitted f = {function, context};

    while (low < high) {
        const double end = reach(&f, low, high, p->degree, tolerance);
        if (!(end > low) || p->cut_count + 1 > CUTS_MAX) {
            return false;
        }
        fit_one(&f, low, end, p->degree, &p->center[p->cut_count], p->coef[p->cut_count]);
        p->cuts[p->cut_count++] = end;
        low = end;
    }
    return true;
}

bool fit_pieces(fit_function *function, const void *context, double low, double high, double below,
                double above, size_t degree, double tolerance, struct pieces *out)
{
    memset(out, 0, sizeof(*out));
    out->degree = degree;
    add_piece(out, low);
    out->coef[0][0] = below;
    out->cuts[out->cut_count++] = low;
    if (!append_fit(out, function, context, low, high, tolerance)) {
        return false;
    }
    add_piece(out, high);
    out->coef[out->cut_count][0] = above;
    return true;
}

/* A cut takes some 20 bits an element, a degree about 60. */
size_t pieces_cost(const struct pieces *p)
{
    return 20 * p->cut_count + 60 * p->degree;
}

/* How far X in [low, high] gets from the centre of PIECE. */
static double reach_of(const struct pieces *p, size_t piece, double low, double high)
{
    const double from = piece == 0 ? fmin(low, p->cuts[0]) : p->cuts[piece - 1];
    const double to = piece == p->cut_count ? fmax(high, from) : p->cuts[piece];

    return fmax(fabs(from - p->center[piece]), fabs(to - p->center[piece]));
}

static double largest_term(const struct pieces *p, double low, double high)
{
    double largest = 0;

    for (size_t i = 0; i <= p->cut_count; i++) {
        double power = 1;

        for (size_t j = 0; j <= p->degree; j++) {
            largest = fmax(largest, fabs(p->coef[i][j]) * power);
            power *= reach_of(p, i, low, high);
        }
    }
    return largest;
}

void pieces_drop_dust(struct pieces *p, double low, double high)
{
    const double least = COEFFICIENT_DUST * largest_term(p, low, high);

    for (size_t i = 0; i <= p->cut_count; i++) {
        const double reach = fmax(reach_of(p, i, low, high), 1);
        double power = 1;

        for (size_t j = 0; j <= p->degree; j++) {
            p->coef[i][j] = fabs(p->coef[i][j]) * power < least ? 0 : p->coef[i][j];
            power *= reach;
        }
    }
}

void pieces_lower_degree(struct pieces *p)
{
    for (; p->degree > 0; p->degree--) {
        for (size_t i = 0; i <= p->cut_count; i++) {
            if (fabs(p->coef[i][p->degree]) > 0) {
                return;
            }
        }
    }
}

void shift_polynomial(const double *coef, size_t degree, double center, double *out)
{
    for (size_t i = 0; i <= degree; i++) {
        out[i] = coef[i];
    }
    for (size_t k = 0; k < degree; k++) { /* repeated synthetic division by x - center */
        for (size_t i = degree; i-- > k;) {
            out[i] += center * out[i + 1];
        }
    }
}

void pieces_drop_cuts(struct pieces *p, double low, double high)
{
    size_t first = 0, end = p->cut_count;

    while (first + 1 < end && p->cuts[first] < low) {
        first++;
    }
    while (end > first + 1 && p->cuts[end - 1] > high) {
        end--;
    }
    for (size_t i = first; i < end; i++) {
        p->cuts[i - first] = p->cuts[i];
    }
    for (size_t i = first; i <= end; i++) {
        p->center[i - first] = p->center[i];
        for (size_t j = 0; j <= p->degree; j++) {
            p->coef[i - first][j] = p->coef[i][j];
        }
    }
    p->cut_count = end - first;
}
