/* SPDX-License-Identifier: Apache-2.0 */
/* A million rows: how much of them is in memory, and that the second reading does not tokenize. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "corpus/corpus.h"
#include "support/datasets.h"
#include "support/support.h"

enum { ROWS = 1000000, KIBIBYTES = 300 * 1000 * 1000 / 1024 };

static mpcf_error *err;

/* 100 MB: 18 words on an average, some of them quoted. */
static void write_rows(const char *path)
{
    static const char *const words[] = {"the", "film", "was", "good", "bad", "fun", "a", "never"};
    struct test_random random = {1};
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    (void) fputs("id,text,label\n", file);
    for (int i = 0; i < ROWS; i++) {
        const int count = 4 + (int) (test_random_u64(&random) % 29);

        (void) fprintf(file, "%d,\"%d", i, i);
        for (int k = 0; k < count; k++) {
            (void) fprintf(file, "%s%s", k == 3 ? ", " : " ", words[test_random_u64(&random) % 8]);
        }
        (void) fprintf(file, "\",%d\n", i % 2);
    }
    assert_int_equal(fclose(file), 0);
}

static long peak(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

static void load(const struct corpus_request *q, const char *what, size_t *rows)
{
    const int64_t began = clock_now_ns();
    struct corpus *c = NULL;

    assert_ok(corpus_load(q, &c, err), err);
    *rows = c->rows;
    (void) fprintf(stderr, "%s: %zu rows, %.1f s, at most %ld MB\n", what, c->rows,
                   clock_seconds_since(began), peak() * 1024 / 1000 / 1000);
    corpus_destroy(c);
}

static void test_million(void **state)
{
    const mpcf_tokenizer_spec spec = {.struct_size = sizeof spec,
                                      .kind = MPCF_TOKENIZER_WORDPIECE,
                                      .vocab_size = 32,
                                      .type_count = 2,
                                      .pair_separators = 1};
    struct test_dataset d = test_dataset_load("table", "{classes: 2, dev_share: 0.001}");
    char path[512], cache[512];
    struct tokenizer *t = NULL;
    size_t train = 0, again = 0, dev = 0;
    struct corpus_request q = {.dataset = d.dataset,
                               .config = d.config,
                               .path = path,
                               .split = "train",
                               .max_tokens = 64,
                               .cache_folder = cache};

    (void) state;
    (void) snprintf(path, sizeof path, "%s/rows.csv", test_folder());
    (void) snprintf(cache, sizeof cache, "%s/cache", test_folder());
    write_rows(path);
    test_write(test_folder(), "vocab.txt",
               "[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\nfilm\nwas\ngood\nbad\nfun\na\nnever\n,\n");
    assert_ok(tokenizer_open(test_folder(), &spec, &t, err), err);
    q.tokenizer = t;
    load(&q, "tokenized", &train);
    load(&q, "kept", &again);
    q.split = "dev";
    load(&q, "dev", &dev);
    tokenizer_close(t);
    assert_int_equal(train, again);
    assert_int_equal(dev, ROWS / 1000);
    assert_int_equal(train + dev, ROWS);
#if !defined(__SANITIZE_ADDRESS__) &&                                                              \
    !defined(__SANITIZE_THREAD__) /* theirs is not the program's */
    assert_true(peak() < KIBIBYTES);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_million)};
    int failed = 0;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
