/* SPDX-License-Identifier: Apache-2.0 */
/* The readers on the real files, and a corpus made of them. */
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/datasets.h"
#include "support/support.h"
#include "text/batches.h"

static mpcf_error *err;

static size_t count_lines(const char *path)
{
    size_t length = 0, lines = 0;
    char *data = NULL;

    assert_ok(file_read(path, SIZE_MAX / 4, &data, &length, err), err);
    for (size_t i = 0; i < length; i++) {
        lines += data[i] == '\n' || (i + 1 == length && data[i] != '\n');
    }
    mpcf_free(data);
    return lines;
}

static size_t count_rows(const struct test_dataset *d, const char *folder, const char *split)
{
    mpcf_task task = {.struct_size = sizeof(task)};
    mpcf_example e;
    int32_t more = 1;
    size_t rows = 0;
    void *r = NULL;

    assert_ok(d->dataset->describe(d->config, &task, err), err);
    assert_ok(d->dataset->open(d->config, folder, split, &r, err), err);
    for (;; rows++) {
        assert_ok(d->dataset->next(r, &e, &more, err), err);
        if (more == 0) {
            break;
        }
        assert_int_equal(e.id, rows);
        assert_true(e.has_label == 0 || (e.label >= 0.0 && e.label < (double) task.classes));
    }
    d->dataset->close(r);
    return rows;
}

static void test_glue(void **state)
{
    static const char *const tasks[] = {"SST-2", "RTE"}, *const splits[] = {"train", "dev", "test"};

    (void) state;
    for (size_t t = 0; t < 2; t++) {
        char *options = mpcf_format("{task: %s}", tasks[t]);
        char *folder = mpcf_format("%s/%s", shared_path("data/glue"), tasks[t]);
        struct test_dataset d = test_dataset_load("glue", options);

        for (size_t s = 0; s < 3; s++) {
            char *file = mpcf_format("%s/%s.tsv", folder, splits[s]);

            if (file_exists(file)) {
                assert_int_equal(count_rows(&d, folder, splits[s]), count_lines(file) - 1);
            }
            mpcf_free(file);
        }
        mpcf_free(options);
        mpcf_free(folder);
    }
}

static void test_imdb(void **state)
{
    struct test_dataset d = test_dataset_load("imdb", "{}");

    (void) state;
    assert_true(count_rows(&d, shared_path("data/imdb/aclImdb_subset"), "train") > 0);
    assert_true(count_rows(&d, shared_path("data/imdb/aclImdb_subset"), "test") > 0);
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
        cmocka_unit_test(test_glue),
        cmocka_unit_test(test_imdb),
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
