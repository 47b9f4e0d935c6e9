/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rewrites there are, and in what order.
 */
#include "pass/pass.h"

#include "graph/finish.h"
#include "pass/by_heads.h"
#include "pass/complete_square.h"
#include "pass/drop_training.h"
#include "pass/fold_norm.h"
#include "pass/fold_scale.h"
#include "pass/fuse_linears.h"
#include "pass/open_layer_norm.h"
#include "pass/row_scaling.h"
#include "pass/token_rows.h"

static rewrite_rule *const rules[] = {
    rule_drop_training, rule_complete_square, rule_open_layer_norm,
    rule_fold_scale,    rule_fuse_linears,    rule_fold_norm,
    rule_by_heads,      rule_row_scaling,     NULL /* drop what is dead */,
};

/* The order of nodes decides in which Q, K and V are joined, and must not be the builder's. */
static mpcf_status in_order(const mpcf_graph *g, mpcf_graph **out, mpcf_error *err)
{
    mpcf_graph *copy = NULL;

    MPCF_TRY(rewrite_graph(g, NULL, &copy, err));
    mpcf_status status = graph_finish(copy, err);
    if (status == MPCF_OK) {
        status = pass_token_rows(copy, out, err);
    }
    graph_destroy(copy);
    return status;
}

mpcf_status pass_all(const mpcf_graph *g, mpcf_graph **out, mpcf_error *err)
{
    mpcf_graph *made = NULL; /* the last result; the caller's graph stays */

    MPCF_TRY(in_order(g, &made, err));
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        mpcf_graph *next = NULL;
        mpcf_status status = rewrite_graph(made, rules[i], &next, err);
        graph_destroy(made);
        if (status != MPCF_OK) {
            return status;
        }
        made = next;
    }
    *out = made;
    return MPCF_OK;
}
