/* SPDX-License-Identifier: Apache-2.0 */
/* Trees from files and texts: with all mistakes at once, or none. */
#include "format/yaml_tree.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "format/yaml_parse.h"

mpcf_status yaml_parse_collect(const char *text, size_t length, const char *name,
                               struct yaml_problems *problems, struct yaml_tree **out,
                               mpcf_error *err)
{
    struct yaml_tree *tree = mpcf_alloc_array(1, sizeof *tree);
    mpcf_status status;

    if (tree == NULL) {
        return yaml_no_memory(err);
    }
    tree->arena = arena_create();
    status = tree->arena == NULL
                 ? yaml_no_memory(err)
                 : yaml_parse_into(tree->arena, text, length, name, problems, &tree->root, err);
    if (status == MPCF_OK) {
        *out = tree;
    } else {
        yaml_tree_destroy(tree);
    }
    return status;
}

mpcf_status yaml_parse_text(const char *text, size_t length, const char *name,
                            struct yaml_tree **out, mpcf_error *err)
{
    struct yaml_problems *problems = yaml_problems_create();
    struct yaml_tree *tree = NULL;
    mpcf_status status;

    if (problems == NULL) {
        return yaml_no_memory(err);
    }
    status = yaml_parse_collect(text, length, name, problems, &tree, err);
    if (status == MPCF_OK && yaml_problems_count(problems) > 0) {
        const char *lines = yaml_problems_text(problems);

        status = mpcf_fail(err, MPCF_E_CONFIG, "%.*s", (int) strlen(lines) - 1, lines);
        yaml_tree_destroy(tree);
    }
    yaml_problems_destroy(problems);
    if (status == MPCF_OK) {
        *out = tree;
    }
    return status;
}

mpcf_status yaml_parse_file(const char *path, struct yaml_tree **out, mpcf_error *err)
{
    char *text = NULL;
    size_t length = 0;
    mpcf_status status;

    MPCF_TRY(file_read(path, YAML_FILE_LIMIT, &text, &length, err));
    status = yaml_parse_text(text, length, path, out, err);
    mpcf_free(text);
    return status;
}

void yaml_tree_destroy(struct yaml_tree *tree)
{
    if (tree != NULL) {
        arena_destroy(tree->arena);
        mpcf_free(tree);
    }
}

const struct yaml_node *yaml_root(const struct yaml_tree *tree)
{
    return tree->root;
}
