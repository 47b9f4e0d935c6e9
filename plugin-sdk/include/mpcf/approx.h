/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/approx.h - a function that stands in for GeLU, softmax, tanh, layer norm.
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
    MPCF_SLOT_TANH = 3,       /* elementwise, in the pooler */
    MPCF_SLOT_LAYER_NORM = 4  /* each row of hidden values, before gain and bias */
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
 * LAYER_NORM: whole rows in the same way, COLS being the width of the hidden values; KEEP is NULL.
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
     * is 0 or 1, and masked columns of the result are 0. An entry of some heads gets these heads
     * alone. LAYER_NORM: X is [.., cols], KEEP is NULL, and the result is what gain and bias of the
     * checkpoint are then put on: (x - mean) / sqrt(variance + epsilon) is the exact one. Returns a
     * node of X's shape; NULL marks the graph failed. Called once for each layer of each graph (for
     * each part of the heads; for each of a layer's norms), and must make the same nodes each time.
     * mpcf_slot_layer() and the functions behind it say where it is. */
    mpcf_node *(*build)(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep);

    /*
     * The formula again as float kernels, for speed in training: both or neither. NULL uses the
     * graph and its gradients, and so does a formula with parameters of its own.
     * `mpcf-host plugin check` compares the two; a run does so on a few rows, and refuses kernels
     * that compute something else.
     *
     * Arrays have shape->rows * shape->cols floats, belong to the caller, are aligned as floats
     * are, and do not overlap. forward() writes all of Y. backward() gets X as it was, Y as
     * forward() wrote it, DY = dL/dy, and writes all of DX = dL/dx: it overwrites, the host adds
     * where gradients meet. Neither can fail or keeps a pointer.
     */
    void (*forward)(const void *config, const mpcf_rows *shape, const float *x, float *y);
    void (*backward)(const void *config, const mpcf_rows *shape, const float *x, const float *y,
                     const float *dy, float *dx);

    /* For lists and pages; each may be NULL. One line: "0.125 x^2 + 0.25 x + 0.5"; who published
     * it, and what those report or what is wrong with it. */
    const char *formula, *source;

    uint32_t flags; /* MPCF_APPROX_..; other bits are refused */
} mpcf_approx;

/* NORMALISER: kept columns of a row need not sum to 1; what `plugin check` else asks. */
#define MPCF_APPROX_ANY_ROW_SUM 1u

/*
 * Where the formula that is being built stands, for one that depends on it. Public facts, the same
 * for every role. Outside build(): 0, and HEAD itself.
 */
/* The layer, counted from 0; 0 for TANH and for the norm of the embedding. */
MPCF_EXPORT size_t mpcf_slot_layer(const mpcf_graph *g);
/* Which head of the layer the head HEAD of X (dimension 1) is, where an entry is of some heads alone. */
MPCF_EXPORT size_t mpcf_slot_head(const mpcf_graph *g, size_t head);
/* LAYER_NORM: what the checkpoint's config.json adds to the variance, 1e-12 for BERT. */
MPCF_EXPORT double mpcf_slot_epsilon(const mpcf_graph *g);

/* The descriptor and all it points to live as long as the plug-in. Refuses a name that
 * is taken, missing functions, and options whose default does not pass its own table. */
MPCF_EXPORT MPCF_MUST_CHECK mpcf_status mpcf_register_approx(mpcf_registry *registry,
                                                             const mpcf_approx *approx,
                                                             mpcf_error *err);

MPCF_END_DECLS
#endif
