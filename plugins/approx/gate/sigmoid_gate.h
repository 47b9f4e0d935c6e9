/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x sigmoid(rate x), which SiLU (rate 1) and quick GeLU (rate 1.702) are.
 */
#ifndef MPCF_PLUGINS_APPROX_SIGMOID_GATE_H
#define MPCF_PLUGINS_APPROX_SIGMOID_GATE_H

#include <mpcf/approx.h>

/* sigmoid(z) = (1 + tanh(z / 2)) / 2, so that the gate is half x (1 + tanh(rate / 2 x)). */
mpcf_node *sigmoid_gate_build(mpcf_graph *g, mpcf_node *x, double rate);
/* As forward() and backward() of an approximation. */
void sigmoid_gate_forward(const mpcf_rows *shape, const float *x, float *y, float rate);
void sigmoid_gate_backward(const mpcf_rows *shape, const float *x, const float *dy, float *dx,
                           float rate);

#endif
