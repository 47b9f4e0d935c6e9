/* SPDX-License-Identifier: Apache-2.0 */
/* Linears with their weights, and the parts that classifiers are made of. */
#include <stdio.h>

#include "encoder.h"
#include "encoder_weight.h"

#define FULL_SIZE 480

static mpcf_node *parameter(mpcf_graph *g, const char *name, const char *what, mpcf_shape shape,
                            mpcf_init init, double value)
{
    char full[FULL_SIZE];

    (void) snprintf(full, sizeof(full), "%s.%s", name, what);
    return mpcf_parameter(g, full, shape, init, value);
}

mpcf_node *encoder_weight(mpcf_graph *g, const char *name, const char *what, mpcf_shape shape)
{
    return parameter(g, name, what, shape, MPCF_INIT_REQUIRED, 0);
}

mpcf_node *encoder_linear(const struct encoder *e, mpcf_graph *g, const char *name, mpcf_node *x,
                          int64_t o, bool is_new)
{
    const mpcf_shape shape = mpcf_node_shape(x);
    const int64_t i = shape.rank > 0 ? shape.dim[shape.rank - 1] : 1;
    mpcf_node *weight = parameter(g, name, "weight", mpcf_shape_2(o, i),
                                  is_new ? MPCF_INIT_NORMAL : MPCF_INIT_REQUIRED, e->deviation);
    mpcf_node *bias = parameter(g, name, "bias", mpcf_shape_1(o),
                                is_new ? MPCF_INIT_CONSTANT : MPCF_INIT_REQUIRED, 0);

    return bias == NULL ? NULL : mpcf_linear(g, x, weight, bias);
}

mpcf_node *encoder_classifier_dropout(const struct encoder *e, mpcf_graph *g, mpcf_node *x)
{
    return e->classifier_dropout > 0 ? mpcf_dropout(g, x, e->classifier_dropout) : x;
}

mpcf_node *encoder_head_dense(const struct encoder *e, mpcf_graph *g, const char *name,
                              const char *scope, mpcf_node *x)
{
    mpcf_scope_counts_as(g, name, "classifier");
    mpcf_scope_counts_as(g, scope, "classifier");
    mpcf_scope(g, name);
    x = encoder_linear(e, g, name, x, e->hidden, true);
    mpcf_scope(g, scope);
    return x;
}

void encoder_logits(const struct encoder *e, mpcf_graph *g, const char *name, mpcf_node *x)
{
    mpcf_scope_counts_as(g, name, "classifier");
    mpcf_scope(g, name);
    x = encoder_classifier_dropout(e, g, x);
    x = mpcf_tap(g, "logits", encoder_linear(e, g, name, x, e->classes, true));
    mpcf_scope(g, NULL);
    mpcf_output(g, "logits", x);
}

void encoder_head_roberta(const struct encoder *e, mpcf_graph *g, mpcf_node *x)
{
    x = encoder_classifier_dropout(e, g, x);
    x = encoder_head_dense(e, g, "classifier.dense", "classifier", x);
    encoder_logits(e, g, "classifier.out_proj", mpcf_slot_apply(g, MPCF_SLOT_TANH, 0, x, NULL));
}
