/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A graph's parameters from a checkpoint.
 */
#ifndef MPCF_CHECKPOINT_LOAD_H
#define MPCF_CHECKPOINT_LOAD_H

#include <stddef.h>

#include "checkpoint/checkpoint.h"
#include "graph/parameters.h"

/*
 * Fills PARAMETERS of graph G by name: F32, F16, BF16, F64 to float. PREFIX ("bert.") may be
 * missing in the file's names; old names gamma/beta stand for LayerNorm's weight/bias. A parameter
 * whose init is not MPCF_INIT_REQUIRED may be absent (it keeps its value; counted in *MADE).
 * Wrong shapes and missing names: MPCF_E_SHAPE, MPCF_E_FORMAT with name, found, expected; so are
 * elements that are NaN or infinite. Tensors that G has no use for are passed over. MADE may be NULL.
 */
mpcf_status checkpoint_load(const struct checkpoint *c, const mpcf_graph *g, const char *prefix,
                            struct parameters *parameters, size_t *made, mpcf_error *err);

#endif
