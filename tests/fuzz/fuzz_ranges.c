/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ranges.json of a provider: what is taken is sorted, and any ranges at all either make a program
 * or are refused. The numbers go to the nodes of a small network in their order,
 * as names of nodes would hardly be hit upon.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"
#include "graph/build.h"
#include "lower/lower.h"
#include "pass/pass.h"
#include "pass/ranges.h"

enum { WIDTH = 4, LARGEST_FILE = 65536 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static mpcf_graph *network; /* after passes */

static mpcf_node *weight(mpcf_graph *g, const char *name, mpcf_shape shape)
{
    return mpcf_parameter(g, name, shape, MPCF_INIT_REQUIRED, 0);
}

/* One step of each kind that a range decides about. */
static mpcf_graph *build(void)
{
    mpcf_graph *g = graph_create(), *passed = NULL;
    mpcf_node *ids =
        mpcf_input(g, "input_ids", mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *x = mpcf_embedding(g, weight(g, "word", mpcf_shape_2(8, WIDTH)), ids);
    mpcf_node *gain = weight(g, "gain", mpcf_shape_1(WIDTH));
    mpcf_node *shift = weight(g, "shift", mpcf_shape_1(WIDTH));

    mpcf_node *keep = mpcf_input(g, "attention_mask",
                                 mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);

    x = mpcf_layer_norm(g, x, gain, shift, 1e-12);
    x = mpcf_linear(g, x, weight(g, "dense", mpcf_shape_2(WIDTH, WIDTH)), NULL);
    x = mpcf_split_heads(g, x, 1);
    mpcf_node *scores = mpcf_matmul_transposed(g, x, x);
    mpcf_node *u = mpcf_exp(g, mpcf_sub(g, scores, mpcf_row_max(g, scores, keep)));
    u = mpcf_mask(g, mpcf_add(g, u, mpcf_square(g, mpcf_offset(g, scores, 5))), keep);
    u = mpcf_mul(g, u, mpcf_reciprocal(g, mpcf_row_sum(g, u)));
    x = mpcf_merge_heads(g, mpcf_matmul(g, u, x));
    x = mpcf_mul(g, mpcf_erf(g, x), mpcf_relu(g, x));
    mpcf_output(g, "logits", mpcf_token(g, x, 0));
    if (graph_check(g, NULL) != MPCF_OK || pass_all(g, &passed, NULL) != MPCF_OK) {
        abort();
    }
    graph_destroy(g);
    return passed;
}

static struct ranges *read_bytes(const uint8_t *data, size_t size)
{
    struct ranges *ranges = NULL;
    char path[64];
    const int file = memfd_create("ranges", MFD_CLOEXEC);

    if (file < 0 || write(file, data, size) != (ssize_t) size) {
        abort();
    }
    (void) snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    (void) ranges_read(path, &ranges, NULL);
    (void) close(file);
    return ranges;
}

/* The ranges by the network's names; nodes beyond COUNT have an ordinary one. */
static struct ranges *for_network(const struct ranges *read)
{
    struct ranges *r = mpcf_alloc_array(1, sizeof *r);
    const size_t count = graph_count(network);

    if (r == NULL || (r->items = mpcf_alloc_array(count, sizeof *r->items)) == NULL) {
        abort();
    }
    r->margin_bits = read->margin_bits;
    for (size_t i = 0; i < count; i++) {
        struct node_range *item = &r->items[r->count++];

        *item = i < read->count ? read->items[i] : (struct node_range){NULL, 0.25, 2};
        if (graph_node(network, i)->kind == OP_SUB) { /* exp's operand is never positive */
            *item = (struct node_range){NULL, -item->high, 0};
        }
        item->node = mpcf_strdup(graph_node(network, i)->name);
        for (size_t j = r->count - 1; j > 0 && strcmp(r->items[j - 1].node, r->items[j].node) > 0;
             j--) {
            const struct node_range other = r->items[j];

            r->items[j] = r->items[j - 1];
            r->items[j - 1] = other;
        }
    }
    return r;
}

static void lower(const struct ranges *read)
{
    struct ranges *ranges = for_network(read);
    struct lower_options options;
    struct program *program = NULL;

    lower_options_default(&options);
    for (int checks = CHECK_NONE; checks <= CHECK_ALL; checks++) {
        options.check_ranges = checks;
        if (lower_graph(network, ranges, &options, 1, 2, true, &program, NULL) == MPCF_OK) {
            program_destroy(program);
        }
    }
    ranges_destroy(ranges);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ranges *ranges = size <= LARGEST_FILE ? read_bytes(data, size) : NULL;

    if (ranges == NULL) {
        return 0;
    }
    for (size_t i = 1; i < ranges->count; i++) {
        if (strcmp(ranges->items[i - 1].node, ranges->items[i].node) >= 0) {
            abort();
        }
    }
    if (network == NULL) {
        network = build();
    }
    lower(ranges);
    ranges_destroy(ranges);
    return 0;
}
