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

/* The most elements that one call of an elementwise kernel gets. */
#define MPCF_PIECE_MAX 8192

/*
 * What one call of a fused kernel works on: ROWS rows of COLS floats, one behind the other, so
 * that element c of row r is at [r * cols + c]. No size is 0.
 *
 * NORMALISER: whole rows of one matrix of scores, COLS being its padded tokens: several rows with
 * at most MPCF_PIECE_MAX elements together, or one row of any length. KEEP[r * cols + c] is 1 for
 * a column that counts, 0 for padding; whatever stands in the padding of X and DY must not reach
 * the result.
 *
 * Other slots: the tensor's elements without its shape. ROWS is 1, COLS any number from 1 to
 * MPCF_PIECE_MAX, KEEP is NULL.
 */
typedef struct mpcf_rows {
    size_t rows, cols;
    const float *keep;
} mpcf_rows;

/*
 * CONFIG, of all functions, is the struct of config_size bytes that the host has filled from
 * OPTIONS; the host owns it, and it outlives every graph that build() made. Functions are called
 * from many threads at once, so they have no state but that.
 */
typedef struct mpcf_approx {
    size_t struct_size; /* sizeof(mpcf_approx) */
    const char *name;   /* as in the pipeline file: "quad" */
    const char *summary;
    mpcf_slot slot;
    const mpcf_option *options; /* ends with an all-zero entry; may be NULL */
    size_t option_size;         /* sizeof(mpcf_option): the host steps by it, so that
                                   an option can gain fields */
    size_t config_size;         /* bytes of the struct OPTIONS points into */

    /* Where `mpcf-host plugin check` draws its inputs; low below high. Ranges of a real run are
     * measured. */
    double input_low, input_high;

    /* The formula. ACTIVATION, TANH: X of any shape, KEEP is NULL. NORMALISER: X is
     * [.., rows, cols] (in an encoder [B, heads, T, T]), KEEP broadcasts to it ([B, 1, 1, T]) and
     * is 0 or 1, and masked columns of the result are 0. Returns a node of X's shape; NULL marks
     * the graph failed. Called once for each layer of each graph, and must make the same nodes
     * each time. */
    mpcf_node *(*build)(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep);

    /*
     * The formula again as float kernels, for speed in training: both or neither. NULL uses the
     * graph and its gradients, and so does a formula with parameters of its own.
     * `mpcf-host plugin check` compares the two.
     *
     * Arrays have shape->rows * shape->cols floats, belong to the caller, are aligned as floats
     * are, and do not overlap. forward() writes all of Y. backward() gets X as it was, Y as
     * forward() wrote it, DY = dL/dy, and writes all of DX = dL/dx: it overwrites, the host adds
     * where gradients meet. Neither can fail or keeps a pointer.
     */
    void (*forward)(const void *config, const mpcf_rows *shape, const float *x, float *y);
    void (*backward)(const void *config, const mpcf_rows *shape, const float *x, const float *y,
                     const float *dy, float *dx);

    uint32_t flags; /* MPCF_APPROX_.. */
} mpcf_approx;

/* NORMALISER: kept columns of a row need not sum to 1; what `plugin check` else asks. */
#define MPCF_APPROX_ANY_ROW_SUM 1u

/* The descriptor and all it points to live as long as the plug-in. Refuses a name that
 * is taken, missing functions, and options whose default does not pass its own table. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_register_approx(mpcf_registry *registry,
                                                             const mpcf_approx *approx,
                                                             mpcf_error *err);

MPCF_END_DECLS
#endif
