/* SPDX-License-Identifier: Apache-2.0 */
/* Lowers a network with made-up ranges. */
#include "check/trial_program.h"

#include "check/guessed_ranges.h"
#include "lower/lower.h"
#include "pass/pass.h"

/* Nothing has measured them yet; no power of two, which would cost less than others. */
static void give_constants(mpcf_graph *g)
{
    for (size_t i = 0; i < graph_count(g); i++) {
        mpcf_node *node = graph_node(g, i);

        if (node->is_measured && node->owner == MPCF_PUBLIC) {
            node->real = 0.3;
        }
    }
}

mpcf_status trial_program_make(const mpcf_graph *graph, const struct lower_options *options,
                               const struct secure_shape *shape, struct trial_program *out,
                               mpcf_error *err)
{
    struct trial_program t = {NULL, NULL};
    struct ranges *ranges = NULL;
    mpcf_status status = pass_all(graph, &t.graph, err);

    if (status == MPCF_OK) {
        give_constants(t.graph);
        status = guess_ranges(t.graph, &ranges, err);
    }
    if (status == MPCF_OK) {
        status = lower_graph(t.graph, ranges, options, shape->batch, shape->tokens, shape->exact,
                             &t.program, err);
    }
    ranges_destroy(ranges);
    if (status != MPCF_OK) {
        trial_program_clear(&t);
        return status;
    }
    *out = t;
    return MPCF_OK;
}

void trial_program_clear(struct trial_program *t)
{
    program_destroy(t->program);
    graph_destroy(t->graph);
    *t = (struct trial_program){NULL, NULL};
}
