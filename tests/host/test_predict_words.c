/* SPDX-License-Identifier: Apache-2.0 */
/* What `predict` says besides its answers, and how it ends where nobody reads them. */
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
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
        cmocka_unit_test(a_reader_that_leaves_ends_it_quietly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
