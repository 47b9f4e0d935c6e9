/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever a stage reads makes it anew when it changes, and those behind it: weights, each of the
 * tokenizer's files, either split of the data, a plug-in. What it does not read leaves it as it is.
 */
#include "support/support.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "support/run_folder.h"

enum { FINETUNE = 1, CONVERT = 2, DISTILL = 4, INFER = 8, ALL = 15 };
static const char *const names[] = {"finetune", "convert", "distill", "infer"};

static const char *folder;

static void in_folder(const char *what)
{
    char command[9000];

    (void) snprintf(command, sizeof command, "cd '%s' && %s", folder, what);
    assert_int_equal(system(command), 0);
}

/* Runs all stages; those in MADE were made, the others skipped. */
static void assert_made(const char *why, int made)
{
    const char *const words[] = {"all.yaml", "--plugin-dir", "plugins", NULL};
    const int status = test_host_wait(test_host_start(folder, "log", NULL, words), 300);
    char *log = test_read(folder, "log");

    if (status != 0) {
        fail_msg("%s: ends with %d: %s", why, status, log);
    }
    for (int i = 0; i < 4; i++) {
        char line[64];

        (void) snprintf(line, sizeof line, "%s: unchanged, skipped", names[i]);
        if ((strstr(log, line) == NULL) != ((made >> i) % 2 == 1)) {
            fail_msg("%s: %s was %s", why, names[i], (made >> i) % 2 == 1 ? "skipped" : "made");
        }
    }
    mpcf_free(log);
}

static void what_is_unchanged_is_skipped(void **state)
{
    (void) state;
    assert_made("the first run", ALL);
    assert_made("nothing", 0);
}

/* Whether all that is made of the model has the tokenizer's file NAME. */
static void assert_in_copies(const char *name, bool want)
{
    static const char *const copies[] = {"out/teacher", "out/student", "out/student/public"};

    for (size_t i = 0; i < sizeof copies / sizeof copies[0]; i++) {
        char *path = mpcf_format("%s/%s/%s", folder, copies[i], name);

        if (file_exists(path) != want) {
            fail_msg("%s is %sin %s", name, want ? "not " : "", copies[i]);
        }
        mpcf_free(path);
    }
}

/* Files that say nothing appear, and go; two words change places, and come back. */
static void each_of_the_tokenizers_files_counts(void **state)
{
    static const char *const others[] = {"special_tokens_map.json", "added_tokens.json",
                                         "tokenizer_config.json"};

    (void) state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char command[300];

        (void) snprintf(command, sizeof command, "test ! -e model/%s && echo '{}' > model/%s",
                        others[i], others[i]);
        in_folder(command);
        assert_made(others[i], ALL);
        assert_in_copies(others[i], true);
        (void) snprintf(command, sizeof command, "rm model/%s", others[i]);
        in_folder(command);
        assert_made(others[i], ALL);
        /* In this one stands what the words said of case. */
        assert_in_copies(others[i], strcmp(others[i], "tokenizer_config.json") == 0);
    }
    in_folder("cp model/vocab.txt kept && sed -i 's/^t9$/x/; s/^t10$/t9/; s/^x$/t10/' "
              "model/vocab.txt");
    assert_made("vocab.txt", ALL);
    in_folder("mv kept model/vocab.txt");
    assert_made("vocab.txt", ALL);
    assert_made("nothing", 0);
}

static void either_split_counts(void **state)
{
    (void) state;
    in_folder("sed -i '2s/1$/x/; 2s/0$/1/; 2s/x$/0/' data/dev.tsv"); /* a label */
    assert_made("dev.tsv", ALL);
    in_folder("sed -i '2s/^/t9 /' data/train.tsv"); /* a word */
    assert_made("train.tsv", ALL);
    assert_made("nothing", 0);
}

/* A byte behind the end of a shared object is nothing to who loads it. */
static void plugins_count_where_they_are_used(void **state)
{
    (void) state;
    in_folder("printf x >> plugins/mpcf-glue.so");
    assert_made("the reader", ALL);
    in_folder("printf x >> plugins/mpcf-bert.so");
    assert_made("the model", ALL);
    in_folder("printf x >> plugins/mpcf-softmax.so");
    assert_made("an exact function", ALL);
    in_folder("printf x >> plugins/mpcf-quad.so");
    assert_made("an approximation", ALL - FINETUNE);
    in_folder("printf x >> plugins/mpcf-loopback.so");
    assert_made("the transport", INFER);
    assert_made("nothing", 0);
}

static void weights_count(void **state)
{
    (void) state;
    in_folder("printf '\\001' | dd of=model/model.safetensors bs=1 seek=$(($(stat -c %s "
              "model/model.safetensors) - 4)) conv=notrunc 2> dd.log");
    assert_made("a weight", ALL);
}

static int setup(void **state)
{
    static const struct test_run run = {.family = "bert",
                                        .task = "SST-2",
                                        .transport = "loopback",
                                        .infer = "examples: 1",
                                        .parties = "",
                                        .rows = 8};

    (void) state;
    folder = test_run_create(&run);
    in_folder(
        "mkdir plugins && cp \"$MPCF_PLUGIN_PATH\"/*.so plugins/ && chmod -R go-w plugins && "
        "sed -e 's/^output: .*/output: out/' -e 's/^stages:.*/stages:\\n  finetune: {epochs: 1}"
        "\\n  distill: {layers: {epochs: 1}, prediction: {epochs: 1}}/' pipeline.yaml > "
        "all.yaml");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_unchanged_is_skipped),
        cmocka_unit_test(each_of_the_tokenizers_files_counts),
        cmocka_unit_test(either_split_counts),
        cmocka_unit_test(plugins_count_where_they_are_used),
        cmocka_unit_test(weights_count),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
