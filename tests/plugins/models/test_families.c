/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network of each family as another library saved it (tests/vectors/make_families.py): its values,
 * gradients and approximated forms in floats, its logits under the secure arithmetic, and what holds
 * where config.json is silent.
 *
 * By hand: FOLDER, another folder that the script wrote; prints the largest errors.
 */
#include "support/support.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/folder.h"
#include "format/json.h"
#include "support/expected.h"
#include "support/network.h"
#include "support/reference_network.h"

static struct plugins *plugins;
static const char *root;

static void on_each_family(void (*check)(struct plugins *plugins, const char *folder))
{
    DIR *folder = opendir(root);
    size_t count = 0;

    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char path[4600];

        (void) snprintf(path, sizeof path, "%s/%s", root, entry->d_name);
        if (entry->d_name[0] != '.' && file_is_folder(path)) {
            check(plugins, path);
            count++;
        }
    }
    (void) closedir(folder);
    assert_true(count >= 7);
}

static void values_agree(void **state)
{
    (void) state;
    on_each_family(expected_values);
}

static void gradients_agree(void **state)
{
    (void) state;
    on_each_family(expected_gradients);
}

static void approximated_values_agree(void **state)
{
    (void) state;
    on_each_family(expected_approximated);
}

static size_t trained;

static void check_training(struct plugins *with, const char *folder)
{
    trained += expected_training(with, folder) ? 1 : 0;
}

static void training_agrees(void **state)
{
    (void) state;
    on_each_family(check_training);
    assert_true(trained >= 3);
}

static void check_logits(struct plugins *with, const char *folder)
{
    static const char *const functions[][2] = {{NULL, NULL}, {"quad", "2quad"}, {"gelu", "2relu"}};
    struct reference_setting setting = reference_setting_default();
    const double error = expected_logits_error(with, folder);
    char ids[4700];

    (void) snprintf(ids, sizeof ids, "%s/expected.safetensors", folder);
    print_message("%s in floats: largest difference of a logit %.7f\n", folder, error);
    assert_true(error <= 1e-4);
    for (size_t i = 0; i < 3; i++) {
        assert_true(reference_network_error(with, folder, ids, functions[i][0], functions[i][1],
                                            &setting) <= 0.02);
    }
    setting.options.embedding_public = true;
    assert_true(reference_network_error(with, folder, ids, NULL, NULL, &setting) <= 0.02);
}

static void secure_logits_agree(void **state)
{
    (void) state;
    on_each_family(check_logits);
}

/* --- A config.json that says nothing --- */

static void expect(const json_t *sizes, const char *key, int64_t got)
{
    const json_t *want = json_object_get(sizes, key);

    if (want != NULL && json_integer_value(want) != got) {
        fail_msg("%s is %lld, expected %lld", key, (long long) got,
                 (long long) json_integer_value(want));
    }
}

static void check_silent(const char *name, const json_t *sizes)
{
    json_t *nothing = json_object();
    const struct mpcf_json config = {nothing, "config.json"};
    mpcf_model_facts facts = {.struct_size = sizeof facts};
    mpcf_tokenizer_spec spec = {.struct_size = sizeof spec};
    mpcf_error *err = mpcf_error_create();
    const void *found = NULL;
    const mpcf_model *family;
    void *model = NULL;

    assert_ok(plugins_find(plugins, COMPONENT_MODEL, name, &found, err), err);
    family = found;
    assert_ok(family->configure(NULL, &config, 0, &model, err), err);
    assert_ok(family->facts(model, &facts, err), err);
    assert_ok(family->tokenizer(model, &spec, err), err);
    expect(sizes, "num_hidden_layers", facts.layers);
    expect(sizes, "hidden_size", facts.hidden);
    expect(sizes, "num_attention_heads", facts.heads);
    expect(sizes, "intermediate_size", facts.intermediate);
    expect(sizes, "vocab_size", spec.vocab_size);
    expect(sizes, "type_vocab_size", spec.type_count);
    expect(sizes, "pad_token_id", spec.pad_id);
    assert_string_equal(facts.activation, "gelu");
    family->release(model);
    json_decref(nothing);
    mpcf_error_destroy(err);
}

static void what_config_json_leaves_out_is_as_in_the_library(void **state)
{
    char path[4600];
    json_t *all = NULL, *sizes;
    const char *name;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    (void) snprintf(path, sizeof path, "%s/silent.json", root);
    assert_ok(json_read_file(path, &all, err), err);
    assert_int_equal(json_object_size(all), 6);
    json_object_foreach(all, name, sizes)
    {
        check_silent(name, sizes);
    }
    json_decref(all);
    mpcf_error_destroy(err);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_agree),
        cmocka_unit_test(gradients_agree),
        cmocka_unit_test(approximated_values_agree),
        cmocka_unit_test(training_agrees),
        cmocka_unit_test(secure_logits_agree),
        cmocka_unit_test(what_config_json_leaves_out_is_as_in_the_library),
    };
    int failed;

    root = argc > 1 ? argv[1] : source_path("tests/vectors/families");
    plugins = test_plugins();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    plugins_destroy(plugins);
    return failed;
}
