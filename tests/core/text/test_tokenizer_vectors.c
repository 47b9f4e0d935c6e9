/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokenizers of many kinds on odd texts, against what Hugging Face's library made of them
 * (tests/vectors/make_tokenizers.py, which compares far more texts a kind).
 */
#include <dirent.h>
#include <stdlib.h>

#include "base/folder.h"
#include "base/memory.h"
#include "support/support.h"
#include "support/token_lines.h"

static mpcf_error *err;

static void differs(void *context, size_t number, const char *line, const char *got)
{
    print_error("%s line %zu: %sgot %s", (const char *) context, number, line, got);
}

static size_t check_kind(const char *folder, char *name)
{
    char *path = file_join(folder, name), *texts = file_join(path, "texts.jsonl");
    struct token_lines_result result = {0};
    struct tokenizer *t = NULL;

    assert_ok(token_lines_open(path, &t, err), err);
    assert_ok(token_lines_check(t, texts, differs, name, &result, err), err);
    assert_int_equal(result.different, 0);
    assert_true(result.count > 0);
    tokenizer_close(t);
    mpcf_free(texts);
    mpcf_free(path);
    return result.count;
}

struct tally {
    size_t folders, texts;
};

/* Every folder in NAME of the vectors. */
static struct tally check_all(const char *name)
{
    char *folder = mpcf_format("%s/tests/vectors/%s", getenv("MPCF_SOURCE_DIR"), name);
    DIR *entries = opendir(folder);
    struct tally tally = {0, 0};

    assert_non_null(entries);
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        if (entry->d_name[0] != '.') {
            tally.texts += check_kind(folder, entry->d_name);
            tally.folders++;
        }
    }
    (void) closedir(entries);
    mpcf_free(folder);
    print_message("%s: %zu folders, %zu texts\n", name, tally.folders, tally.texts);
    return tally;
}

static void every_kind_is_the_librarys(void **state)
{
    const struct tally tally = check_all("tokenizers");

    (void) state;
    assert_true(tally.folders > 50 && tally.texts > 800);
}

/* tests/vectors/make_folders.py: files that say more, less and other than each other. */
static void every_folder_is_the_librarys(void **state)
{
    const struct tally tally = check_all("folders");

    (void) state;
    assert_true(tally.folders == 16 && tally.texts == 16 * 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_the_librarys),
        cmocka_unit_test(every_folder_is_the_librarys),
    };
    int failed = 0;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
