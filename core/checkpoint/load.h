/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A graph's parameters from a checkpoint.
 */
#ifndef MPCF_CHECKPOINT_LOAD_H
#define MPCF_CHECKPOINT_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "checkpoint/checkpoint.h"
#include "graph/parameters.h"

/* Weights that may start new: parameters whose init is not MPCF_INIT_REQUIRED, which are a network's head. */
enum new_weights {
    NEW_REFUSED, /* what is missing is an error that names it */
    NEW_MISSING, /* what is missing keeps its value */
    NEW_ANY      /* and so does what has another shape in the file */
};

struct load_request {
    const char *prefix; /* "bert.": may be missing in the file's names; NULL: none */
    enum new_weights new_weights;
};

/* What started new. */
struct load_outcome {
    size_t count;
    struct text_buffer names; /* ", " between; text_clear() */
};

/*
 * Fills PARAMETERS of graph G by name: F32, F16, BF16, F64, and F8 with its scale, to float; old names
 * gamma/beta stand for LayerNorm's weight/bias. MPCF_E_SHAPE, MPCF_E_FORMAT with name, found, expected:
 * wrong shapes, missing names, a name that two shards have, elements that are NaN or infinite.
 * Where PARAMETERS are an outline, the same is looked at, a tensor at a time, and nothing is kept.
 * Tensors that G has no use for are passed over, of whatever type they are. OUTCOME may be NULL.
 */
mpcf_status checkpoint_load(const struct checkpoint *c, const mpcf_graph *g,
                            const struct load_request *request, struct parameters *parameters,
                            struct load_outcome *outcome, mpcf_error *err);

#endif
