/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a tokenizer are one list, for whoever copies them; nothing else is copied.
 */
#include "text/tokenizer_files.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/support.h"

static void put(const char *folder, const char *name, mpcf_error *err)
{
    char *path = file_join(folder, name);

    assert_ok(file_write_whole(path, name, strlen(name), err), err);
    mpcf_free(path);
}

static bool has(const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    const bool found = file_exists(path);

    mpcf_free(path);
    return found;
}

static void all_of_them_are_copied_and_nothing_else(void **state)
{
    mpcf_error *err = mpcf_error_create();
    char *from = file_join(test_folder(), "from"), *to = file_join(test_folder(), "to/public");

    (void) state;
    assert_ok(file_make_folder(from, err), err);
    assert_false(tokenizer_files_have_words(from));
    for (size_t i = 0; tokenizer_file_names[i] != NULL; i++) {
        put(from, tokenizer_file_names[i], err);
    }
    put(from, "model.safetensors", err);
    assert_true(tokenizer_files_have_words(from));
    assert_ok(tokenizer_files_copy(from, to, err), err);
    assert_ok(tokenizer_files_copy(to, to, err), err); /* onto itself: nothing to do */
    for (size_t i = 0; tokenizer_file_names[i] != NULL; i++) {
        assert_true(has(to, tokenizer_file_names[i]));
    }
    assert_false(has(to, "model.safetensors"));
    mpcf_free(from);
    mpcf_free(to);
    mpcf_error_destroy(err);
}

static void words_are_in_one_of_four(void **state)
{
    static const char *const words[] = {"tokenizer.json", "vocab.txt", "vocab.json",
                                        "sentencepiece.bpe.model"};
    mpcf_error *err = mpcf_error_create();

    (void) state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char *folder = file_join(test_folder(), words[i]);

        assert_ok(file_make_folder(folder, err), err);
        put(folder, "merges.txt", err);
        put(folder, "tokenizer_config.json", err);
        assert_false(tokenizer_files_have_words(folder));
        put(folder, words[i], err);
        assert_true(tokenizer_files_have_words(folder));
        mpcf_free(folder);
    }
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_them_are_copied_and_nothing_else),
        cmocka_unit_test(words_are_in_one_of_four),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
