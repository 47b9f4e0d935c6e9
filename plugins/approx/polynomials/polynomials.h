/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Activations, and a tanh, as polynomials on pieces: one file an entry, each with its source.
 * README.md has the errors.
 */
#ifndef MPCF_POLYNOMIALS_H
#define MPCF_POLYNOMIALS_H

#include <stdbool.h>

#include <mpcf/approx.h>

/* mpcf_piecewise(), or with TRAINED the same with what is trained added to its inner pieces. */
mpcf_node *on_pieces(mpcf_graph *g, mpcf_node *x, const double *cuts, size_t cut_count,
                     const double *coef, size_t degree, bool trained);

#define TRAINED_OPTION(config)                                                                     \
    {                                                                                              \
        .key = "trained", .type = MPCF_OPT_BOOL, .default_text = "false",                          \
        .offset = offsetof(config, trained),                                                       \
        .help = "coefficients between the outer cuts are trained, from these on"                   \
    }

extern const mpcf_approx approx_puma_gelu;
extern const mpcf_approx approx_bolt_gelu;
extern const mpcf_approx approx_bolt_gelu_refit;
extern const mpcf_approx approx_gelu_o2;
extern const mpcf_approx approx_gelu_quad5;
extern const mpcf_approx approx_nimbus;
extern const mpcf_approx approx_tanh_poly;

#endif
