/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pipeline files: any bytes are a tree or an error, and --set changes a tree or refuses.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/yaml_set.h"
#include "format/yaml_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Visits every node, so that the sanitizers see a dangling one. */
static size_t visit(const struct yaml_node *node)
{
    size_t bytes = strlen(node->text) + (node->key == NULL ? 0 : strlen(node->key));

    for (size_t i = 0; i < node->count; i++) {
        bytes += visit(node->items[i]);
    }
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct yaml_tree *tree = NULL;
    const uint8_t *line = memchr(data, '\n', size);
    const size_t length = line == NULL ? 0 : (size_t) (line - data);
    char assignment[256];

    /* The first line is what --set is given. */
    if (length >= sizeof assignment) {
        return 0;
    }
    memcpy(assignment, data, length);
    assignment[length] = '\0';
    data += length;
    size -= length;
    if (yaml_parse_text((const char *) data, size, "fuzz", &tree, NULL) != MPCF_OK) {
        return 0;
    }
    if (visit(yaml_root(tree)) > 32 * size + 1) {
        abort();
    }
    (void) yaml_set(tree, assignment, NULL);
    (void) visit(yaml_root(tree));
    yaml_tree_destroy(tree);
    return 0;
}
