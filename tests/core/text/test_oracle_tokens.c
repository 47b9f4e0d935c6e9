/* SPDX-License-Identifier: Apache-2.0 */
/* Every line of oracle/tokens against ids of Hugging Face's tokenizers. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "support/support.h"
#include "text/encode.h"
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
    struct tokenizer *t = NULL;

    if (file_exists(merges)) {
        spec.kind = MPCF_TOKENIZER_BYTE_BPE;
        spec.pair_separators = 2;
        spec.type_count = 1;
    }
    assert_ok(tokenizer_open(folder, &spec, &t, err), err);
    mpcf_free(folder);
    mpcf_free(merges);
    return t;
}

static bool equal(const json_t *want, const int32_t *got, size_t count)
{
    if (json_array_size(want) != count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (json_integer_value(json_array_get(want, i)) != got[i]) {
            return false;
        }
    }
    return true;
}

static void check_line(const struct tokenizer *t, const char *line, const char *name, size_t number)
{
    json_error_t where;
    json_t *one = json_loads(line, JSON_ALLOW_NUL, &where);
    const json_t *text = json_object_get(one, "text"), *pair = json_object_get(one, "pair");
    const json_t *most = json_object_get(one, "max_length"), *types = json_object_get(one, "types");
    struct encoding e = {0};

    assert_non_null(one);
    assert_ok(tokenizer_encode_bytes(
                  t, json_string_value(text), json_string_length(text), json_string_value(pair),
                  json_string_length(pair),
                  most != NULL ? (size_t) json_integer_value(most) : (size_t) 1 << 20, &e, err),
              err);
    if (!equal(json_object_get(one, "ids"), e.ids, e.count) ||
        (types != NULL && !equal(types, e.type_ids, e.count))) {
        fail_msg("%s line %zu differs: %s", name, number, line);
    }
    encoding_clear(&e);
    json_decref(one);
}

static void check_file(const struct tokenizer *t, const char *path)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t size = 0, number = 0;

    assert_non_null(file);
    while (getline(&line, &size, file) > 0) {
        check_line(t, line, path, ++number);
    }
    assert_true(number > 0);
    (void) fclose(file);
    free(line);
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
