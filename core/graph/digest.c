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
    for (size_t i = 0; node->heads != NULL && i < node->in_count; i++) {
        char heads[HEAD_SET_TEXT_SIZE];

        text_printf(text, " heads %s", head_set_text(&node->heads[i], heads));
    }
    if (node->label != NULL) {
        text_printf(text, " label %s", node->label);
    }
    if (node->is_measured) {
        text_append(text, node->is_frozen ? " measured" : " fitted");
    }
    if (node->approx != NULL) {
        text_printf(text, " approximation %s", node->approx->name);
    }
    text_append(text, "\n");
}

bool graph_digest(const mpcf_graph *g, char *text)
{
    struct text_buffer all = {0};
    struct digest *digest = NULL;
    bool is_told = false;

    for (size_t i = 0; i < g->count; i++) {
        describe_node(&all, g->nodes[i]);
    }
    for (size_t i = 0; i < g->output_count; i++) {
        text_printf(&all, "output %s %zu\n", g->outputs[i].name, g->outputs[i].node->id);
    }
    digest = all.failed ? NULL : digest_begin();
    is_told = digest != NULL;
    if (is_told) {
        digest_add(digest, all.data, all.length);
        digest_end(digest, text);
    }
    text_clear(&all);
    return is_told;
}
