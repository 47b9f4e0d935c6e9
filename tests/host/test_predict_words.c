/* SPDX-License-Identifier: Apache-2.0 */
/* What `predict` says besides its answers, and how it ends where nobody reads them. */
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "support/apart.h"
#include "support/datasets.h"
#include "support/heard.h"
#include "support/run_folder.h"

static const char *checkpoint_folder(void)
{
    const char *folder = test_folder();
    char text[4400];

    (void) snprintf(text, sizeof text, "version: 1\noutput: run\nmodel: {path: %s/classes}\n",
                    source_path("tests/vectors/predict"));
    test_write(folder, "p.yaml", text);
    return folder;
}

/* What is done with a text besides answering it is said once, on standard error. */
static void cut_texts_and_needless_pairs_are_said(void **state)
{
    const char *folder = checkpoint_folder();
    char text[4400], words[200] = "a";
    struct heard h;

    (void) state;
    for (size_t i = 0; i < 40; i++) {
        (void) strcat(words, " the");
    }
    (void) snprintf(text, sizeof text,
                    "version: 1\noutput: run\nmodel: {path: %s/classes}\n"
                    "dataset: {reader: table, path: rows, label: none, max_length: 16}\n",
                    source_path("tests/vectors/predict"));
    test_write(folder, "rows/dev.csv", "text\na film\n");
    test_write(folder, "data.yaml", text);
    (void) snprintf(text, sizeof text, "good\n%s\na\tb\n%s\nc\td\n", words, words);
    test_write(folder, "texts", text);
    h = HEARD(folder, NULL, "predict", "data.yaml", "--plain", "--json", "--input", "texts");
    assert_heard(&h, 0, NULL, "2 of 5 texts are longer than 16 tokens, and were cut (dataset.max");
    assert_non_null(strstr(h.log, "texts:3: a tab makes it a pair"));
    assert_null(strstr(h.log, "texts:5"));
    assert_non_null(strstr(h.out, "], \"cut\": true}\n{\"index\": 2, "));
    heard_forget(&h);
    /* Where nobody knows what the rows are, or that texts are cut, nothing is said. */
    h = HEARD(folder, NULL, "predict", "p.yaml", "--plain", "--quiet", "a\tb");
    assert_heard(&h, 0, NULL, NULL);
    assert_string_equal(h.log, "");
    assert_null(strstr(h.out, "cut"));
    heard_forget(&h);
}

/* How often PART stands in TEXT. */
static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (; (text = strstr(text, part)) != NULL; text += strlen(part)) {
        count++;
    }
    return count;
}

/* A table's lines are asked as they stand, which is said where they look like one. */
static void a_table_given_as_texts_is_said(void **state)
{
    static const struct {
        const char *name, *content, *word;
    } cases[] = {
        {"q.csv", "text,label\n\"a film\",good\n", "q.csv:1: this looks like CSV, but every line"},
        {"q.tsv", "a film\n", "q.tsv:1: this looks like TSV"},
        {"q.jsonl", "{\"text\": \"a film\"}\n{\"text\": \"a\"}\n",
         "q.jsonl:1: this looks like JSON Lines"},
        {"q.txt", "{\"text\": \"a film\"}\n", "q.txt:1: this looks like JSON Lines"},
        {"q.text", "{a film\n{\"text\": \"a film\"}\n", NULL},
        {"none.txt", "", NULL},
    };
    const char *folder = checkpoint_folder();

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct heard h;

        test_write(folder, cases[i].name, cases[i].content);
        h = HEARD(folder, NULL, "predict", "p.yaml", "--plain", "--quiet", "--input",
                  cases[i].name);
        assert_heard(&h, 0, NULL, cases[i].word);
        assert_int_equal(count_of(h.log, "looks like"), cases[i].word != NULL);
        assert_int_equal(count_of(h.out, "\n"), count_of(cases[i].content, "\n"));
        heard_forget(&h);
    }
    test_write(folder, "q", "{\"text\": \"a film\"}\n");
    struct heard h = HEARD(folder, "q", "predict", "p.yaml", "--plain", "--quiet");
    assert_heard(&h, 0, NULL, "standard input:1: this looks like JSON Lines");
    heard_forget(&h);
}

static void single_texts_of_a_network_of_pairs_are_said(void **state)
{
    const char *folder = checkpoint_folder();
    char text[4400];
    struct heard h;

    (void) state;
    (void) snprintf(text, sizeof text,
                    "version: 1\noutput: run\nmodel: {path: %s/classes}\n"
                    "dataset: {reader: table, path: rows, text: a, text_b: b, label: none, "
                    "max_length: 16}\n",
                    source_path("tests/vectors/predict"));
    test_write(folder, "rows/dev.csv", "a,b\na film,a story\n");
    test_write(folder, "pairs.yaml", text);
    h = HEARD(folder, NULL, "predict", "pairs.yaml", "--plain", "--quiet", "a\tb", "c", "d");
    assert_heard(&h, 0, NULL, "text 2: a single text, but the rows of the dataset are pairs");
    assert_int_equal(count_of(h.log, "\n"), 1);
    heard_forget(&h);
}

/* Which byte, what to do, and nothing of the text. */
static void another_encoding_is_said(void **state)
{
    const char *folder = checkpoint_folder();
    char *path = file_join(folder, "wide");
    struct heard h;

    (void) state;
    test_write(folder, "latin", "a caf\xc3\xa9\tb\na\tcaf\xe9 whisper\n");
    h = HEARD(folder, NULL, "predict", "p.yaml", "--plain", "--input", "latin");
    assert_heard(&h, 1, NULL, "latin:2: byte 6 is not UTF-8; a file in another encoding");
    heard_forget(&h);
    assert_int_equal(file_write_whole(path,
                                      "\xff\xfe"
                                      "a\0\n\0",
                                      6, NULL),
                     MPCF_OK);
    h = HEARD(folder, NULL, "predict", "p.yaml", "--plain", "--input", "wide");
    assert_heard(&h, 1, "", "wide: the file is text in UTF-16, not text in UTF-8; write it anew");
    heard_forget(&h);
    mpcf_free(path);
}

/* Names of the file's own are used, and which class each stands for is said. */
static void other_names_for_a_students_classes_are_said(void **state)
{
    static const char table[] = "dataset={reader: table, path: table.csv, text: words, label: "
                                "none, labels: [mild, hot], max_length: 40}";
    const char *folder = apart_create("batch: 1", 2);
    struct heard h;

    (void) state;
    test_write(folder, "table.csv", "words\nt7\n");
    h = HEARD(folder, NULL, "predict", "pipeline.yaml", "--plain", "--set", table, "t7 t8");
    assert_heard(&h, 0, NULL,
                 "the student: its classes are taken for those of table: negative = mild");
    assert_true(strncmp(h.out, "mild", 4) == 0 || strncmp(h.out, "hot", 3) == 0);
    heard_forget(&h);
}

/* Who forgot to start another hears of it before the time is over. */
static void whom_a_user_waits_for_is_said(void **state)
{
    const char *folder = apart_create("batch: 1", 2);
    struct heard h = HEARD(folder, NULL, "predict", "pipeline.yaml", "--role", "user", "--set",
                           "stages.infer.connect_timeout=4s", "t7");

    (void) state;
    assert_heard(&h, 1, "", "user: waits for the ");
    assert_non_null(strstr(h.log, "which is not there yet (1 s at most: stages.infer.connect"));
    heard_forget(&h);
}

static void a_reader_that_leaves_ends_it_quietly(void **state)
{
    const char *folder = checkpoint_folder();
    char command[9000], *status, *log;

    (void) state;
    (void) snprintf(
        command, sizeof command,
        "cd '%s' && { sleep 0.2; '%s' predict p.yaml --plain --quiet good bad 2>log; echo $? "
        ">status; } | true",
        folder, getenv("MPCF_HOST"));
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): of this test alone */
    status = test_read(folder, "status");
    log = test_read(folder, "log");
    assert_string_equal(status, "0\n");
    assert_string_equal(log, "");
    mpcf_free(status);
    mpcf_free(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_texts_and_needless_pairs_are_said),
        cmocka_unit_test(a_table_given_as_texts_is_said),
        cmocka_unit_test(single_texts_of_a_network_of_pairs_are_said),
        cmocka_unit_test(another_encoding_is_said),
        cmocka_unit_test(other_names_for_a_students_classes_are_said),
        cmocka_unit_test(whom_a_user_waits_for_is_said),
        cmocka_unit_test(a_reader_that_leaves_ends_it_quietly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
