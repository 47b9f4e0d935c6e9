/* SPDX-License-Identifier: Apache-2.0 */
#include "support/datasets.h"

#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "plugin/option_set.h"
#include "plugin/plugins.h"
#include "support/support.h"

/* What CONFIG points to is *OWNED's. */
static void fill(const mpcf_dataset *d, const char *options, void *config,
                 struct option_memory **owned, mpcf_error *err)
{
    struct yaml_tree *tree = NULL;
    struct yaml_problems *problems = yaml_problems_create();

    assert_ok(yaml_parse_text(options, strlen(options), "options", &tree, err), err);
    assert_ok(option_fill(d->options, d->option_size, d->config_size, yaml_root(tree), d->name, ".",
                          config, owned, problems, err),
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
    static struct {
        _Alignas(16) unsigned char bytes[64];
        struct option_memory *owned;
    } configs[16];
    static size_t used;
    const size_t at = used++ % (sizeof(configs) / sizeof(configs[0]));
    mpcf_error *err = mpcf_error_create();
    const void *found = NULL;
    struct test_dataset d = {.config = configs[at].bytes};

    if (plugins == NULL) {
        assert_ok(plugins_create(NULL, &plugins, err), err);
    }
    assert_ok(plugins_find(plugins, COMPONENT_DATASET, name, &found, err), err);
    d.dataset = found;
    assert_true(d.dataset->config_size <= sizeof(configs[0].bytes));
    option_config_release(configs[at].owned);
    configs[at].owned = NULL;
    fill(d.dataset, options, configs[at].bytes, &configs[at].owned, err);
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
