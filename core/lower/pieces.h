/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Piecewise polynomials: what comparisons and products evaluate in a secure run.
 */
#ifndef MPCF_LOWER_PIECES_H
#define MPCF_LOWER_PIECES_H

#include <stdbool.h>
#include <stddef.h>

#define CUTS_MAX         48
#define PIECE_DEGREE_MAX 8

/* A term below this share of the largest one cannot be told from 0 in fixed point: what a fit in doubles
 * leaves where a coefficient is none. */
#define COEFFICIENT_DUST 0x1p-40

/* Piece i, from cuts[i-1] (inclusive) to cuts[i], is the polynomial of x - center[i] with
 * coefficients coef[i][0 .. degree]. Pieces 0 and cut_count reach to infinity. */
struct pieces {
    size_t cut_count, degree;
    double cuts[CUTS_MAX];
    double center[CUTS_MAX + 1];
    double coef[CUTS_MAX + 1][PIECE_DEGREE_MAX + 1];
};

double pieces_at(const struct pieces *p, size_t piece, double x);

/* What is fitted: of X, and of CONTEXT. */
typedef double fit_function(const void *context, double x);

/* Appends pieces that fit FUNCTION from LOW, where the last piece ends, to HIGH, each with a cut at its
 * end: as fit_pieces() does. P's degree is that of the pieces. */
bool append_fit(struct pieces *p, fit_function *function, const void *context, double low,
                double high, double tolerance);
/*
 * Fits FUNCTION on [low, high] by polynomials of DEGREE on as few pieces as keep the error below
 * TOLERANCE: each reaches as far to the right as it can, in steps of 1/64. Interpolation at
 * Chebyshev nodes, so that the error is near the best. Below LOW the result is BELOW, from HIGH on
 * ABOVE. False where CUTS_MAX pieces do not do. The same on every machine but for the last bits
 * of FUNCTION, which rounding to fixed point takes away.
 */
bool fit_pieces(fit_function *function, const void *context, double low, double high, double below,
                double above, size_t degree, double tolerance, struct pieces *out);
/* What P costs, in bits an element that both parties send: which degree is the best. */
size_t pieces_cost(const struct pieces *p);
/* Cuts outside [low, high] would never be passed: their pieces go, but for one cut. */
void pieces_drop_cuts(struct pieces *p, double low, double high);
/* Makes coefficients 0 whose terms are dust where x is in [low, high]. */
void pieces_drop_dust(struct pieces *p, double low, double high);
/* The degree without highest coefficients that are 0 in all pieces. */
void pieces_lower_degree(struct pieces *p);
/* Coefficients of the same polynomial in x - CENTER. */
void shift_polynomial(const double *coef, size_t degree, double center, double *out);

#endif
