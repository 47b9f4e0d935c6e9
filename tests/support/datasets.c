/* SPDX-License-Identifier: Apache-2.0 */
#include "support/datasets.h"

#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "plugin/option_set.h"
#include "plugin/plugins.h"
#include "support/support.h"

/* A config and what it points to, for as long as the process lives: no leak, as it can be reached. */
struct kept {
    struct kept *before;
    struct option_memory *owned;
    _Alignas(16) unsigned char config[];
};

static void fill(const mpcf_dataset *d, const char *options, struct kept *kept, mpcf_error *err)
{
    struct yaml_tree *tree = NULL;
    struct yaml_problems *problems = yaml_problems_create();

    assert_ok(yaml_parse_text(options, strlen(options), "options", &tree, err), err);
    assert_ok(option_fill(d->options, d->option_size, d->config_size, yaml_root(tree), d->name, ".",
                          kept->config, &kept->owned, problems, err),
              err);
    if (yaml_problems_count(problems) > 0) {
        fail_msg("%s", yaml_problems_text(problems));
    }
    yaml_problems_destroy(problems);
    yaml_tree_destroy(tree);
}

struct test_dataset test_dataset_load(const char *name, const char *options)
{
    static struct plugins *plugins; /* one for the process, so that no leak is seen */
    static struct kept *last;
    mpcf_error *err = mpcf_error_create();
    const void *found = NULL;
    struct test_dataset d;
    struct kept *kept;

    if (plugins == NULL) {
        assert_ok(plugins_create(NULL, &plugins, err), err);
    }
    assert_ok(plugins_find(plugins, COMPONENT_DATASET, name, &found, err), err);
    d.dataset = found;
    kept = mpcf_alloc_array(1, sizeof *kept + d.dataset->config_size);
    assert_non_null(kept);
    kept->before = last;
    last = kept;
    fill(d.dataset, options, kept, err);
    d.config = kept->config;
    mpcf_error_destroy(err);
    return d;
}

void test_write(const char *folder, const char *name, const char *text)
{
    mpcf_error *err = mpcf_error_create();
    char *path = file_join(folder, name), *above = file_folder_of(path);

    assert_ok(file_make_folder(above, err), err);
    assert_ok(file_write_whole(path, text, strlen(text), err), err);
    mpcf_free(path);
    mpcf_free(above);
    mpcf_error_destroy(err);
}
