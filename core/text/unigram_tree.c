/* SPDX-License-Identifier: Apache-2.0 */
/* How the tree of a Unigram's pieces is built: from the sorted pieces, level by level. */
#include "text/unigram_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define NO_ID (-1)

uint32_t unigram_step(const struct unigram *u, uint32_t node, unsigned char byte)
{
    uint32_t low = u->first[node], high = u->first[node + 1];

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;

        if (u->labels[middle] == byte) {
            return middle;
        }
        if (u->labels[middle] < byte) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return UNIGRAM_NOWHERE;
}

int32_t unigram_find(const struct unigram *u, const char *text, size_t length)
{
    uint32_t node = length > 0 && u->node_count > 0 ? 0 : UNIGRAM_NOWHERE;

    for (size_t i = 0; i < length && node != UNIGRAM_NOWHERE; i++) {
        node = unigram_step(u, node, (unsigned char) text[i]);
    }
    return node == UNIGRAM_NOWHERE ? NO_ID : u->ids[node];
}

/* The pieces behind a node, of all in order. */
struct range {
    uint32_t first, end;
};

/* A tree on its way: DEPTH bytes lie before the node that is given its children. */
struct building {
    struct unigram *u;
    const struct unigram_piece *pieces;
    struct range *ranges; /* of each node */
    uint32_t node_count;
    uint32_t depth;
};

static uint32_t common_bytes(const struct unigram_piece *a, const struct unigram_piece *b)
{
    uint32_t i = 0;

    while (i < a->length && i < b->length && a->text[i] == b->text[i]) {
        i++;
    }
    return i;
}

/* By bytes, and equal ones by id. */
static int compare_pieces(const void *left, const void *right)
{
    const struct unigram_piece *a = left, *b = right;
    const int order = memcmp(a->text, b->text, a->length < b->length ? a->length : b->length);

    if (order != 0) {
        return order;
    }
    if (a->length != b->length) {
        return a->length < b->length ? -1 : 1;
    }
    return a->id < b->id ? -1 : 1;
}

/* Nodes of the tree of sorted pieces: bytes that a piece does not share with the one before. */
static size_t count_nodes(const struct unigram_piece *pieces, size_t count)
{
    size_t nodes = 1;

    for (size_t i = 0; i < count; i++) {
        nodes += pieces[i].length - (i > 0 ? common_bytes(&pieces[i - 1], &pieces[i]) : 0);
    }
    return nodes;
}

static void add_child(struct building *b, unsigned char byte, struct range pieces)
{
    b->u->labels[b->node_count] = byte;
    b->u->ids[b->node_count] = NO_ID;
    b->ranges[b->node_count++] = pieces;
}

/* What ends at NODE is its piece; what goes on stands behind its children. */
static void give_children(struct building *b, uint32_t node)
{
    const struct unigram_piece *p = b->pieces;
    struct range r = b->ranges[node];

    b->u->first[node] = b->node_count;
    for (; r.first < r.end && p[r.first].length == b->depth; r.first++) {
        b->u->ids[node] = (int32_t) p[r.first].id;
    }
    while (r.first < r.end) {
        const char byte = p[r.first].text[b->depth];
        uint32_t end = r.first + 1;

        while (end < r.end && p[end].text[b->depth] == byte) {
            end++;
        }
        add_child(b, (unsigned char) byte, (struct range){.first = r.first, .end = end});
        r.first = end;
    }
}

static void grow_tree(struct building *b, size_t count)
{
    uint32_t node = 0;

    add_child(b, 0, (struct range){.first = 0, .end = (uint32_t) count});
    for (uint32_t level_end = 1; node < b->node_count; level_end = b->node_count) {
        for (; node < level_end; node++) {
            give_children(b, node);
        }
        b->depth++;
    }
    b->u->first[node] = node;
    b->u->ids[0] = NO_ID; /* an empty piece is never found */
}

mpcf_status unigram_grow(struct unigram *u, struct unigram_piece *pieces, size_t count,
                         mpcf_error *err)
{
    struct building b = {.u = u, .pieces = pieces};
    size_t nodes = 0;
    bool has_room = false;

    qsort(pieces, count, sizeof(*pieces), compare_pieces);
    nodes = count_nodes(pieces, count);
    if (nodes < UNIGRAM_NOWHERE) {
        u->labels = mpcf_alloc_array(nodes, sizeof(*u->labels));
        u->first = mpcf_alloc_array(nodes + 1, sizeof(*u->first));
        u->ids = mpcf_alloc_array(nodes, sizeof(*u->ids));
        b.ranges = mpcf_alloc_array(nodes, sizeof(*b.ranges));
        has_room = u->labels != NULL && u->first != NULL && u->ids != NULL && b.ranges != NULL;
    }
    if (has_room) {
        grow_tree(&b, count);
        u->node_count = nodes;
    }
    mpcf_free(b.ranges);
    return has_room ? MPCF_OK : mpcf_fail_memory(err, 17 * nodes, "a tree of pieces");
}
