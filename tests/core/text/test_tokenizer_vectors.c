/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokenizers of many kinds on odd texts, against what Hugging Face's library made of them
 * (tests/vectors/make_tokenizers.py, which compares far more texts a kind).
 */
#include <dirent.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "support/support.h"
#include "support/token_lines.h"
#include "text/encode.h"
#include "text/tokenizer_json.h"
#include "text/tokenizer_parts.h"

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

/* TEXT as a tokenizer.json, and a text through what it makes; false: it is refused. */
static bool survives(const char *text, size_t length)
{
    const mpcf_tokenizer_spec spec = {.struct_size = sizeof(spec),
                                      .kind = MPCF_TOKENIZER_WORDPIECE,
                                      .vocab_size = 1 << 20,
                                      .type_count = 2};
    struct tokenizer *t = NULL;
    json_t *root = NULL;
    struct encoding e = {0};
    bool is_read = json_read_text(text, length, "damaged", &root, err) == MPCF_OK;

    assert_ok(tokenizer_create(&spec, &t, err), err);
    is_read = is_read && tokenizer_load_json(t, root, "damaged", err) == MPCF_OK &&
              tokenizer_finish(t, err) == MPCF_OK;
    if (is_read &&
        tokenizer_encode(t, "the film, 東京 [MASK] caf\xc3\xa9", "a 12", 32, &e, err) == MPCF_OK) {
        encoding_clear(&e);
    }
    mpcf_error_reset(err);
    json_decref(root);
    tokenizer_close(t);
    return is_read;
}

/* Cut at 200 places, and with a bit of 400 bytes turned. */
static void damaged_files_are_refused_or_read(void **state)
{
    static const char *const kinds[] = {"bert-added", "roberta", "metaspace", "gpt4", "replaced"};
    struct test_random random = {7};

    (void) state;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        char *path = mpcf_format("%s/tests/vectors/tokenizers/%s/tokenizer.json",
                                 getenv("MPCF_SOURCE_DIR"), kinds[k]);
        char *text = NULL;
        size_t length = 0, refused = 0;

        assert_ok(file_read(path, 1 << 20, &text, &length, err), err);
        while (length > 0 && text[length - 1] != '}') {
            length--;
        }
        for (size_t i = 0; i < 200; i++) {
            assert_false(survives(text, i * length / 200));
        }
        for (size_t i = 0; i < 400; i++) {
            const size_t at = test_random_u64(&random) % length;
            const char before = text[at];

            text[at] = (char) (before ^ (1 << test_random_u64(&random) % 8));
            refused += !survives(text, length);
            text[at] = before;
        }
        assert_true(survives(text, length) && refused > 0);
        mpcf_free(text);
        mpcf_free(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_the_librarys),
        cmocka_unit_test(every_folder_is_the_librarys),
        cmocka_unit_test(damaged_files_are_refused_or_read),
    };
    int failed = 0;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
