/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init beside a checkpoint that was trained: which label is which of its classes, which rows are refused, and that
 * nothing is written that a run would refuse.
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
#define HOST(status, part, ...) run((status), (part), (const char *const[]){__VA_ARGS__, NULL})
#define INIT(status, part, ...) HOST((status), (part), "init", __VA_ARGS__)

static char *path_of(const char *name)
{
    return file_join(test_folder(), name);
}

static bool is_there(const char *name)
{
    char *path = path_of(name);
    const bool there = file_exists(path);

    mpcf_free(path);
    return there;
}

static char *read_file(const char *name)
{
    char *path = path_of(name), *text = NULL;
    size_t length = 0;

    assert_int_equal(file_read(path, 1 << 20, &text, &length, NULL), MPCF_OK);
    mpcf_free(path);
    return text;
}

static void has(const char *name, const char *part)
{
    char *text = read_file(name);

    if (strstr(text, part) == NULL) {
        fail_msg("no '%s' in: %s", part, text);
    }
    mpcf_free(text);
}

/* --- Checkpoints --- */

static void copy_net(const char *to, const char *const *files)
{
    for (; *files != NULL; files++) {
        char *from = mpcf_format("%s/net/%s", test_folder(), *files);
        char *copy = mpcf_format("%s/%s/%s", test_folder(), to, *files);
        char *folder = file_folder_of(copy);

        assert_int_equal(file_make_folder(folder, NULL), MPCF_OK);
        assert_int_equal(file_copy(from, copy, NULL), MPCF_OK);
        mpcf_free(folder);
        mpcf_free(copy);
        mpcf_free(from);
    }
}

static const char *const whole[] = {"config.json", "model.safetensors", "vocab.txt",
                                    "tokenizer_config.json", NULL};

static void change_config(const char *folder, const char *key, json_t *value)
{
    char *path = mpcf_format("%s/%s/config.json", test_folder(), folder), *text;
    json_t *config = NULL;

    assert_int_equal(json_read_file(path, &config, NULL), MPCF_OK);
    assert_int_equal(json_object_set_new(config, key, value), 0);
    text = json_dumps(config, 0);
    assert_int_equal(file_write_whole(path, text, strlen(text), NULL), MPCF_OK);
    free(text);
    json_decref(config);
    mpcf_free(path);
}

/* net: trained, of classes negative and positive; made: the same, of LABEL_0 and LABEL_1. */
static int make_networks(void **state)
{
    char *from = NULL, *to = NULL;

    (void) state;
    HOST(0, "random weights", "example", "ex", "--rows", "600");
    INIT(0, "written", "ex/model", "ex/data", "train.yaml");
    HOST(0, "teacher", "train.yaml", "--quiet", "--set",
         "stages={finetune: {epochs: 12, learning_rate: 2e-3}}");
    from = path_of("runs/train/teacher");
    to = path_of("net");
    assert_int_equal(rename(from, to), 0);
    copy_net("made", whole);
    change_config("made", "id2label", json_pack("{s:s, s:s}", "0", "LABEL_0", "1", "LABEL_1"));
    change_config("made", "label2id", json_object());
    mpcf_free(to);
    mpcf_free(from);
    return 0;
}

/* --- Data --- */

struct form {
    const char *head;     /* NULL: review,sentiment */
    const char *between;  /* text and label; NULL: a comma */
    const char *names[2]; /* of the labels; NULL: the row is left out */
    size_t odd;           /* this row, from 0, has ODD_TEXT behind its text and ODD_LABEL */
    const char *odd_text, *odd_label;
    bool index;   /* before each row its number */
    size_t rows;  /* of all; 0: as many as there are */
    size_t third; /* each so manieth row has ODD_LABEL, too; 0: none */
};

static void put_row(FILE *out, const struct form *f, size_t row, char *line)
{
    char *tab = strrchr(line, '\t');
    const bool is_odd = (f->odd_text != NULL || f->odd_label != NULL) && row == f->odd;
    const char *name = f->names[tab[1] - '0'];

    *tab = '\0';
    if (name == NULL) {
        return;
    }
    if ((is_odd && f->odd_label != NULL) || (f->third > 0 && row % f->third == 0)) {
        name = f->odd_label;
    }
    if (f->index) {
        (void) fprintf(out, "%zu,", row);
    }
    (void) fprintf(out, "%s%s%s%s\n", line, is_odd && f->odd_text != NULL ? f->odd_text : "",
                   f->between != NULL ? f->between : ",", name);
}

static void write_data(const char *name, const struct form *f)
{
    char *from = path_of("ex/data/train.tsv"), *to = path_of(name), *folder = file_folder_of(to);
    char line[1024];
    FILE *in = fopen(from, "re"), *out;

    assert_int_equal(file_make_folder(folder, NULL), MPCF_OK);
    out = fopen(to, "we");
    assert_non_null(in);
    assert_non_null(out);
    (void) fputs(f->head != NULL ? f->head : "review,sentiment\n", out);
    assert_non_null(fgets(line, sizeof line, in)); /* names */
    for (size_t row = 0; (f->rows == 0 || row < f->rows) && fgets(line, sizeof line, in) != NULL;
         row++) {
        put_row(out, f, row, line);
    }
    (void) fclose(in);
    assert_int_equal(fclose(out), 0);
    mpcf_free(folder);
    mpcf_free(to);
    mpcf_free(from);
}

#define DATA(name, ...) write_data((name), &(const struct form){__VA_ARGS__})

static void drafted(const char *net, const char *data, const char *said, const char *written)
{
    char *path = path_of("x.yaml");

    (void) remove(path);
    INIT(0, said, net, data, "x.yaml");
    has("x.yaml", written);
    HOST(0, "accepted", "x.yaml", "--check");
    mpcf_free(path);
}

#define REFUSED_OF(net, status, data, part, ...)                                                   \
    INIT((status), (part), (net), (data), "refused.yaml", __VA_ARGS__);                            \
    assert_false(is_there("refused.yaml"))
#define REFUSED(status, data, part, ...) REFUSED_OF("net", status, data, part, __VA_ARGS__)

/* --- Labels --- */

static void a_misspelt_label_costs_no_head(void **state)
{
    (void) state;
    DATA("mis.csv", .names = {"negative", "positive"}, .odd = 7, .odd_label = "postive");
    REFUSED(2, "mis.csv", "mis.csv:9: label 'postive', in 1 row; did you mean 'positive'?", NULL);
    INIT(0, "left out 1 row", "net", "mis.csv", "mis.yaml", "--set", "dataset.broken_rows=skip");
    has("mis.yaml", "\n  labels: [negative, positive] ");
    has("mis.yaml", "\n  # finetune:");
    has("mis.yaml", "\n  broken_rows: skip ");
    HOST(0, "accepted", "mis.yaml", "--check");
}

/* Without `labels` they are config.json's, and so is their order in the message. */
static void the_known_order_is_proposed(void **state)
{
    (void) state;
    DATA("first.csv", .names = {"negative", "positive"}, .odd = 0, .odd_label = "postive");
    INIT(0, "left out 1 row", "net", "first.csv", "first.yaml", "--set",
         "dataset.broken_rows=skip");
    HOST(2, "write labels: [negative, positive], the checkpoint's classes in their order",
         "first.yaml", "--check", "--set", "dataset.labels=[]", "--set",
         "dataset.broken_rows=refuse");
}

static void a_class_without_rows_costs_no_head(void **state)
{
    (void) state;
    DATA("one.csv", .names = {NULL, "Positive"});
    drafted("net", "one.csv", "no row has negative", "\n  labels: [negative, Positive] ");
    has("x.yaml", "\n  # finetune:");
}

static void names_are_paired_by_what_they_mean(void **state)
{
    (void) state;
    DATA("short.csv", .names = {"neg", "pos"});
    drafted("net", "short.csv", "0 = neg (negative), 1 = pos (positive)",
            "\n  labels: [neg, pos] ");
}

/* Sorted they would be the other way round. */
static void answers_say_the_order(void **state)
{
    (void) state;
    DATA("other.csv", .names = {"rotten", "good"});
    drafted("net", "other.csv", "taken from the checkpoint's answers to 200 rows",
            "\n  labels: [rotten, good] ");
    drafted("made", "other.csv", "0 = rotten (LABEL_0), 1 = good (LABEL_1)",
            "\n  labels: [rotten, good] ");
    INIT(0, "the other way round, write labels: [rotten, good]", "made", "other.csv", "asked.yaml",
         "--no-trial");
    has("asked.yaml", "THE ORDER IS ASSUMED");
}

static void a_wrong_order_is_told(void **state)
{
    (void) state;
    DATA("swapped.csv", .names = {"positive", "negative"});
    drafted("net", "swapped.csv", "far below the 0.50 of guessing",
            "\n  labels: [negative, positive] ");
    INIT(0, "mend it and write dataset.labels: [positive, negative]", "net", "swapped.csv",
         "swapped.yaml");
    HOST(0, "teacher: right answers 0", "swapped.yaml", "--quiet", "--set", "stages={convert: {}}",
         "--set", "output=turned");
    HOST(0, "dataset.labels: [positive, negative]", "swapped.yaml", "--quiet", "--set",
         "stages={convert: {}}", "--set", "output=again");
    has("turned/report.json", "\"about\": \"teacher.order\"");
    has("turned/report.html", "<h2>Warnings</h2>\n<p class=\"warn\">teacher: right answers 0");
    copy_net("mended", whole);
    change_config("mended", "id2label", json_pack("{s:s, s:s}", "0", "positive", "1", "negative"));
    INIT(0, "answers  of the checkpoint to 200 rows: right 1.00", "mended", "swapped.csv", "m.yaml",
         "--set", "dataset.labels=[positive, negative]");
    HOST(0, "accepted", "m.yaml", "--check");
}

/* What is proposed is taken, and then no longer warned of. */
static void given_labels_are_tried(void **state)
{
    (void) state;
    DATA("signs.csv", .names = {"-1", "1"});
    REFUSED(2, "signs.csv", "takes its order: dataset.labels: [-1, 1]", "--set",
            "dataset.labels=[1, -1]");
    DATA("truth.csv", .names = {"False", "True"});
    INIT(0, "write dataset.labels: [False, True]\n", "net", "truth.csv", "truth.yaml", "--set",
         "dataset.labels=[True, False]");
    INIT(0, "answers  of the checkpoint to 200 rows: right 1.00", "net", "signs.csv", "signs2.yaml",
         "--set", "dataset.labels=[-1, 1]");
    HOST(0, "accepted", "signs2.yaml", "--check");
}

/* A column of the checkpoint's classes is the label before one with a usual name. */
static void columns_are_told(void **state)
{
    (void) state;
    DATA("more.csv", .head = "comment,mood,rating\n", .names = {"negative,4", "positive,4"});
    drafted("net", "more.csv",
            "columns  text: 1 'comment', label: 2 'mood'; there are comment, "
            "mood, rating\n",
            "\n  label: mood ");
    DATA("single.csv", .head = "comment,mood\n", .names = {"joy", "joy"});
    drafted("net", "single.csv", "no label was found: column 2 'mood' has one value only, 'joy'",
            "\n  label: none ");
    DATA("part.csv", .head = "comment,label\n", .names = {"1", "1"});
    INIT(0, "of the numbers 0 to 1, which are the classes, the data has 1 only", "net", "part.csv",
         "part.yaml");
}

static void why_it_was_not_asked(void **state)
{
    (void) state;
    DATA("few.csv", .names = {"negative", "positive"}, .rows = 6);
    INIT(0, "was not asked: that takes five rows each", "net", "few.csv", "few.yaml");
    INIT(0, "was not asked: --no-trial", "net", "few.csv", "few2.yaml", "--no-trial");
}

/* The last weights of the file become NaN. */
static void weights_that_are_none(void **state)
{
    char *path = path_of("nan/model.safetensors");
    FILE *file;

    (void) state;
    DATA("plain.csv", .names = {"negative", "positive"});
    copy_net("nan", whole);
    INIT(0, "written", "nan", "plain.csv", "nan.yaml");
    file = fopen(path, "r+e");
    assert_non_null(file);
    assert_int_equal(fseek(file, -4, SEEK_END), 0);
    assert_int_equal(fwrite("\xff\xff\xff\xff", 1, 4, file), 4);
    assert_int_equal(fclose(file), 0);
    REFUSED_OF("nan", 2, "plain.csv", "weights are not finite", NULL);
    HOST(2, "weights are not finite", "nan.yaml", "--check");
    mpcf_free(path);
}

static void other_classes_are_learnt_and_that_is_said(void **state)
{
    (void) state;
    DATA("three.csv", .names = {"negative", "positive"}, .odd_label = "mixed", .third = 3);
    drafted("net", "three.csv", "trained head is NOT USED", "\n  finetune: {epochs: 3} ");
}

static void what_figures_hide_is_warned_of(void **state)
{
    (void) state;
    DATA("once.csv", .names = {"positive", "negative"});
    HOST(0, "", "init", "net", "once.csv", "once.yaml");
    HOST(0, "evaluation texts (dev) are also training texts (train)", "once.yaml", "--quiet",
         "--set", "stages={finetune: {epochs: 1, learning_rate: 1e-9}}", "--set", "output=once",
         "--set", "dataset.dev=once.csv", "--set", "dataset.max_length=4");
    has("once/report.json", "\"about\": \"data.same\"");
    has("once/report.json", "\"about\": \"data.dev.cut\"");
    has("once/report.html", "tokens, and were cut (dataset.max_length)</p>");
    HOST(0, "always answering the largest class would be right in", "once.yaml", "--quiet", "--set",
         "stages={convert: {init: random}, calibrate: {reference: 0}}", "--set", "output=guess");
    has("guess/report.json", "\"about\": \"converted.guessing\"");
}

/* --- Rows --- */

static void broken_rows_are_named_with_what_to_write(void **state)
{
    (void) state;
    DATA("empty.csv", .names = {"negative", "positive"}, .odd = 4, .odd_label = "");
    REFUSED(2, "empty.csv", "empty.csv:6: the label is missing\n1 of 600 rows are broken", NULL);
    DATA("commas.csv", .names = {"negative", "positive"}, .odd = 4, .odd_text = ", so");
    REFUSED(2, "commas.csv", "stands in double quotes", NULL);
    DATA("bytes.csv", .names = {"negative", "positive"}, .odd = 4, .odd_text = " caf\xe9");
    REFUSED(2, "bytes.csv", "iconv -f WINDOWS-1252 -t UTF-8", NULL);
    INIT(0, "left out 1 broken row", "net", "bytes.csv", "bytes.yaml", "--set",
         "dataset.broken_rows=skip");
    HOST(0, "accepted", "bytes.yaml", "--check");
    DATA("names.csv", .names = {NULL, NULL});
    REFUSED(2, "names.csv", "no rows behind the line of column names", NULL);
}

static void tables_are_found_and_divided(void **state)
{
    (void) state;
    DATA("semicolons.csv", .head = "\xef\xbb\xbfreview;sentiment\n", .between = ", yes;",
         .names = {"negative", "positive"});
    drafted("net", "semicolons.csv", "600 rows", "\n  delimiter: \";\" ");
    DATA("folder/tickets.csv", .names = {"negative", "positive"});
    drafted("net", "folder", "600 rows", "\n  path: folder/tickets.csv\n");
    DATA("folder/more.csv", .names = {"negative", "positive"});
    REFUSED(2, "folder", "2 tables: more.csv, tickets.csv", NULL);
}

/* As to_csv() writes a frame: no name above the index. */
static void an_index_has_no_name(void **state)
{
    (void) state;
    DATA("pandas.csv", .head = ",comment,topic\n", .names = {"negative", "positive"},
         .index = true);
    drafted("net", "pandas.csv", "600 rows, 2 classes", "\n  labels: [negative, positive] ");
    has("x.yaml", "\n  text: comment ");
    INIT(0, "600 rows, 2 classes", "net", "pandas.csv", "y.yaml", "--set", "dataset.label=topic");
    has("y.yaml", "\n  label: topic ");
}

/* --- The command line --- */

static void words_are_checked(void **state)
{
    (void) state;
    DATA("plain.csv", .names = {"negative", "positive"});
    INIT(2, "the checkpoint comes first", "plain.csv", "net", "refused.yaml");
    REFUSED(2, "plain.csv", "did you mean 'sentiment'?", "--set", "dataset.label=sentimnt");
    REFUSED(2, "plain.csv", "init takes dataset.KEY=VALUE", "--set", "model.path=x");
    REFUSED(2, "plain.csv", "did you mean 'broken_rows'?", "--set", "dataset.broken_row=skip");
    INIT(0, "none.yaml: written", "net", "plain.csv", "none.yaml", "--set", "dataset.label=none");
    has("none.yaml", "\n  label: none ");
}

static void paths_begin_at_the_file(void **state)
{
    char *folder = path_of("own");

    (void) state;
    DATA("plain.csv", .names = {"negative", "positive"});
    assert_int_equal(file_make_folder(folder, NULL), MPCF_OK);
    INIT(0, "written", "net", "plain.csv", "own/p.yaml");
    has("own/p.yaml", "\n  path: ../net\n");
    has("own/p.yaml", "\n  path: ../plain.csv\n");
    HOST(0, "accepted", "own/p.yaml", "--check");
    mpcf_free(folder);
}

static void what_a_run_would_refuse_is_not_written(void **state)
{
    static const char *const no_weights[] = {"config.json", "vocab.txt", "tokenizer_config.json",
                                             NULL};
    static const char *const no_words[] = {"config.json", "model.safetensors", NULL};

    (void) state;
    DATA("plain.csv", .names = {"negative", "positive"});
    copy_net("hollow", no_weights);
    INIT(2, "no weights are there", "hollow", "plain.csv", "refused.yaml");
    copy_net("mute", no_words);
    INIT(2, "neither tokenizer.json nor vocab.txt", "mute", "plain.csv", "refused.yaml");
    copy_net("several", whole);
    change_config("several", "problem_type", json_string("multi_label_classification"));
    INIT(2, "problem_type is multi_label_classification", "several", "plain.csv", "refused.yaml");
    assert_false(is_there("refused.yaml"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_misspelt_label_costs_no_head),
        cmocka_unit_test(the_known_order_is_proposed),
        cmocka_unit_test(a_class_without_rows_costs_no_head),
        cmocka_unit_test(names_are_paired_by_what_they_mean),
        cmocka_unit_test(answers_say_the_order),
        cmocka_unit_test(a_wrong_order_is_told),
        cmocka_unit_test(given_labels_are_tried),
        cmocka_unit_test(columns_are_told),
        cmocka_unit_test(why_it_was_not_asked),
        cmocka_unit_test(weights_that_are_none),
        cmocka_unit_test(what_figures_hide_is_warned_of),
        cmocka_unit_test(other_classes_are_learnt_and_that_is_said),
        cmocka_unit_test(broken_rows_are_named_with_what_to_write),
        cmocka_unit_test(tables_are_found_and_divided),
        cmocka_unit_test(an_index_has_no_name),
        cmocka_unit_test(words_are_checked),
        cmocka_unit_test(paths_begin_at_the_file),
        cmocka_unit_test(what_a_run_would_refuse_is_not_written),
    };
    char *reader = file_join(getenv("MPCF_PLUGIN_PATH"), "mpcf-table.so");
    const bool has_reader = file_exists(reader);

    mpcf_free(reader);
    if (!has_reader) {
        print_message("there is no reader 'table': skipped\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, make_networks, NULL);
}
