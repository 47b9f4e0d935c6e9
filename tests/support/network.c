/* SPDX-License-Identifier: Apache-2.0 */
#include "support/network.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/load.h"
#include "format/json.h"
#include "plugin/option_set.h"
#include "support/support.h"

static void fill(struct test_network *n, size_t slot, struct plugins *plugins, const char *text,
                 struct slot_filling *filling)
{
    char name[64] = "";
    const char *options = strchr(text, '{');
    const void *found = NULL;
    const mpcf_approx *approx = NULL;
    struct yaml_tree *tree = NULL;
    struct option_memory *memory = NULL;
    struct yaml_problems *problems = yaml_problems_create();
    mpcf_error *err = mpcf_error_create();
    void *config = NULL;

    (void) sscanf(text, "%63[^ {]", name);
    assert_ok(plugins_find(plugins, COMPONENT_APPROX, name, &found, err), err);
    approx = found;
    config = mpcf_alloc_array(1, approx->config_size + 1);
    if (options != NULL) {
        assert_ok(yaml_parse_text(options, strlen(options), "test", &tree, err), err);
    }
    if (approx->options != NULL) {
        assert_ok(option_fill(approx->options, approx->option_size, approx->config_size,
                              tree != NULL ? yaml_root(tree) : NULL, name, ".", config, &memory,
                              problems, err),
                  err);
        assert_int_equal(yaml_problems_count(problems), 0);
    }
    *filling = (struct slot_filling){
        .slot = approx->slot, .last_layer = SIZE_MAX, .approx = approx, .config = config};
    n->configs[slot] = config;
    n->memory[slot] = memory;
    yaml_tree_destroy(tree);
    yaml_problems_destroy(problems);
    mpcf_error_destroy(err);
}

static void build(struct test_network *n, struct plugins *plugins,
                  const struct slot_filling *fillings, size_t count, bool fuse)
{
    const char *type = json_string_value(json_object_get(n->config, "model_type"));
    mpcf_error *err = mpcf_error_create();
    const void *family = NULL;
    struct network_request request = {.plugins = plugins,
                                      .config = n->config,
                                      .config_name = "config.json",
                                      .fillings = fillings,
                                      .filling_count = count,
                                      .fuse = fuse};

    assert_non_null(type);
    assert_ok(plugins_find(plugins, COMPONENT_MODEL, type, &family, err), err);
    request.family = family;
    n->configs[2] = mpcf_alloc_array(1, request.family->config_size + 64);
    request.family_config = n->configs[2];
    assert_ok(network_create(&request, &n->network, err), err);
    mpcf_error_destroy(err);
}

void test_network_open(struct test_network *n, struct plugins *plugins, const char *folder,
                       const char *activation, const char *normaliser, bool gradients, bool fuse)
{
    struct slot_filling fillings[2];
    struct checkpoint *checkpoint = NULL;
    size_t count = 0;
    mpcf_error *err = mpcf_error_create();

    memset(n, 0, sizeof *n);
    if (activation != NULL) {
        fill(n, 0, plugins, activation, &fillings[count++]);
    }
    if (normaliser != NULL) {
        fill(n, 1, plugins, normaliser, &fillings[count++]);
    }
    assert_ok(checkpoint_open(folder, &checkpoint, err), err);
    n->config = json_deep_copy(checkpoint_config(checkpoint));
    build(n, plugins, fillings, count, fuse);
    assert_ok(parameters_create(n->network->graph, gradients, &n->parameters, err), err);
    parameters_init(n->parameters, n->network->graph, 1);
    const struct load_request load = {.prefix = n->network->facts.weight_prefix,
                                      .new_weights = NEW_MISSING};
    assert_ok(checkpoint_load(checkpoint, n->network->graph, &load, n->parameters, NULL, err), err);
    checkpoint_close(checkpoint);
    mpcf_error_destroy(err);
}

void test_network_close(struct test_network *n)
{
    network_destroy(n->network);
    parameters_destroy(n->parameters);
    json_decref(n->config);
    for (size_t i = 0; i < 3; i++) {
        mpcf_free(n->configs[i]);
    }
    option_config_release(n->memory[0]);
    option_config_release(n->memory[1]);
}

struct plugins *test_plugins(void)
{
    struct plugins *plugins = NULL;
    mpcf_error *err = mpcf_error_create();

    assert_ok(plugins_create(NULL, &plugins, err), err);
    mpcf_error_destroy(err);
    return plugins;
}

struct parameter *test_network_parameter(const struct test_network *n, const char *name)
{
    char *full = mpcf_format("%s%s", n->network->facts.weight_prefix, name);
    struct parameter *p = parameters_find(n->parameters, name);

    if (p == NULL) {
        p = parameters_find(n->parameters, full);
    }
    mpcf_free(full);
    return p;
}
