/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pipeline from the command line: checks, stages alone, skipping, a teacher without finetune,
 * and what bad input says.
 */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "report/report.h"
#include "support/program.h"
#include "support/support.h"

#define HEAD_EXACT                                                                                 \
    "version: 1\noutput: out\nmodel: {family: bert, path: example/model}\n"                        \
    "dataset: {reader: glue, task: SST-2, path: example/data, max_length: 16}\n"
#define HEAD HEAD_EXACT "approximations: {activation: quad, normaliser: 2quad}\n"
#define TRAINED                                                                                    \
    HEAD "stages:\n  finetune: {epochs: 1, learning_rate: 1e-3}\n  convert: {}\n"                  \
         "  distill: {layers: {epochs: 1, learning_rate: 1e-3}, prediction: {epochs: 1}}\n"        \
         "  infer: {examples: 3, length: full}\n"

static const char *folder;

static int make_example(void **state)
{
    static char path[4200];

    (void) state;
    folder = test_folder();
    (void) snprintf(path, sizeof path, "%s/example", folder);
    ASSERT_HOST(0, "random weights", "example", path, "--rows", "64");
    return 0;
}

static char *write_pipeline(const char *name, const char *text)
{
    char *path = file_join(folder, name);

    assert_int_equal(file_write_whole(path, text, strlen(text), NULL), MPCF_OK);
    return path;
}

/* A file of the example with other content. */
static void spoil(const char *name, const char *text, size_t length)
{
    char *path = file_join(folder, name);

    assert_int_equal(file_write_whole(path, text, length, NULL), MPCF_OK);
    mpcf_free(path);
}

static void check_reads_the_file_and_looks_for_data(void **state)
{
    char *good = write_pipeline("good.yaml", TRAINED);
    char *bad = write_pipeline("bad.yaml", HEAD "stages: {infr: {}}\nsed: 1\n");
    char *none = write_pipeline("none.yaml", HEAD "stages: {calibrate: {examples: 8}}\n");
    char *less = write_pipeline("less.yaml", HEAD);

    (void) state;
    ASSERT_HOST(0, "accepted", good, "--check");
    ASSERT_HOST(2, "bad.yaml:6:10: there is no stage 'infr'; did you mean 'infer'?", bad);
    ASSERT_HOST(2, "bad.yaml:7:1: the pipeline has no option 'sed'", bad);
    ASSERT_HOST(2, "--set stages.infer.exmples", good, "--check", "--set",
                "stages.infer.exmples=3");
    ASSERT_HOST(2, "is not there", good, "--check", "--set", "dataset.path=nowhere");
    ASSERT_HOST(2, "student/public", good, "--check", "--role", "dealer");
    ASSERT_HOST(2, "student/public", "cost", good);
    ASSERT_HOST(2, "good.yaml` makes a student; `mpcf-host predict", good, "--stage", "infer");
    ASSERT_HOST(2, "makes a student", good, "--stage", "infer", "--check");
    ASSERT_HOST(2, "approximations.activation: layers 1-9: the network has this slot in layers 0-1",
                good, "--check", "--set", "approximations.activation={name: quad, layers: 1-9}");
    ASSERT_HOST(2, "approximations.normaliser: 2quad c=1e+300: lowering: ", good, "--check",
                "--set", "approximations.normaliser={name: 2quad, options: {c: 1e300}}");
    ASSERT_HOST(2, "approximations.normaliser: 2relu e=1e-12: lowering: ", good, "--check", "--set",
                "approximations.normaliser={name: 2relu, options: {e: 1e-12}}");
    ASSERT_HOST(0, "normaliser all 2quad c=6.1\n", good, "--check", "--set",
                "approximations.normaliser={name: 2quad, options: {c: 6.1}}");
    ASSERT_HOST(2, "there is no dataset 'gleu'; did you mean 'glue'?", good, "--check", "--set",
                "dataset.reader=gleu");
    ASSERT_HOST(2, "is a folder", folder);
    ASSERT_HOST(2, "none.yaml:6:9: stages: there is nothing to run", none);
    ASSERT_HOST(2, "none.yaml:6:9: stages: there is nothing to run", none, "--check");
    ASSERT_HOST(2, "less.yaml:1:1: stages: there is nothing to run", less);
    ASSERT_HOST(2, "there is nothing to run", less, "--set", "stages.calibrate.examples=4");
    ASSERT_HOST(0, "accepted", less, "--check", "--set", "stages.convert={}");
    mpcf_free(none);
    mpcf_free(less);
    mpcf_free(good);
    mpcf_free(bad);
}

static double report_number_of(const char *output, const char *path)
{
    char *out = file_join(folder, output);
    json_t *report = NULL;
    double value;

    assert_int_equal(report_read(out, &report, NULL), MPCF_OK);
    assert_non_null(report_get(report, path));
    value = json_number_value(report_get(report, path));
    json_decref(report);
    mpcf_free(out);
    return value;
}

static double report_number(const char *path)
{
    return report_number_of("out", path);
}

/* As the student in floats says, or as good as a tie there. */
static bool secure_run_agrees(const char *output, double largest_error)
{
    return report_number_of(output, "secure.max_logit_error") <= largest_error &&
           report_number_of(output, "secure.disagreement_margin") <= 2 * largest_error;
}

static void all_stages_run_once(void **state)
{
    char *path = write_pipeline("all.yaml", TRAINED);

    (void) state;
    ASSERT_HOST(0, "agreement with the float student ", path);
    assert_true(secure_run_agrees("out", 0.02));
    assert_true(report_number("secure.examples") == 3);
    assert_true(report_number("student.metrics.accuracy") > 0.4);
    ASSERT_HOST(0, "finetune: unchanged, skipped", path);
    assert_true(report_number("student.guessing") >= 0.5);
    ASSERT_HOST(0, "distill: unchanged, skipped", path, "--stage", "distill");
    ASSERT_HOST(0, "lan", "cost", path, "--network", "lan", "--link");
    mpcf_free(path);
}

/* After all_stages_run_once(): what a person compares is there, and a changed run knows the one before. */
static void a_changed_run_knows_the_one_before(void **state)
{
    char *path = write_pipeline("all.yaml", TRAINED);

    (void) state;
    assert_true(report_number("training.finetune.epochs.1.accuracy") >= 0);
    assert_true(report_number("settings.stages.infer.examples") == 3);
    assert_true(report_number("secure.rows") == 3);
    assert_true(report_number("student.rows") > 3);
    ASSERT_HOST(0, "distill: unchanged, skipped", path, "--set", "stages.infer.examples=2");
    assert_true(report_number("secure.rows") == 2);
    assert_true(report_number("before.settings.stages.infer.examples") == 3);
    assert_true(report_number("before.secure.examples") == 3);
    ASSERT_HOST(0, "was calibrated on texts of up to 16 tokens, and may answer longer ones wrongly",
                path, "--stage", "infer", "--set", "dataset.max_length=20", "--set",
                "stages.infer.examples=1");
    mpcf_free(path);
}

/* Others may read what the umask gives them, but not the user's answers. */
static void answers_are_for_their_user_alone(void **state)
{
    char *path = write_pipeline("private.yaml", HEAD "stages:\n  convert: {}\n"
                                                     "  infer: {examples: 2, length: full}\n");
    char *answers = file_join(folder, "private/infer/user.json");
    const mode_t before = umask(0);
    struct stat facts;

    (void) state;
    ASSERT_HOST(0, "", path, "--quiet", "--set", "output=private");
    (void) umask(before);
    assert_int_equal(stat(answers, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    mpcf_free(answers);
    mpcf_free(path);
}

static void what_a_run_prints_is_for_people(void **state)
{
    static struct program_result result;
    char *inner = file_join(folder, "inner");
    char *report = mpcf_format("report               %s/printed/report.html\n", folder);
    char *path;

    (void) state;
    assert_int_equal(file_make_folder(inner, NULL), MPCF_OK);
    path = write_pipeline("inner/printed.yaml", TRAINED);
    program_run(NULL,
                (const char *const[]){path, "--set", "output=../printed", "--set",
                                      "model.path=../example/model", "--set",
                                      "dataset.path=../example/data", NULL},
                &result);
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.out, "\n  plaintext reference  accuracy "));
    assert_non_null(strstr(result.out, "\n  secure               accuracy "));
    assert_non_null(strstr(result.out, report));
    assert_non_null(strstr(result.out, " examples/s"));
    assert_null(strstr(result.out, "e+")); /* 16300 examples/s, not 1.63e+04 */
    mpcf_free(report);
    mpcf_free(inner);
    mpcf_free(path);
}

static void without_finetune_the_model_is_the_teacher(void **state)
{
    char *path = write_pipeline("own.yaml",
                                HEAD "stages:\n  convert: {}\n"
                                     "  distill: {layers: {epochs: 1}, prediction: {epochs: 0}}\n"
                                     "  infer: {examples: 2, length: exact, fixed: false}\n");

    (void) state;
    ASSERT_HOST(0, " 2 examples, agreement", path, "--set", "model.path=out/teacher", "--set",
                "output=own");
    ASSERT_HOST(0,
                " 2 examples, agreement with the float student 1.0000; only labels were revealed",
                path, "--set", "model.path=out/teacher", "--set", "output=own", "--set",
                "stages.infer.reveal=label");
    mpcf_free(path);
}

/* The exact functions stay, whichever way no approximations are asked for. */
static void a_network_without_approximations_is_the_exact_one(void **state)
{
    static const char *const none[] = {"", "approximations: {}\n",
                                       "approximations: {activation: []}\n"};
    /* The exact functions under a sanitizer are slow: a peer may be silent for long. */
    const char *stages = "stages: {convert: {}, infer: {examples: 2, length: exact, "
                         "logit_fraction: 12, timeout: 600s}}\n";

    (void) state;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        char *text = mpcf_format(HEAD_EXACT "%s%s", none[i], stages);
        char *path = write_pipeline("exact.yaml", text);

        ASSERT_HOST(0, "agreement with the float student ", path, "--set", "output=exact");
        assert_true(report_number_of("exact", "converted.metrics.accuracy") ==
                    report_number_of("exact", "teacher.metrics.accuracy"));
        assert_true(secure_run_agrees("exact", 0.01));
        mpcf_free(path);
        mpcf_free(text);
    }
}

/* What a digest says of the student's weights. */
static void student_digest(char digest[FILE_DIGEST_SIZE])
{
    char *path = file_join(folder, "again/student/model.safetensors");

    assert_int_equal(file_digest(path, digest, NULL), MPCF_OK);
    mpcf_free(path);
}

/* convert writes over what distill made, and the other way: each is done again where its result
 * is gone, and only there. */
static void results_written_over_are_made_again(void **state)
{
    char *path = write_pipeline("again.yaml", TRAINED);
    char *plain = write_pipeline("plain.yaml", HEAD "stages:\n  finetune: {epochs: 1, "
                                                    "learning_rate: 1e-3}\n  convert: {}\n");
    char first[FILE_DIGEST_SIZE], now[FILE_DIGEST_SIZE];
    double seconds;

    (void) state;
    ASSERT_HOST(0, "student", path, "--set", "output=again");
    student_digest(first);
    ASSERT_HOST(0, "converted", path, "--set", "output=again", "--stage", "convert", "--set",
                "approximations.activation=relu");
    student_digest(now);
    assert_string_not_equal(now, first);
    ASSERT_HOST(0, "student", path, "--set", "output=again");
    student_digest(now);
    assert_string_equal(now, first);
    ASSERT_HOST(0, "converted", plain, "--set", "output=again");
    student_digest(now);
    assert_string_not_equal(now, first);
    seconds = report_number_of("again", "stages.finetune.seconds");
    ASSERT_HOST(0, "convert: unchanged, skipped", plain, "--set", "output=again");
    assert_true(report_number_of("again", "stages.finetune.seconds") == seconds);
    mpcf_free(path);
    mpcf_free(plain);
}

/* A file that cannot grow is what a full disk looks like. */
static void a_full_disk_leaves_nothing_half_written(void **state)
{
    char *path = write_pipeline("full.yaml", TRAINED), *weights;
    struct rlimit before, small;

    (void) state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 60000; /* less than the weights */
    (void) signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    ASSERT_HOST(1, "File too large", path, "--set", "output=full");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    weights = file_join(folder, "full/teacher/model.safetensors");
    assert_false(file_exists(weights));
    mpcf_free(weights);
    mpcf_free(path);
}

static void bad_data_is_a_clear_error(void **state)
{
    static const char *const rows[][2] = {
        {"sentence\tlabel\ngood film\t7\n", "label"},
        {"sentence\tlabel\n\xff\xfe film\t1\n", "UTF-8"},
        {"sentence\tlabel\n", "dev.tsv"},
        {"no header\n", "dev.tsv"},
        {"sentence\tlabel\ngood film\n", "dev.tsv"},
    };
    char *path = write_pipeline("data.yaml", TRAINED);

    (void) state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        spoil("example/data/dev.tsv", rows[i][0], strlen(rows[i][0]));
        ASSERT_HOST(2, rows[i][1], path, "--set", "output=spoiled");
    }
    mpcf_free(path);
    (void) make_example(NULL);
}

static void a_bad_checkpoint_is_a_clear_error(void **state)
{
    char *path = write_pipeline("model.yaml", TRAINED);

    (void) state;
    spoil("example/model/config.json", "{\"model_type\": \"bert\"", 21);
    ASSERT_HOST(2, "config.json", path, "--set", "output=spoiled");
    spoil("example/model/config.json", "{\"model_type\": \"bert\"}", 22);
    /* Its class has other sizes than the weights. */
    ASSERT_HOST(2, "has shape [78, 48], expected [30522, 768]", path, "--set", "output=spoiled");
    spoil("example/model/config.json",
          "{\"architectures\": [\"GPT2LMHeadModel\"], \"hidden_size\": 48}", 57);
    ASSERT_HOST(2, "'GPT2LMHeadModel', which the family 'bert' does not take", path, "--set",
                "output=spoiled");
    mpcf_free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_reads_the_file_and_looks_for_data),
        cmocka_unit_test(all_stages_run_once),
        cmocka_unit_test(a_changed_run_knows_the_one_before),
        cmocka_unit_test(answers_are_for_their_user_alone),
        cmocka_unit_test(what_a_run_prints_is_for_people),
        cmocka_unit_test(without_finetune_the_model_is_the_teacher),
        cmocka_unit_test(a_network_without_approximations_is_the_exact_one),
        cmocka_unit_test(results_written_over_are_made_again),
        cmocka_unit_test(a_full_disk_leaves_nothing_half_written),
        cmocka_unit_test(bad_data_is_a_clear_error),
        cmocka_unit_test(a_bad_checkpoint_is_a_clear_error),
    };

    return cmocka_run_group_tests(tests, make_example, NULL);
}
