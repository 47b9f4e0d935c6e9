/* SPDX-License-Identifier: Apache-2.0 */
#include "support/token_lines.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/json.h"
#include "text/encode.h"
#include "text/tokenizer_json.h"
#include "text/tokenizer_parts.h"

/* The family's kind counts where config.json names one of Unigram: it takes no more than the words
 * from tokenizer.json. */
static mpcf_status kind_of(const char *folder, mpcf_tokenizer_kind *kind, mpcf_error *err)
{
    char *path = file_join(folder, "config.json");
    json_t *config = NULL;
    const char *type = NULL;
    mpcf_status status = MPCF_OK;

    if (path != NULL && file_exists(path)) {
        status = json_read_file(path, &config, err);
    }
    type = json_string_value(json_object_get(config, "model_type"));
    *kind = MPCF_TOKENIZER_WORDPIECE;
    if (type != NULL && (strcmp(type, "xlm-roberta") == 0 || strcmp(type, "camembert") == 0)) {
        *kind = MPCF_TOKENIZER_UNIGRAM;
    } else if (type != NULL && strcmp(type, "roberta") == 0) {
        *kind = MPCF_TOKENIZER_BYTE_BPE;
    }
    json_decref(config);
    mpcf_free(path);
    return status;
}

mpcf_status token_lines_open_file(const char *folder, const mpcf_tokenizer_spec *spec,
                                  struct tokenizer **out, mpcf_error *err)
{
    char *path = file_join(folder, "tokenizer.json");
    struct tokenizer *t = NULL;
    json_t *root = NULL;
    mpcf_status status = json_read_file(path, &root, err);

    if (status == MPCF_OK) {
        status = tokenizer_create(spec, &t, err);
    }
    if (status == MPCF_OK) {
        status = tokenizer_load_json(t, root, path, err);
    }
    if (status == MPCF_OK) {
        status = tokenizer_finish(t, err);
    }
    json_decref(root);
    mpcf_free(path);
    if (status != MPCF_OK) {
        tokenizer_close(t);
        return status;
    }
    *out = t;
    return MPCF_OK;
}

mpcf_status token_lines_open(const char *folder, struct tokenizer **out, mpcf_error *err)
{
    mpcf_tokenizer_spec spec = {.struct_size = sizeof(spec),
                                .vocab_size = 1 << 20,
                                .max_tokens = 1 << 20,
                                .type_count = 2,
                                .pair_separators = 1};

    MPCF_TRY(kind_of(folder, &spec.kind, err));
    char *path = file_join(folder, "config.json");
    const bool is_file_alone = !file_exists(path);

    mpcf_free(path);
    return is_file_alone ? token_lines_open_file(folder, &spec, out, err)
                         : tokenizer_open(folder, &spec, out, err);
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

/* What T makes of the text, as a line to read. */
static void write_got(struct text_buffer *out, const struct encoding *e, bool types)
{
    text_printf(out, "ids");
    for (size_t i = 0; i < e->count; i++) {
        text_printf(out, " %d", e->ids[i]);
    }
    text_printf(out, types ? ", types" : "");
    for (size_t i = 0; i < e->count && types; i++) {
        text_printf(out, " %d", e->type_ids[i]);
    }
    text_printf(out, "\n");
}

/* GOT stays empty where all is the same. */
static mpcf_status check_line(const struct tokenizer *t, const char *line, struct text_buffer *got,
                              mpcf_error *err)
{
    json_error_t where;
    json_t *one = json_loads(line, JSON_ALLOW_NUL, &where);
    const json_t *text = json_object_get(one, "text"), *pair = json_object_get(one, "pair");
    const json_t *most = json_object_get(one, "max_length"), *types = json_object_get(one, "types");
    struct encoding e = {0};
    mpcf_status status =
        one == NULL
            ? mpcf_fail(err, MPCF_E_FORMAT, "not JSON: %s", where.text)
            : tokenizer_encode_bytes(
                  t, json_string_value(text), json_string_length(text), json_string_value(pair),
                  json_string_length(pair),
                  most != NULL ? (size_t) json_integer_value(most) : (size_t) 1 << 20, &e, err);

    if (status == MPCF_OK && (!equal(json_object_get(one, "ids"), e.ids, e.count) ||
                              (types != NULL && !equal(types, e.type_ids, e.count)))) {
        write_got(got, &e, types != NULL);
    }
    encoding_clear(&e);
    json_decref(one);
    return status;
}

mpcf_status token_lines_check(const struct tokenizer *t, const char *path,
                              void (*differs)(void *context, size_t number, const char *line,
                                              const char *got),
                              void *context, struct token_lines_result *result, mpcf_error *err)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t size = 0;
    mpcf_status status = MPCF_OK;

    if (file == NULL) {
        return mpcf_fail(err, MPCF_E_IO, "%s: cannot be read", path);
    }
    while (status == MPCF_OK && getline(&line, &size, file) > 0) {
        struct text_buffer got = {0};

        result->count++;
        status = check_line(t, line, &got, err);
        if (status != MPCF_OK) {
            status = mpcf_fail_while(err, status, "%s:%zu", path, result->count);
        } else if (got.length > 0) {
            differs(context, result->count, line, got.data);
            result->different++;
        }
        text_clear(&got);
    }
    free(line);
    (void) fclose(file);
    return status;
}
