/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every parser of foreign bytes, and every writer beside it, while memory runs out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpcf/tsv.h>

#include "alloc/fail_alloc.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "bench/bench_secure_result.h"
#include "bench/bench_tokenizer.h"
#include "checkpoint/checkpoint.h"
#include "format/json.h"
#include "format/safetensors.h"
#include "format/safetensors_write.h"
#include "format/yaml_set.h"
#include "inference/kept_answers.h"
#include "pass/ranges.h"
#include "pipeline/open_pipeline.h"
#include "plugin/option_parse.h"
#include "plugin/option_set.h"
#include "support/program.h"
#include "support/support.h"
#include "text/encode.h"
#include "text/tokenizer.h"
#include "text/tokenizer_files.h"
#include "train/state.h"

static const char *folder; /* example/: model and data; out/student: what convert made of it */

#define PIPELINE                                                                                   \
    "version: 1\noutput: out\nmodel: {family: bert, path: example/model}\n"                        \
    "dataset: {reader: glue, task: SST-2, path: example/data, max_length: 16}\n"                   \
    "approximations: {activation: quad, normaliser: [{name: 2quad, options: {c: 5}, heads: "       \
    "\"0,2\"}, 2quad]}\n"                                                                          \
    "transport: tcp\nparties: {provider: {listen: \"127.0.0.1:1\"}, "                              \
    "dealer: {listen: \"127.0.0.1:2\"}}\n"                                                         \
    "stages: {convert: {}, infer: {buckets: [4, 8]}}\n"

/* --- Answers that were kept --- */

static mpcf_status keep_answers(void *context, mpcf_error *err)
{
    const struct corpus *corpus = context;
    struct kept_request request = {.folder = folder,
                                   .of = "network and texts",
                                   .corpus = corpus,
                                   .width = 2,
                                   .is_taken_over = true};
    const uint32_t rows[] = {0, 1};
    const float answers[] = {1, 2, 3, 4, 0, 0};
    struct kept_answers *kept = NULL;
    mpcf_status status = kept_answers_open(&request, &kept, err);

    if (status == MPCF_OK) {
        status = kept_answers_add(kept, rows, 2, answers, err);
    }
    kept_answers_close(kept, false);
    return status;
}

/* --- YAML and options --- */

static mpcf_status parse_yaml(void *context, mpcf_error *err)
{
    struct yaml_tree *tree = NULL;

    (void) context;
    MPCF_TRY(yaml_parse_text(PIPELINE, strlen(PIPELINE), "p.yaml", &tree, err));
    assert_string_equal(yaml_get(yaml_get(yaml_root(tree), "model"), "path")->text,
                        "example/model");
    yaml_tree_destroy(tree);
    return MPCF_OK;
}

static mpcf_status set_yaml(void *context, mpcf_error *err)
{
    struct yaml_tree *tree = NULL;
    mpcf_status status;

    (void) context;
    MPCF_TRY(yaml_parse_text(PIPELINE, strlen(PIPELINE), "p.yaml", &tree, err));
    status = yaml_set(tree, "stages.infer.buckets=[1, 2, 3]", err);
    if (status == MPCF_OK) {
        const struct yaml_node *infer = yaml_get(yaml_get(yaml_root(tree), "stages"), "infer");

        assert_int_equal(yaml_get(infer, "buckets")->count, 3);
    }
    yaml_tree_destroy(tree);
    return status;
}

struct config {
    struct option_real_list reals;
    struct option_string_list texts;
    const char *path;
};

static const mpcf_option options[] = {
    {.key = "reals",
     .type = MPCF_OPT_REAL_LIST,
     .default_text = "[1]",
     .offset = offsetof(struct config, reals)},
    {.key = "texts",
     .type = MPCF_OPT_STRING_LIST,
     .default_text = "[]",
     .offset = offsetof(struct config, texts)},
    {.key = "path",
     .type = MPCF_OPT_PATH,
     .default_text = "here",
     .offset = offsetof(struct config, path)},
    {.key = NULL},
};

/* The file's own mistakes go to PROBLEMS; memory is none of them. */
static mpcf_status fill_options(void *context, mpcf_error *err)
{
    const char *text = "{reals: [1, 2, 3], texts: [a, b]}";
    struct yaml_tree *tree = NULL;
    struct yaml_problems *problems = yaml_problems_create();
    struct option_memory *owned = NULL;
    struct config config;
    mpcf_status status;

    (void) context;
    if (problems == NULL) {
        return mpcf_fail_memory(err, 0, "problems");
    }
    status = yaml_parse_text(text, strlen(text), "o.yaml", &tree, err);
    if (status == MPCF_OK) {
        status = option_fill(options, sizeof *options, sizeof config, yaml_root(tree), "test",
                             "/base", &config, &owned, problems, err);
    }
    if (status == MPCF_OK) {
        assert_string_equal(yaml_problems_text(problems), "");
        assert_int_equal(config.reals.count, 3);
        assert_string_equal(config.texts.items[1], "b");
        assert_string_equal(config.path, "/base/here");
    }
    option_config_release(owned);
    yaml_tree_destroy(tree);
    yaml_problems_destroy(problems);
    return status;
}

static mpcf_status open_pipeline(void *context, mpcf_error *err)
{
    static const char *const sets[] = {"stages.infer.batch=2"};
    const struct pipeline_request request = {.file = context, .sets = sets, .set_count = 1};
    struct pipeline *p = NULL;

    MPCF_TRY(pipeline_open(&request, &p, err));
    assert_int_equal(p->infer.batch, 2);
    assert_int_equal(p->filling_count, 3);
    pipeline_close(p);
    return MPCF_OK;
}

/* --- JSON --- */

static mpcf_status parse_json(void *context, mpcf_error *err)
{
    const char *text = "{\"a\": [1, 2.5, \"x\"], \"b\": {\"c\": null}}";
    json_t *value = NULL;

    (void) context;
    MPCF_TRY(json_read_text(text, strlen(text), "x.json", &value, err));
    assert_int_equal(json_array_size(json_object_get(value, "a")), 3);
    json_decref(value);
    return MPCF_OK;
}

static mpcf_status read_ranges(void *context, mpcf_error *err)
{
    struct ranges *ranges = NULL, *again = NULL;
    char *path = mpcf_format("%s/out/student/public/ranges.json", folder);
    char *copy = mpcf_format("%s/ranges.json", folder);
    mpcf_status status = path != NULL && copy != NULL ? ranges_read(path, &ranges, err)
                                                      : mpcf_fail_memory(err, 0, "a path");

    (void) context;
    if (status == MPCF_OK) {
        status = ranges_write(ranges, copy, err);
    }
    if (status == MPCF_OK) {
        status = ranges_read(copy, &again, err);
    }
    if (status == MPCF_OK) {
        assert_int_equal(ranges->count, again->count);
    }
    ranges_destroy(ranges);
    ranges_destroy(again);
    mpcf_free(path);
    mpcf_free(copy);
    return status;
}

/* --- Rows --- */

static mpcf_status read_all_rows(mpcf_tsv *tsv, mpcf_error *err)
{
    const char *const *fields = NULL;
    uint64_t rows = 0;

    for (;;) {
        MPCF_TRY(mpcf_tsv_next(tsv, &fields, err));
        if (fields == NULL) {
            break;
        }
        rows++;
    }
    assert_int_equal(rows, 3);
    return MPCF_OK;
}

static mpcf_status read_rows(void *context, mpcf_error *err)
{
    const char *text = "a\tb\n1\t2\nlonger\t3\n\t\n";
    int32_t column = -1;
    mpcf_tsv *tsv = NULL;
    mpcf_status status;

    (void) context;
    MPCF_TRY(mpcf_tsv_open_memory(text, strlen(text), "rows.tsv", &tsv, err));
    status = mpcf_tsv_require(tsv, "b", &column, err);
    if (status == MPCF_OK) {
        status = read_all_rows(tsv, err);
    }
    if (status == MPCF_OK) {
        status = mpcf_tsv_rewind(tsv, err);
    }
    if (status == MPCF_OK) {
        status = read_all_rows(tsv, err);
    }
    mpcf_tsv_close(tsv);
    return status;
}

static mpcf_status read_row_file(void *context, mpcf_error *err)
{
    const char *const *fields = NULL;
    mpcf_tsv *tsv = NULL;
    mpcf_status status;

    MPCF_TRY(mpcf_tsv_open(context, &tsv, err));
    status = mpcf_tsv_next(tsv, &fields, err);
    if (status == MPCF_OK) {
        assert_non_null(fields);
    }
    mpcf_tsv_close(tsv);
    return status;
}

static mpcf_status read_text_file(void *context, mpcf_error *err)
{
    static char buffer[1 << 20];

    return mpcf_text_read(context, buffer, err);
}

/* --- Tensors --- */

static mpcf_status write_and_open_tensors(void *context, mpcf_error *err)
{
    static const float data[6] = {1, 2, 3, 4, 5, 6};
    const struct tensor_out out[] = {{.name = "a", .rank = 2, .dim = {3, 2}, .data = data},
                                     {.name = "b", .rank = 1, .dim = {2}, .data = data}};
    struct safetensors *s = NULL;

    MPCF_TRY(safetensors_write(context, out, 2, err));
    MPCF_TRY(safetensors_open(context, &s, err));
    assert_int_equal(safetensors_count(s), 2);
    assert_non_null(safetensors_find(s, "b"));
    safetensors_close(s);
    return MPCF_OK;
}

static mpcf_status save_and_load_state(void *context, mpcf_error *err)
{
    float kept[4] = {1, 2, 3, 4}, got[4] = {0};
    const struct state_array out = {.name = "x", .data = kept, .count = 4};
    const struct state_array in = {.name = "x", .data = got, .count = 4};
    json_t *facts = json_pack("{s:i}", "step", 7), *read = NULL;
    mpcf_status status = facts != NULL ? state_save(context, facts, &out, 1, err)
                                       : mpcf_fail_memory(err, 0, "facts");

    json_decref(facts);
    MPCF_TRY(status);
    MPCF_TRY(state_facts(context, &read, err));
    assert_int_equal(json_integer_value(json_object_get(read, "step")), 7);
    json_decref(read);
    MPCF_TRY(state_load(context, &in, 1, err));
    assert_memory_equal(kept, got, sizeof kept);
    return MPCF_OK;
}

static mpcf_status open_checkpoint(void *context, mpcf_error *err)
{
    struct checkpoint *c = NULL;

    MPCF_TRY(checkpoint_open(context, &c, err));
    assert_true(checkpoint_tensor_count(c) > 10);
    assert_non_null(json_object_get(checkpoint_config(c), "vocab_size"));
    checkpoint_close(c);
    return MPCF_OK;
}

/* --- Tokenizers --- */

struct words {
    char *folder;
    mpcf_tokenizer_spec spec;
    const char *text;
};

static mpcf_status encode(void *context, mpcf_error *err)
{
    const struct words *w = context;
    struct tokenizer *t = NULL;
    struct encoding e = {0};
    mpcf_status status;

    MPCF_TRY(tokenizer_open(w->folder, &w->spec, &t, err));
    status = tokenizer_encode(t, w->text, "t7", 16, &e, err);
    if (status == MPCF_OK) {
        assert_true(e.count >= 5);
    }
    encoding_clear(&e);
    tokenizer_close(t);
    return status;
}

static mpcf_status copy_tokenizer(void *context, mpcf_error *err)
{
    const struct words *w = context;
    char *to = mpcf_format("%s/copied", folder);
    mpcf_status status =
        to != NULL ? tokenizer_files_copy(w->folder, to, err) : mpcf_fail_memory(err, 0, "a path");

    mpcf_free(to);
    return status;
}

static void sweep_tokenizer(const char *family, mpcf_tokenizer_kind kind)
{
    struct words w = {.folder = file_join(folder, family),
                      .spec = {.struct_size = sizeof w.spec,
                               .kind = kind,
                               .vocab_size = 64,
                               .max_tokens = 16,
                               .type_count = 2,
                               .pad_id = 0,
                               .pair_separators = 1},
                      .text = "T5 \xc3\x89 t6 [MASK]"};

    assert_int_equal(file_make_folder(w.folder, NULL), MPCF_OK);
    assert_int_equal(bench_tokenizer_write(w.folder, family, 64, NULL), MPCF_OK);
    assert_survives(family, encode, &w);
    assert_survives("copying a tokenizer", copy_tokenizer, &w);
    mpcf_free(w.folder);
}

/* A file of the fuzzer's corpus: a JSON, a zero byte, and a text. */
static void sweep_tokenizer_json(const char *name, mpcf_tokenizer_kind kind)
{
    struct words w = {.folder = file_join(folder, name),
                      .spec = {.struct_size = sizeof w.spec,
                               .kind = kind,
                               .vocab_size = 512,
                               .max_tokens = 16,
                               .type_count = 2,
                               .pair_separators = 1},
                      .text = "a \xc3\xa9 b film 12"};
    char *from =
        mpcf_format("%s/tests/fuzz/corpus/tokenizer_json/%s", getenv("MPCF_SOURCE_DIR"), name);
    char *to = file_join(w.folder, "tokenizer.json"), *text = NULL;
    size_t length = 0;

    assert_int_equal(file_make_folder(w.folder, NULL), MPCF_OK);
    assert_int_equal(file_read(from, 1 << 20, &text, &length, NULL), MPCF_OK);
    assert_int_equal(file_write_whole(to, text, strlen(text), NULL), MPCF_OK);
    assert_survives("tokenizer.json", encode, &w);
    mpcf_free(text);
    mpcf_free(from);
    mpcf_free(to);
    mpcf_free(w.folder);
}

/* --- */

static void yaml_says_memory_is_short(void **state)
{
    (void) state;
    assert_survives("yaml", parse_yaml, NULL);
    assert_survives("yaml --set", set_yaml, NULL);
}

/* And none is lost by it. */
static void kept_answers_say_memory_is_short(void **state)
{
    int32_t id = 1, type = 0;
    const struct corpus_item items[3] = {{.ids = &id, .types = &type, .length = 1},
                                         {.ids = &id, .types = &type, .length = 1, .id = 1},
                                         {.ids = &id, .types = &type, .length = 1, .id = 2}};
    struct corpus *corpus = NULL;
    char *path = file_join(folder, "user.partial.jsonl");
    char *old = file_join(folder, "user.partial.old.jsonl");

    (void) state;
    assert_int_equal(corpus_from_items(items, 3, 0, &corpus, NULL), MPCF_OK);
    assert_survives("answers that were kept", keep_answers, corpus);
    assert_true(kept_answers_in(path) >= 2);
    assert_false(file_exists(old));
    corpus_destroy(corpus);
    mpcf_free(path);
    mpcf_free(old);
}

static void options_say_memory_is_short(void **state)
{
    (void) state;
    assert_survives("options", fill_options, NULL);
}

static void pipeline_file_says_memory_is_short(void **state)
{
    char *path = file_join(folder, "swept.yaml");

    (void) state;
    assert_int_equal(file_write_whole(path, PIPELINE, strlen(PIPELINE), NULL), MPCF_OK);
    assert_survives("a pipeline's file", open_pipeline, path);
    mpcf_free(path);
}

static void json_says_memory_is_short(void **state)
{
    (void) state;
    assert_survives("json", parse_json, NULL);
    assert_survives("ranges", read_ranges, NULL);
}

static void rows_say_memory_is_short(void **state)
{
    char *path = file_join(folder, "example/data/dev.tsv");

    (void) state;
    assert_survives("rows", read_rows, NULL);
    assert_survives("a file of rows", read_row_file, path);
    assert_survives("a text", read_text_file, path);
    mpcf_free(path);
}

static void tensors_say_memory_is_short(void **state)
{
    char *tensors = file_join(folder, "x.safetensors"), *kept = file_join(folder, "state");
    char *model = file_join(folder, "example/model");

    (void) state;
    assert_survives("safetensors", write_and_open_tensors, tensors);
    assert_survives("a state", save_and_load_state, kept);
    assert_survives("a checkpoint", open_checkpoint, model);
    mpcf_free(tensors);
    mpcf_free(kept);
    mpcf_free(model);
}

static void tokenizers_say_memory_is_short(void **state)
{
    struct words w = {.folder = file_join(folder, "example/model"),
                      .spec = {.struct_size = sizeof w.spec,
                               .kind = MPCF_TOKENIZER_WORDPIECE,
                               .vocab_size = 4000,
                               .max_tokens = 16,
                               .type_count = 2,
                               .pair_separators = 1},
                      .text = "a good film"};

    (void) state;
    assert_survives("vocab.txt of the example", encode, &w);
    sweep_tokenizer_json("wordpiece", MPCF_TOKENIZER_WORDPIECE);
    sweep_tokenizer_json("byte_bpe", MPCF_TOKENIZER_BYTE_BPE);
    sweep_tokenizer_json("forms", MPCF_TOKENIZER_WORDPIECE);
    sweep_tokenizer_json("replaced", MPCF_TOKENIZER_WORDPIECE);
    /* Not "split": Oniguruma 6.9.8 frees twice where memory ends while it compiles alternatives. */
    sweep_tokenizer_json("split_string", MPCF_TOKENIZER_WORDPIECE);
    sweep_tokenizer_json("word_level", MPCF_TOKENIZER_WORDPIECE);
    sweep_tokenizer("bert", MPCF_TOKENIZER_WORDPIECE);
    sweep_tokenizer("roberta", MPCF_TOKENIZER_BYTE_BPE);
    mpcf_free(w.folder);
}

static int make_files(void **state)
{
    char *example, *file;

    (void) state;
    folder = test_folder();
    example = file_join(folder, "example");
    file = file_join(folder, "run.yaml");
    ASSERT_HOST(0, "random weights", "example", example, "--rows", "16");
    assert_int_equal(file_write_whole(file, PIPELINE, strlen(PIPELINE), NULL), MPCF_OK);
    ASSERT_HOST(0, "converted", file, "--stage", "convert");
    mpcf_free(example);
    mpcf_free(file);
    return 0;
}

/* --- Benchmarks --- */

static mpcf_status summarise_bench(void *context, mpcf_error *err)
{
    const struct bench_secure_request request = {.model = "bert-base",
                                                 .activation = "quad",
                                                 .normaliser = "2quad",
                                                 .transport = "tcp",
                                                 .repeat = 1};
    json_t *out = NULL;
    mpcf_status status =
        bench_secure_summarise(&request, &named_networks[0].link, context, &out, err);

    if (status == MPCF_OK) {
        const json_t *list = json_object_get(out, "functions");

        assert_int_equal(json_array_size(list), 2);
        assert_string_equal(json_string_value(json_object_get(json_array_get(list, 1), "name")),
                            "attention");
        assert_true(json_number_value(json_object_get(json_array_get(list, 1), "seconds")) == 3);
    }
    json_decref(out);
    return status;
}

static void bench_summary_says_memory_is_short(void **state)
{
    static const char record[] =
        "{\"runs\": 1, \"cost_engine\": \"equal\", \"functions\": [{\"name\": \"linear\"},"
        " {\"name\": \"attention\"}], \"each\": [{\"functions\": {\"linear\": 2,"
        " \"attention\": 3}}]}";
    static const char report[] = "{\"secure\": {\"max_error_vs_fixed\": 0},"
                                 " \"machine\": {\"kernels\": \"portable\"}}";
    static const char *const names[] = {"report.json", "infer/provider.json", "infer/user.json",
                                        "infer/dealer.json"};
    char *run = file_join(test_folder(), "bench"), *infer = file_join(run, "infer");

    (void) state;
    assert_int_equal(file_make_folder(infer, NULL), MPCF_OK);
    for (size_t i = 0; i < 4; i++) {
        char *path = file_join(run, names[i]);
        const char *text = i == 0 ? report : record;

        assert_int_equal(file_write_whole(path, text, strlen(text), NULL), MPCF_OK);
        mpcf_free(path);
    }
    assert_survives("a benchmark's summary", summarise_bench, run);
    mpcf_free(infer);
    mpcf_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(yaml_says_memory_is_short),
        cmocka_unit_test(options_say_memory_is_short),
        cmocka_unit_test(kept_answers_say_memory_is_short),
        cmocka_unit_test(pipeline_file_says_memory_is_short),
        cmocka_unit_test(json_says_memory_is_short),
        cmocka_unit_test(rows_say_memory_is_short),
        cmocka_unit_test(tensors_say_memory_is_short),
        cmocka_unit_test(tokenizers_say_memory_is_short),
        cmocka_unit_test(bench_summary_says_memory_is_short),
    };

    return cmocka_run_group_tests(tests, make_files, NULL);
}
