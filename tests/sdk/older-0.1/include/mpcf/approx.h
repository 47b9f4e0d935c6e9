/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/approx.h - a function that stands in for GeLU, softmax, tanh.
 */
#ifndef MPCF_APPROX_H
#define MPCF_APPROX_H

#include <stddef.h>

#include <mpcf/graph.h>
#include <mpcf/option.h>
#include <mpcf/plugin.h>

MPCF_BEGIN_DECLS

typedef enum mpcf_slot {
    MPCF_SLOT_ACTIVATION = 1, /* elementwise, in the feed-forward block */
    MPCF_SLOT_NORMALISER = 2, /* each row of scores to weights; stands in for softmax */
    MPCF_SLOT_TANH = 3        /* elementwise, in the pooler */
} mpcf_slot;

/* ROWS rows of COLS numbers; KEEP[r * COLS + c] is 0 or 1, NULL outside NORMALISER. */
typedef struct mpcf_rows {
    size_t rows, cols;
    const float *keep;
} mpcf_rows;

typedef struct mpcf_approx {
    size_t struct_size; /* sizeof(mpcf_approx) */
    const char *name;   /* as in the pipeline file: "quad" */
    const char *summary;
    mpcf_slot slot;
    const mpcf_option *options; /* ends with an all-zero entry; may be NULL */
    size_t option_size;         /* sizeof(mpcf_option): the host steps by it, so that
                                   an option can gain fields */
    size_t config_size;         /* bytes of the struct OPTIONS points into */

    /* Where the conformance suite draws its inputs. Ranges of a real run are measured. */
    double input_low, input_high;

    /* The formula. X is [.., rows, cols]; KEEP, for NORMALISER, is the mask over the
     * columns, and masked columns of the result are 0 (NULL in other slots). Returns a
     * node of X's shape. */
    mpcf_node *(*build)(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep);

    /* Optional fused float kernels; NULL uses the graph and its gradients. The
     * conformance suite compares them with it. */
    void (*forward)(const void *config, const mpcf_rows *shape, const float *x, float *y);
    void (*backward)(const void *config, const mpcf_rows *shape, const float *x, const float *y,
                     const float *dy, float *dx);
} mpcf_approx;

/* The descriptor and all it points to live as long as the plug-in. Refuses a name that
 * is taken, missing functions, and options whose default does not pass its own table. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_register_approx(mpcf_registry *registry,
                                                             const mpcf_approx *approx,
                                                             mpcf_error *err);

MPCF_END_DECLS
#endif
