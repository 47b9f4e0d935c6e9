/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks of the oracle's folder and MiniLM on real text under the secure arithmetic: logits of
 * the plaintext reference against those of the float engine, which the oracle confirms elsewhere.
 *
 * By hand: FOLDER IDS ACTIVATION NORMALISER [value fraction, weight fraction, margin bits].
 */
#include "support/support.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/network.h"
#include "support/reference_network.h"

static struct plugins *plugins;

static void each_network_agrees(void **state)
{
    static const char *const functions[][2] = {{NULL, NULL}, {"quad", "2quad"}, {"gelu", "2relu"}};
    const struct reference_setting setting = reference_setting_default();
    const char *root = shared_path("oracle/networks");
    DIR *folder = opendir(root);
    char path[700], ids[800];
    size_t found = 0;

    (void) state;
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        (void) snprintf(path, sizeof path, "%s/%s", root, entry->d_name);
        (void) snprintf(ids, sizeof ids, "%s/expected.safetensors", path);
        FILE *there = entry->d_name[0] == '.' ? NULL : fopen(ids, "rb");
        if (there == NULL) {
            continue;
        }
        (void) fclose(there);
        for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
            assert_true(reference_network_error(plugins, path, ids, functions[i][0],
                                                functions[i][1], &setting) < 0.02);
        }
        found++;
    }
    (void) closedir(folder);
    assert_true(found > 0);
}

static void minilm_agrees_on_real_text(void **state)
{
    const struct reference_setting setting = reference_setting_default();
    char folder[700], ids[700];

    (void) state;
    (void) snprintf(folder, sizeof folder, "%s", shared_path("models/minilm-l6-h384"));
    (void) snprintf(ids, sizeof ids, "%s", shared_path("oracle/minilm/expected.safetensors"));
    assert_true(reference_network_error(plugins, folder, ids, NULL, NULL, &setting) < 0.02);
}

int main(int argc, char **argv)
{
    plugins = test_plugins();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_network_agrees),
        cmocka_unit_test(minilm_agrees_on_real_text),
    };

    if (argc > 4) {
        struct reference_setting s = reference_setting_default();
        s.options.value_fraction = argc > 5 ? (unsigned) atoi(argv[5]) : s.options.value_fraction;
        s.options.weight_fraction = argc > 6 ? (unsigned) atoi(argv[6]) : s.options.weight_fraction;
        s.margin_bits = argc > 7 ? atof(argv[7]) : s.margin_bits;
        s.options.reveal_fraction = s.options.value_fraction;
        s.print = true;
        (void) reference_network_error(plugins, argv[1], argv[2], argv[3], argv[4], &s);
        return 0;
    }
    require_shared("oracle/networks");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
