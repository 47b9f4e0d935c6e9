/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weights that a checkpoint must have.
 */
#ifndef MPCF_PLUGINS_MODELS_ENCODER_WEIGHT_H
#define MPCF_PLUGINS_MODELS_ENCODER_WEIGHT_H

#include <mpcf/graph.h>

/* NAME.WHAT: "bert.encoder.layer.0.output.LayerNorm", "bias". */
mpcf_node *encoder_weight(mpcf_graph *g, const char *name, const char *what, mpcf_shape shape);

#endif
