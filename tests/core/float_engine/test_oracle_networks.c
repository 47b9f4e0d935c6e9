/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every network of the oracle's folder: values of the exact and approximated network, loss and
 * gradients, against another implementation. MiniLM on real text.
 */
#include "support/support.h"

#include <dirent.h>
#include <stdio.h>

#include "support/expected.h"
#include "support/network.h"

static struct plugins *plugins;

/* CHECK on every folder of the networks. */
static void on_each_network(void (*check)(struct plugins *plugins, const char *folder))
{
    DIR *folder = opendir(shared_path("oracle/networks"));
    size_t count = 0;

    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char path[600];

        if (entry->d_name[0] == '.') {
            continue;
        }
        (void) snprintf(path, sizeof(path), "oracle/networks/%s", entry->d_name);
        check(plugins, shared_path(path));
        count++;
    }
    (void) closedir(folder);
    assert_true(count > 0);
}

static void values_agree(void **state)
{
    (void) state;
    on_each_network(expected_values);
}

static void loss_and_gradients_agree(void **state)
{
    (void) state;
    on_each_network(expected_gradients);
}

static void approximated_values_agree(void **state)
{
    (void) state;
    on_each_network(expected_approximated);
}

static void minilm_agrees_on_real_text(void **state)
{
    (void) state;
    expected_values_in(plugins, shared_path("models/minilm-l6-h384"),
                       shared_path("oracle/minilm/expected.safetensors"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_agree),
        cmocka_unit_test(loss_and_gradients_agree),
        cmocka_unit_test(approximated_values_agree),
        cmocka_unit_test(minilm_agrees_on_real_text),
    };

    int failed;

    require_shared("oracle/networks");
    plugins = test_plugins();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    plugins_destroy(plugins);
    return failed;
}
