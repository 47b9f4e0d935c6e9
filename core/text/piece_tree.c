/* SPDX-License-Identifier: Apache-2.0 */
/* How the tree of a Unigram's pieces is built: from the sorted pieces, level by level. */
#include "text/piece_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "text/unicode.h"

/* The child of NODE by BYTE. */
static uint32_t step(const struct piece_tree *t, uint32_t node, unsigned char byte)
{
    uint32_t low = t->first[node], high = t->first[node + 1];

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;

        if (t->labels[middle] == byte) {
            return middle;
        }
        if (t->labels[middle] < byte) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return PIECE_TREE_NOWHERE;
}

uint32_t piece_tree_step_point(const struct piece_tree *t, uint32_t node, uint32_t point)
{
    char bytes[4];
    size_t length = 0;

    if (point < 0x80) {
        return step(t, node, (unsigned char) point);
    }
    length = unicode_encode(point, bytes);
    for (size_t i = 0; i < length && node != PIECE_TREE_NOWHERE; i++) {
        node = step(t, node, (unsigned char) bytes[i]);
    }
    return node;
}

static int32_t id_of(const struct piece_tree *t, uint32_t node)
{
    return node == PIECE_TREE_NOWHERE ? PIECE_TREE_NO_ID : t->ids[node];
}

int32_t piece_tree_find(const struct piece_tree *t, const char *text, size_t length)
{
    uint32_t node = t->node_count > 0 ? 0 : PIECE_TREE_NOWHERE;

    for (size_t i = 0; i < length && node != PIECE_TREE_NOWHERE; i++) {
        node = step(t, node, (unsigned char) text[i]);
    }
    return id_of(t, node);
}

int32_t piece_tree_find_points(const struct piece_tree *t, const uint32_t *points, size_t count)
{
    uint32_t node = t->node_count > 0 ? 0 : PIECE_TREE_NOWHERE;

    for (size_t i = 0; i < count && node != PIECE_TREE_NOWHERE; i++) {
        node = piece_tree_step_point(t, node, points[i]);
    }
    return id_of(t, node);
}

/* The pieces behind a node, of all in order. */
struct range {
    uint32_t first, end;
};

/* A tree on its way: DEPTH bytes lie before the node that is given its children. */
struct building {
    struct piece_tree *tree;
    const struct piece *pieces;
    struct range *ranges; /* of each node */
    uint32_t node_count;
    uint32_t depth;
};

static uint32_t common_bytes(const struct piece *a, const struct piece *b)
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
    const struct piece *a = left, *b = right;
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
static size_t count_nodes(const struct piece *pieces, size_t count)
{
    size_t nodes = 1;

    for (size_t i = 0; i < count; i++) {
        nodes += pieces[i].length - (i > 0 ? common_bytes(&pieces[i - 1], &pieces[i]) : 0);
    }
    return nodes;
}

static void add_child(struct building *b, unsigned char byte, struct range pieces)
{
    b->tree->labels[b->node_count] = byte;
    b->tree->ids[b->node_count] = PIECE_TREE_NO_ID;
    b->ranges[b->node_count++] = pieces;
}

/* What ends at NODE is its piece; what goes on stands behind its children. */
static void give_children(struct building *b, uint32_t node)
{
    const struct piece *p = b->pieces;
    struct range r = b->ranges[node];

    b->tree->first[node] = b->node_count;
    for (; r.first < r.end && p[r.first].length == b->depth; r.first++) {
        b->tree->ids[node] = (int32_t) p[r.first].id;
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
    b->tree->first[node] = node;
    b->tree->ids[0] = PIECE_TREE_NO_ID; /* an empty piece is never found */
}

mpcf_status piece_tree_build(struct piece_tree *t, struct piece *pieces, size_t count,
                             mpcf_error *err)
{
    struct building b = {.tree = t, .pieces = pieces};
    size_t nodes = 0;
    bool has_room = false;

    *t = (struct piece_tree){0};
    qsort(pieces, count, sizeof(*pieces), compare_pieces);
    nodes = count_nodes(pieces, count);
    if (nodes < PIECE_TREE_NOWHERE) {
        t->labels = mpcf_alloc_array(nodes, sizeof(*t->labels));
        t->first = mpcf_alloc_array(nodes + 1, sizeof(*t->first));
        t->ids = mpcf_alloc_array(nodes, sizeof(*t->ids));
        b.ranges = mpcf_alloc_array(nodes, sizeof(*b.ranges));
        has_room = t->labels != NULL && t->first != NULL && t->ids != NULL && b.ranges != NULL;
    }
    if (has_room) {
        grow_tree(&b, count);
        t->node_count = nodes;
    }
    mpcf_free(b.ranges);
    if (!has_room) {
        piece_tree_clear(t);
    }
    return has_room ? MPCF_OK : mpcf_fail_memory(err, 17 * nodes, "a tree of pieces");
}

void piece_tree_clear(struct piece_tree *t)
{
    mpcf_free(t->labels);
    mpcf_free(t->first);
    mpcf_free(t->ids);
    *t = (struct piece_tree){0};
}
