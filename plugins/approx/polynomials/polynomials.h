/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Activations, and a tanh, as polynomials on pieces: one file an entry, each with its source.
 * README.md has the errors.
 */
#ifndef MPCF_POLYNOMIALS_H
#define MPCF_POLYNOMIALS_H

#include <mpcf/approx.h>

extern const mpcf_approx approx_puma_gelu;
extern const mpcf_approx approx_bolt_gelu;
extern const mpcf_approx approx_bolt_gelu_refit;
extern const mpcf_approx approx_gelu_o2;
extern const mpcf_approx approx_gelu_quad5;
extern const mpcf_approx approx_tanh_poly;

#endif
