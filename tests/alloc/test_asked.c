/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of one's own and their answers, while memory runs out.
 */
#include <stdio.h>
#include <string.h>

#include "alloc/fail_alloc.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/number_rows.h"
#include "format/text_lines.h"
#include "inference/answer_lines.h"
#include "inference/prediction.h"
#include "pipeline/open_pipeline.h"
#include "predict/asked_texts.h"
#include "support/support.h"

static const char *folder;

static mpcf_status read_lines(void *context, mpcf_error *err)
{
    static const char text[] = "a\tb\r\n\nc";
    struct text_lines *l = NULL;
    struct text_line line;
    enum text_lines_found found = TEXT_LINE;
    mpcf_status status;

    (void) context;
    MPCF_TRY(text_lines_open_memory(text, sizeof text - 1, "texts", &l, err));
    do {
        status = text_lines_next(l, true, &line, &found, err);
    } while (status == MPCF_OK && found == TEXT_LINE);
    text_lines_close(l);
    return status;
}

static mpcf_status read_numbers(void *context, mpcf_error *err)
{
    struct number_rows rows = {0};
    mpcf_status status = MPCF_OK;

    (void) context;
    for (size_t i = 0; status == MPCF_OK && i < 70; i++) {
        status = number_rows_add(&rows, "1 -2.5", 6, "points", err);
    }
    number_rows_clear(&rows);
    return status;
}

static mpcf_status gather_texts(void *context, mpcf_error *err)
{
    static const char *const words[] = {"the film", "good\tbad"};
    static const struct pipeline pipeline; /* without a dataset */
    const struct asked_request request = {
        .pipeline = &pipeline, .tokenizer = context, .max_tokens = 3, .limit = 4};
    struct asked_texts texts = {.texts = words, .count = 2};
    struct corpus *corpus = NULL;

    mpcf_status status = asked_texts_next(&texts, &request, &corpus, err);

    if (status == MPCF_OK) {
        assert_int_equal(corpus->count, 2);
        assert_true(texts.is_cut[0] && texts.is_cut[1]);
    }
    corpus_destroy(corpus);
    asked_texts_end(&texts, &pipeline);
    return status;
}

static mpcf_status keep_lines(struct answer_lines *l, mpcf_error *err)
{
    const uint32_t rows[] = {1};
    const float answers[] = {1, 2, 3, 4};

    MPCF_TRY(answer_lines_add(l, rows, 1, answers, err));
    return answer_lines_finish(l, answers, err);
}

static mpcf_status write_lines(void *context, mpcf_error *err)
{
    const mpcf_task task = {.struct_size = sizeof task, .classes = 2};
    struct predictor p;
    struct answer_lines *l = NULL;
    mpcf_status status = predictor_begin(&p, &task, NULL, 2, false, err);

    if (status == MPCF_OK) {
        status = answer_lines_open(folder, &p, context, &l, err);
    }
    if (status == MPCF_OK) {
        status = keep_lines(l, err);
    }
    answer_lines_close(l);
    predictor_clear(&p);
    return status;
}

static mpcf_status open_bare(void *context, mpcf_error *err)
{
    const struct pipeline_request request = {.file = context};
    struct pipeline *p = NULL;

    MPCF_TRY(pipeline_open(&request, &p, err));
    assert_int_equal(p->task.classes, 3);
    assert_int_equal(p->max_length, 32);
    pipeline_close(p);
    return MPCF_OK;
}

static void texts_say_memory_is_short(void **state)
{
    const mpcf_tokenizer_spec spec = {.struct_size = sizeof spec,
                                      .kind = MPCF_TOKENIZER_WORDPIECE,
                                      .vocab_size = 21,
                                      .max_tokens = 32,
                                      .type_count = 2,
                                      .pair_separators = 1};
    mpcf_error *err = mpcf_error_create();
    struct tokenizer *t = NULL;

    (void) state;
    assert_survives("texts of lines", read_lines, NULL);
    assert_survives("rows of numbers", read_numbers, NULL);
    assert_ok(tokenizer_open(source_path("tests/vectors/predict/classes"), &spec, &t, err), err);
    assert_survives("texts of words", gather_texts, t);
    tokenizer_close(t);
    mpcf_error_destroy(err);
}

static void lines_of_answers_say_memory_is_short(void **state)
{
    int32_t id = 1, type = 0;
    const struct corpus_item items[2] = {{.ids = &id, .types = &type, .length = 1},
                                         {.ids = &id, .types = &type, .length = 1, .id = 1}};
    struct corpus *corpus = NULL;

    (void) state;
    assert_int_equal(corpus_from_items(items, 2, 0, &corpus, NULL), MPCF_OK);
    assert_survives("answers as lines", write_lines, corpus);
    corpus_destroy(corpus);
}

static void a_file_without_a_dataset_says_memory_is_short(void **state)
{
    char *path = file_join(folder, "bare.yaml");
    char *text = mpcf_format("version: 1\noutput: out\nmodel: {family: bert, path: %s}\n",
                             source_path("tests/vectors/predict/classes"));

    (void) state;
    assert_int_equal(file_write_whole(path, text, strlen(text), NULL), MPCF_OK);
    assert_survives("a file without a dataset", open_bare, path);
    mpcf_free(path);
    mpcf_free(text);
}

static int make_folder(void **state)
{
    (void) state;
    folder = test_folder();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_say_memory_is_short),
        cmocka_unit_test(lines_of_answers_say_memory_is_short),
        cmocka_unit_test(a_file_without_a_dataset_says_memory_is_short),
    };

    return cmocka_run_group_tests(tests, make_folder, NULL);
}
