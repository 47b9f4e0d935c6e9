/* SPDX-License-Identifier: Apache-2.0 */
/* The readers on the real files, and a corpus made of them. */
#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/memory.h"
#include "corpus/batches.h"
#include "support/datasets.h"
#include "support/support.h"
#include "support/vectors.h"

static mpcf_error *err;

/* All files that are there, against what Python's csv reads of them. */
static void test_splits(void **state)
{
    json_t *splits = vector_json("datasets/splits.json");
    size_t compared = 0;

    (void) state;
    for (size_t i = 0; i < json_array_size(splits); i++) {
        const json_t *one = json_array_get(splits, i);
        const char *relative = json_string_value(json_object_get(one, "path"));
        struct test_dataset d;
        char *path = NULL;

        if (*relative == '\0') {
            continue; /* test_slow_imdb.c lays it out first */
        }
        path = mpcf_format("%s/%s", shared_path("data"), relative);
        d = test_dataset_load(json_string_value(json_object_get(one, "reader")),
                              json_string_value(json_object_get(one, "options")));
        if (file_exists(path)) {
            test_dataset_compare(&d, path, one);
            compared++;
        } else {
            print_message("%s is not there: skipped\n", path);
        }
        mpcf_free(path);
    }
    assert_true(compared >= 2);
    json_decref(splits);
}

static struct tokenizer *uncased(void)
{
    mpcf_tokenizer_spec spec = {.struct_size = sizeof(spec),
                                .kind = MPCF_TOKENIZER_WORDPIECE,
                                .vocab_size = 30522,
                                .type_count = 2,
                                .pair_separators = 1};
    struct tokenizer *t = NULL;

    assert_ok(tokenizer_open(shared_path("vocab/bert-base-uncased"), &spec, &t, err), err);
    return t;
}

static void note_progress(void *context, size_t done, size_t total)
{
    size_t *last = context;

    assert_true(done >= *last && done <= total);
    *last = done;
}

/* All rows, and a limited number spread over them. */
static void test_corpus(void **state)
{
    struct test_dataset d = test_dataset_load("glue", "{task: SST-2}");
    struct tokenizer *t = uncased();
    size_t last = 0;
    struct corpus_request q = {.dataset = d.dataset,
                               .config = d.config,
                               .path = shared_path("data/glue/SST-2"),
                               .split = "train",
                               .tokenizer = t,
                               .max_tokens = 24,
                               .progress = note_progress,
                               .context = &last};
    struct corpus *all = NULL, *some = NULL;
    int64_t start = clock_now_ns();

    (void) state;
    assert_ok(corpus_load(&q, &all, err), err);
    print_message("%zu rows in %.2f s\n", all->count, clock_seconds_since(start));
    assert_int_equal(all->count, all->rows);
    assert_int_equal(last, all->rows);
    assert_int_equal(all->longest, 24);
    q.limit = all->count / 7;
    q.progress = NULL;
    assert_ok(corpus_load(&q, &some, err), err);
    assert_int_equal(some->count, q.limit);
    assert_true(some->items[some->count - 1].id > all->rows - 8);
    for (size_t i = 0; i < some->count; i++) {
        const struct corpus_item *a = &some->items[i], *b = &all->items[a->id];

        assert_true(a->length == b->length && a->label == b->label);
        assert_memory_equal(a->ids, b->ids, a->length * sizeof(*a->ids));
    }
    corpus_destroy(all);
    corpus_destroy(some);
    tokenizer_close(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_splits),
        cmocka_unit_test(test_corpus),
    };
    int failed = 0;

    require_shared("data/glue/SST-2/train.tsv");
    require_shared("data/imdb/aclImdb_subset");
    require_shared("vocab/bert-base-uncased");
    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
