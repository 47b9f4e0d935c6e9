/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A student whose training rows are all long, asked texts of every length, the empty one and longer ones than any
 * row, too: the roles answer as its floats do. With Quad and 2Quad a short text's sums are far below a long one's,
 * and a value beyond its range is a wrong answer that nobody sees.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/datasets.h"
#include "support/heard.h"
#include "support/program.h"
#include "support/run_folder.h"
#include "support/support.h"

#define FILE_TEXT                                                                                  \
    "version: 1\noutput: run\nseed: 1\nmodel: {family: bert, path: example/model}\n"               \
    "dataset: {reader: glue, task: SST-2, path: example/data, max_length: 32}\n"                   \
    "approximations: {activation: quad, normaliser: {name: 2quad, options: {c: 5}}}\n"             \
    "stages:\n"                                                                                    \
    "  finetune: {epochs: 6, batch: 32, learning_rate: 1e-3}\n"                                    \
    "  convert: {init: teacher}\n"                                                                 \
    "  distill:\n"                                                                                 \
    "    layers: {epochs: 3, batch: 32, learning_rate: 1e-3}\n"                                    \
    "    prediction: {epochs: 2, batch: 32, learning_rate: 3e-4}\n"

enum { WORDS_LEAST = 12, WORDS = 72, LENGTHS = 31, EACH = 2 };

/* Rows of NAME with fewer words are left out. */
static void keep_long_rows(const char *folder, const char *name)
{
    char *text = test_read(folder, name), *kept = mpcf_alloc_array(strlen(text) + 1, 1);
    size_t length = 0;
    bool is_first = true;

    assert_non_null(kept);
    for (char *line = text, *end; *line != '\0'; line = end + 1) {
        size_t words = 1;

        end = strchr(line, '\n');
        assert_non_null(end);
        for (const char *c = line; c < end && *c != '\t'; c++) {
            words += *c == ' ' ? 1 : 0;
        }
        if (is_first || words >= WORDS_LEAST) {
            memcpy(kept + length, line, (size_t) (end + 1 - line));
            length += (size_t) (end + 1 - line);
        }
        is_first = false;
    }
    test_write(folder, name, kept);
    mpcf_free(text);
    mpcf_free(kept);
}

/* The empty text, each word alone, and of every length some. Takes VOCABULARY apart. */
static char *texts_of(char *vocabulary, size_t *count)
{
    const char *words[WORDS];
    char *texts = mpcf_alloc_array(1 << 16, 1), *at = texts, *rest = NULL;
    size_t known = 0;

    for (char *word = strtok_r(vocabulary, "\n", &rest); word != NULL && known < WORDS;
         word = strtok_r(NULL, "\n", &rest)) {
        if (*word >= 'a' && *word <= 'z') {
            words[known++] = word;
        }
    }
    assert_non_null(texts);
    assert_true(known > 50);
    at += sprintf(at, "\n");
    for (size_t i = 0; i < known; i++) {
        at += sprintf(at, "%s\n", words[i]);
    }
    *count = 1 + known;
    for (size_t n = 2; n < LENGTHS; n++) {
        for (size_t i = 0; i < EACH; i++, (*count)++) {
            for (size_t k = 0; k < n; k++) {
                at += sprintf(at, "%s%c", words[(n * 7 + i * 31 + k * k * 5 + k) % known],
                              k + 1 < n ? ' ' : '\n');
            }
        }
    }
    return texts;
}

/* How far the nearest line's first logit, and its second, are from PLAIN's; both go on. */
static double next_difference(const char **plain, const char **secure)
{
    json_error_t error;
    json_t *a = json_loads(*plain, JSON_DISABLE_EOF_CHECK, &error);
    json_t *b = json_loads(*secure, JSON_DISABLE_EOF_CHECK, &error);
    double most = 0;

    assert_non_null(a);
    assert_non_null(b);
    for (size_t i = 0; i < 2; i++) {
        const double x = json_number_value(json_array_get(json_object_get(a, "logits"), i));
        const double y = json_number_value(json_array_get(json_object_get(b, "logits"), i));

        most = fmax(most, fabs(x - y));
    }
    json_decref(a);
    json_decref(b);
    *plain = strchr(*plain, '\n') + 1;
    *secure = strchr(*secure, '\n') + 1;
    return most;
}

static void texts_of_every_length_are_answered_as_in_floats(void **state)
{
    const char *folder = test_folder();
    char *vocabulary = NULL, *texts = NULL;
    char example[4300];
    size_t count = 0;
    struct heard plain, secure, made;
    const char *a, *b;

    (void) state;
    (void) snprintf(example, sizeof example, "%s/example", folder);
    ASSERT_HOST(0, "random weights", "example", example);
    keep_long_rows(folder, "example/data/train.tsv");
    keep_long_rows(folder, "example/data/dev.tsv");
    test_write(folder, "p.yaml", FILE_TEXT);
    vocabulary = test_read(folder, "example/model/vocab.txt");
    texts = texts_of(vocabulary, &count);
    test_write(folder, "texts", texts);
    made = HEARD(folder, NULL, "run", "p.yaml", "--quiet");
    assert_heard(&made, 0, NULL, NULL);
    plain = HEARD(folder, NULL, "predict", "p.yaml", "--plain", "--json", "--input", "texts");
    secure = HEARD(folder, NULL, "predict", "p.yaml", "--json", "--input", "texts");
    assert_heard(&plain, 0, NULL, NULL);
    assert_heard(&secure, 0, NULL, NULL);
    a = plain.out;
    b = secure.out;
    for (size_t i = 0; i < count; i++) {
        const double difference = next_difference(&a, &b);

        if (!(difference <= 0.02)) {
            fail_msg("text %zu: %g from the floats", i, difference);
        }
    }
    assert_true(*a == '\0' && *b == '\0');
    heard_forget(&plain);
    heard_forget(&secure);
    heard_forget(&made);
    mpcf_free(vocabulary);
    mpcf_free(texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_of_every_length_are_answered_as_in_floats),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
