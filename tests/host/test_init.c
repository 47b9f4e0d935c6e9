/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init: from a checkpoint and data to a file that is accepted, with nothing written over.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "support/program.h"
#include "support/support.h"

static void run(int status, const char *part, const char *const *words)
{
    assert_program(status, part, test_folder(), words);
}
#define INIT(status, part, ...)                                                                    \
    run((status), (part), (const char *const[]){"init", __VA_ARGS__, NULL})
#define ACCEPTED(file) run(0, "accepted", (const char *const[]){file, "--check", NULL})

static char *read_file(const char *name)
{
    char *path = file_join(test_folder(), name), *text = NULL;
    size_t length = 0;

    assert_int_equal(file_read(path, 1 << 20, &text, &length, NULL), MPCF_OK);
    mpcf_free(path);
    return text;
}

static void write_text(const char *name, const char *text)
{
    char *path = file_join(test_folder(), name), *folder = file_folder_of(path);

    assert_int_equal(file_make_folder(folder, NULL), MPCF_OK);
    assert_int_equal(file_write_whole(path, text, strlen(text), NULL), MPCF_OK);
    mpcf_free(folder);
    mpcf_free(path);
}

static void has(const char *name, const char *part)
{
    char *text = read_file(name);

    if (strstr(text, part) == NULL) {
        fail_msg("no '%s' in: %s", part, text);
    }
    mpcf_free(text);
}

static int make_example(void **state)
{
    (void) state;
    run(0, "random weights", (const char *const[]){"example", "ex", "--rows", "300", NULL});
    return 0;
}

static void a_task_folder_becomes_a_pipeline(void **state)
{
    (void) state;
    INIT(0, "glue, SST-2, 300 training rows, 2 classes", "ex/model/", "ex/data/");
    has("pipeline.yaml", "  family: bert ");
    has("pipeline.yaml", "  path: ex/data\n");
    has("pipeline.yaml", "  task: SST-2 ");
    has("pipeline.yaml", "\n  max_length: 16 ");
    has("pipeline.yaml", "  # finetune: ");
    ACCEPTED("pipeline.yaml");
}

/* It runs as it is, in a folder of its own as well: paths are found from there. */
static void what_is_written_runs(void **state)
{
    (void) state;
    write_text("own/empty", "");
    INIT(0, "own/p.yaml: written", "ex/model", "ex/data", "own/p.yaml");
    ACCEPTED("own/p.yaml");
    run(0, "secure",
        (const char *const[]){"own/p.yaml", "--quiet", "--set",
                              "stages.distill={layers: {epochs: 1}, prediction: {epochs: 1}}",
                              "--set", "stages.infer.examples=2", NULL});
    has("own/runs/p/report.json", "\"secure\"");
}

static void nothing_is_written_over(void **state)
{
    (void) state;
    write_text("kept.yaml", "mine\n");
    INIT(2, "'kept.yaml' is there already", "ex/model", "ex/data", "kept.yaml");
    has("kept.yaml", "mine\n");
    INIT(2, "cannot write 'nowhere/x.yaml'", "ex/model", "ex/data", "nowhere/x.yaml");
}

static void what_fits_nothing_is_told(void **state)
{
    (void) state;
    write_text("bin/x.dat", "abc");
    INIT(2, "'nowhere' is no folder: a checkpoint is one", "nowhere", "ex/data", "n.yaml");
    INIT(2, "there is no 'nowhere'", "ex/model", "nowhere", "n.yaml");
    INIT(2, "ex/data/config.json", "ex/data", "ex/data", "n.yaml");
    INIT(2, "no reader takes 'bin'", "ex/model", "bin", "n.yaml");
    INIT(2, "\n  imdb: ", "ex/model", "bin", "n.yaml");
    INIT(2, "expected CHECKPOINT DATA", "ex/model");
    write_text("deberta/config.json", "{\"model_type\": \"deberta-v2\"}");
    INIT(2, "relative positions", "deberta", "ex/data", "n.yaml");
    assert_false(file_exists("n.yaml"));
}

static void reviews_in_folders_are_imdb(void **state)
{
    static const char *const names[] = {"train/neg/0_1.txt", "train/pos/0_9.txt",
                                        "test/neg/0_2.txt", "test/pos/0_8.txt"};

    (void) state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *name = mpcf_format("reviews/%s", names[i]);

        write_text(name, "the film was good");
        mpcf_free(name);
    }
    INIT(0, "imdb, IMDb, 2 training rows", "ex/model", "reviews", "imdb.yaml");
    ACCEPTED("imdb.yaml");
}

/* A head for other classes than the data has is trained anew. */
static void a_checkpoint_of_other_classes_is_trained(void **state)
{
    char *path = file_join(test_folder(), "ex/model/config.json"), *text;
    json_t *config = NULL;

    (void) state;
    assert_int_equal(json_read_file(path, &config, NULL), MPCF_OK);
    assert_int_equal(
        json_object_set_new(config, "id2label",
                            json_pack("{s:s, s:s, s:s}", "0", "a", "1", "b", "2", "c")),
        0);
    text = json_dumps(config, 0);
    write_text("ex/model/config.json", text);
    INIT(0, "without a head for the task", "ex/model", "ex/data", "other.yaml");
    has("other.yaml", "\n  finetune: {epochs: 3} ");
    ACCEPTED("other.yaml");
    free(text);
    json_decref(config);
    mpcf_free(path);
}

/* --- Own tables, where their reader is there --- */

/* ROW with its number in place of each '#'. */
static void put_row(FILE *file, const char *row, int number)
{
    for (; *row != '\0'; row++) {
        if (*row == '#') {
            (void) fprintf(file, "%d", number);
        } else {
            (void) fputc(*row, file);
        }
    }
}

static void write_rows(const char *name, const char *head, const char *first, const char *second)
{
    char *path = file_join(test_folder(), name);
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    (void) fputs(head, file);
    for (int i = 0; i < 80; i++) { /* sorted by label, as files often are */
        put_row(file, i < 40 ? first : second, i);
    }
    assert_int_equal(fclose(file), 0);
    mpcf_free(path);
}

static void own_tables_are_understood(void **state)
{
    char *plugin = file_join(getenv("MPCF_PLUGIN_PATH"), "mpcf-table.so");
    const bool has_reader = file_exists(plugin);

    (void) state;
    mpcf_free(plugin);
    if (!has_reader) {
        print_message("there is no reader 'table': skipped\n");
        skip();
    }
    write_rows("a.csv", "id,review,sentiment\n", "#,\"the film #, was good\",pos\n",
               "#,a dull film #,neg\n");
    INIT(0, "table, 80 rows, 2 classes", "ex/model", "a.csv", "a.yaml");
    has("a.yaml", "\n  # columns: id, review, sentiment\n  text: review ");
    has("a.yaml", "\n  label: sentiment ");
    has("a.yaml", "\n  labels: [neg, pos] ");
    ACCEPTED("a.yaml");
    write_rows("b.tsv", "", "the film # was good\t1\n", "a dull film #\t0\n");
    INIT(0, "2 classes", "ex/model", "b.tsv", "b.yaml");
    has("b.yaml", "\n  text: 1 ");
    has("b.yaml", "\n  header: no ");
    has("b.yaml", "\n  label: 2 ");
    has("b.yaml", "\n  classes: 2 ");
    ACCEPTED("b.yaml");
    write_rows("c.jsonl", "", "{\"body\": \"the film #\", \"y\": \"c: d\"}\n",
               "{\"body\": \"a film #\", \"y\": \"e\"}\n");
    INIT(0, "2 classes", "ex/model", "c.jsonl", "c.yaml");
    has("c.yaml", "\n  text: body ");
    has("c.yaml", "\n  labels: [\"c: d\", e] ");
    ACCEPTED("c.yaml");
    write_rows("d.csv", "premise,hypothesis,score\n", "a film #,the film #,0.5\n",
               "a film #,the film #,4.5\n");
    INIT(0, "a score", "ex/model", "d.csv", "d.yaml");
    has("d.yaml", "\n  text_b: hypothesis ");
    has("d.yaml", "\n  score: [0, 5] ");
    ACCEPTED("d.yaml");
    write_rows("e.txt", "", "the film # was good\n", "a dull film #\n");
    INIT(0, "table", "ex/model", "e.txt", "e.yaml");
    has("e.yaml", "\n  label: none ");
    ACCEPTED("e.yaml");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_folder_becomes_a_pipeline),
        cmocka_unit_test(what_is_written_runs),
        cmocka_unit_test(nothing_is_written_over),
        cmocka_unit_test(what_fits_nothing_is_told),
        cmocka_unit_test(reviews_in_folders_are_imdb),
        cmocka_unit_test(own_tables_are_understood),
        cmocka_unit_test(a_checkpoint_of_other_classes_is_trained),
    };

    return cmocka_run_group_tests(tests, make_example, NULL);
}
