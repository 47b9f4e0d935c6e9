/* SPDX-License-Identifier: Apache-2.0 */
/* The digest of a graph: what is in it, in the order of its nodes. */
#include "graph/digest.h"

#include <inttypes.h>

#include "base/digest.h"
#include "base/text.h"
#include "graph/graph_inside.h"

static void describe_numbers(struct text_buffer *text, const char *what, const double *values,
                             size_t count)
{
    for (size_t i = 0; values != NULL && i < count; i++) {
        text_printf(text, " %s %a", what, values[i]);
    }
}

static void describe_node(struct text_buffer *text, const mpcf_node *node)
{
    text_printf(text, "%zu %s", node->id, op_name(node->kind));
    for (int32_t i = 0; i < node->shape.rank; i++) {
        text_printf(text, " %" PRId64, node->shape.dim[i]);
    }
    for (size_t i = 0; i < node->in_count; i++) {
        text_printf(text, " in %" PRId64,
                    node->in[i] == NULL ? INT64_C(-1) : (int64_t) node->in[i]->id);
    }
    text_printf(text, " owner %d real %a first %" PRId64 " count %" PRId64 " transposed %d",
                (int) node->owner, node->real, node->first, node->count, (int) node->transposed);
    describe_numbers(text, "coef", node->coef, (node->cut_count + 1) * (node->degree + 1));
    describe_numbers(text, "cut", node->cuts, node->cut_count);
    if (node->label != NULL) {
        text_printf(text, " label %s", node->label);
    }
    if (node->approx != NULL) {
        text_printf(text, " approximation %s", node->approx->name);
    }
    text_append(text, "\n");
}

void graph_digest(const mpcf_graph *g, char *text)
{
    struct digest *digest = digest_begin();
    struct text_buffer line = {0};

    for (size_t i = 0; i < g->count; i++) {
        text_clear(&line);
        describe_node(&line, g->nodes[i]);
        digest_add(digest, line.data, line.length);
    }
    for (size_t i = 0; i < g->output_count; i++) {
        text_clear(&line);
        text_printf(&line, "output %s %zu\n", g->outputs[i].name, g->outputs[i].node->id);
        digest_add(digest, line.data, line.length);
    }
    digest_end(digest, text);
    text_clear(&line);
}
