/* SPDX-License-Identifier: Apache-2.0 */
/* Every line of oracle/tokens against ids of Hugging Face's tokenizers. */
#include <dirent.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "support/support.h"
#include "support/token_lines.h"
#include "text/tokenizer.h"

static mpcf_error *err;

/* The family is told by the files: a byte-level one has merges. */
static struct tokenizer *open_tokenizer(const char *name)
{
    char *folder = mpcf_format("%s/%s", shared_path("vocab"), name);
    char *merges = file_join(folder, "merges.txt");
    mpcf_tokenizer_spec spec = {.struct_size = sizeof(spec),
                                .kind = MPCF_TOKENIZER_WORDPIECE,
                                .vocab_size = 1 << 20,
                                .max_tokens = 1 << 20,
                                .type_count = 2,
                                .pair_separators = 1};
    char *file = file_join(folder, "tokenizer.json");
    struct tokenizer *t = NULL;

    if (file_exists(merges)) {
        spec.kind = MPCF_TOKENIZER_BYTE_BPE;
        spec.pair_separators = 2;
        spec.type_count = 1;
    }
    /* The library tokenizers made the reference: of the file alone, where there is one. */
    assert_ok(file_exists(file) ? token_lines_open_file(folder, &spec, &t, err)
                                : tokenizer_open(folder, &spec, &t, err),
              err);
    mpcf_free(folder);
    mpcf_free(merges);
    mpcf_free(file);
    return t;
}

static void differs(void *context, size_t number, const char *line, const char *got)
{
    print_error("%s line %zu: %sgot %s", (const char *) context, number, line, got);
}

static void check_file(const struct tokenizer *t, char *path)
{
    struct token_lines_result result = {0};

    assert_ok(token_lines_check(t, path, differs, path, &result, err), err);
    assert_int_equal(result.different, 0);
    assert_true(result.count > 0);
}

static void test_every_file(void **state)
{
    char *folder = mpcf_strdup(shared_path("oracle/tokens"));
    DIR *entries = opendir(folder);
    size_t checked = 0;

    (void) state;
    assert_non_null(entries);
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        char *path = file_join(folder, entry->d_name);
        char *name = mpcf_strdup(entry->d_name);

        if (text_ends_with(name, ".jsonl")) {
            struct tokenizer *t = NULL;

            *strchr(name, '.') = '\0'; /* "roberta-base.pairs.jsonl" */
            t = open_tokenizer(name);
            check_file(t, path);
            tokenizer_close(t);
            checked++;
        }
        mpcf_free(path);
        mpcf_free(name);
    }
    (void) closedir(entries);
    mpcf_free(folder);
    assert_true(checked > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_file)};
    int failed = 0;

    require_shared("oracle/tokens");
    require_shared("vocab");
    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
