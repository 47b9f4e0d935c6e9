/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges by name, and the file that holds them. */
#include "pass/ranges.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "format/json.h"

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct node_range *) a)->node, ((const struct node_range *) b)->node);
}

const struct node_range *ranges_find(const struct ranges *r, const char *node)
{
    const struct node_range key = {.node = node};

    return r->count == 0 ? NULL : bsearch(&key, r->items, r->count, sizeof(key), by_name);
}

void ranges_sort(struct ranges *r)
{
    qsort(r->items, r->count, sizeof(*r->items), by_name);
}

void ranges_destroy(struct ranges *r)
{
    if (r == NULL) {
        return;
    }
    for (size_t i = 0; r->items != NULL && i < r->count; i++) {
        char *name = NULL; /* ours, made by mpcf_strdup */
        memcpy(&name, &r->items[i].node, sizeof(name));
        mpcf_free(name);
    }
    mpcf_free(r->items);
    mpcf_free(r);
}

/* --- ranges.json:
 * {"margin_bits": 2, "tokens": [2, 128], "nodes": {"layer.0.attention.linear": [-15.1, 17.6]}} --- */

static json_t *nodes_to_json(const struct ranges *r)
{
    json_t *nodes = json_object();

    for (size_t i = 0; nodes != NULL && i < r->count; i++) {
        const struct node_range *item = &r->items[i];
        json_t *pair = json_pack("[f,f]", item->low, item->high);
        if (pair == NULL || json_object_set_new(nodes, item->node, pair) != 0) {
            json_decref(nodes);
            return NULL;
        }
    }
    return nodes;
}

mpcf_status ranges_write(const struct ranges *r, const char *path, mpcf_error *err)
{
    json_t *nodes = nodes_to_json(r);
    json_t *root = nodes == NULL ? NULL
                                 : json_pack("{s:f,s:[I,I],s:o}", "margin_bits", r->margin_bits,
                                             "tokens", (json_int_t) r->shortest,
                                             (json_int_t) r->longest, "nodes", nodes);

    if (root == NULL) {
        return mpcf_fail_memory(err, r->count * sizeof(*r->items), "ranges");
    }
    mpcf_status status = json_write_file(path, root, err);
    json_decref(root);
    return status;
}

static mpcf_status read_pair(const char *path, const char *name, const json_t *pair,
                             struct node_range *range, mpcf_error *err)
{
    const json_t *low = json_array_get(pair, 0), *high = json_array_get(pair, 1);

    if (json_array_size(pair) != 2 || !json_is_number(low) || !json_is_number(high) ||
        json_number_value(low) > json_number_value(high)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: '%s': expected [smallest, largest]", path, name);
    }
    range->node = mpcf_strdup(name);
    range->low = json_number_value(low);
    range->high = json_number_value(high);
    return range->node == NULL ? mpcf_fail_memory(err, strlen(name), "a name") : MPCF_OK;
}

static mpcf_status read_nodes(const char *path, json_t *nodes, struct ranges *r, mpcf_error *err)
{
    const char *name;
    json_t *pair;

    r->items = mpcf_alloc_array(json_object_size(nodes) + 1, sizeof(*r->items));
    if (r->items == NULL) {
        return mpcf_fail_memory(err, json_object_size(nodes) * sizeof(*r->items), "ranges");
    }
    json_object_foreach(nodes, name, pair)
    {
        MPCF_TRY(read_pair(path, name, pair, &r->items[r->count], err));
        r->count++;
    }
    ranges_sort(r);
    return MPCF_OK;
}

static mpcf_status read_tokens(const char *path, const json_t *pair, struct ranges *r,
                               mpcf_error *err)
{
    const json_int_t shortest = json_integer_value(json_array_get(pair, 0));
    const json_int_t longest = json_integer_value(json_array_get(pair, 1));

    if (pair == NULL) {
        return MPCF_OK;
    }
    if (json_array_size(pair) != 2 || shortest < 0 || longest < shortest || longest > INT32_MAX) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: tokens: expected [fewest, most]", path);
    }
    r->shortest = (size_t) shortest;
    r->longest = (size_t) longest;
    return MPCF_OK;
}

static mpcf_status read_root(const char *path, const json_t *root, struct ranges *r,
                             mpcf_error *err)
{
    const json_t *margin = json_object_get(root, "margin_bits");
    json_t *nodes = json_object_get(root, "nodes");

    if (!json_is_number(margin) || !json_is_object(nodes)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: expected \"margin_bits\" and \"nodes\"", path);
    }
    r->margin_bits = json_number_value(margin);
    if (!(r->margin_bits >= 0 && r->margin_bits <= 16)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: margin_bits: %g, expected 0 to 16", path,
                         r->margin_bits);
    }
    MPCF_TRY(read_tokens(path, json_object_get(root, "tokens"), r, err));
    return read_nodes(path, nodes, r, err);
}

mpcf_status ranges_read(const char *path, struct ranges **out, mpcf_error *err)
{
    json_t *root = NULL;

    MPCF_TRY(json_read_file(path, &root, err));
    struct ranges *r = mpcf_alloc_array(1, sizeof(*r));
    mpcf_status status =
        r == NULL ? mpcf_fail_memory(err, sizeof(*r), "ranges") : read_root(path, root, r, err);
    json_decref(root);
    if (status != MPCF_OK) {
        ranges_destroy(r);
        return status;
    }
    *out = r;
    return MPCF_OK;
}
