/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stage alone stands on results that this run does not make: it refuses those that the file says otherwise, and
 * reports nothing of what is no more. Weights that cannot be read are made anew.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "report/report.h"
#include "support/datasets.h"
#include "support/program.h"
#include "support/support.h"

#define FINETUNE "finetune: {epochs: 1, learning_rate: 1e-3}"
#define DISTILL  "distill: {layers: {epochs: 1, learning_rate: 1e-3}, prediction: {epochs: 1}}"

static const char *folder;
static char *file;

static void write_file(void)
{
    char *text = mpcf_format("version: 1\noutput: out\nmodel: {family: bert, path: example/model}\n"
                             "dataset: {reader: glue, task: SST-2, path: example/data, "
                             "max_length: 16}\nplugins: [mpcf-good.so]\n"
                             "approximations: {activation: good, normaliser: bpmax}\n"
                             "stages:\n  " FINETUNE "\n  convert: {}\n  " DISTILL
                             "\n  infer: {examples: 2, length: full}\n");

    test_write(folder, "file.yaml", text);
    mpcf_free(text);
}

static void copy_plugin(void)
{
    char *from = mpcf_format("%s/mpcf-good.so", getenv("MPCF_TEST_PLUGINS"));
    char *to = file_join(folder, "mpcf-good.so");

    assert_int_equal(file_copy(from, to, NULL), MPCF_OK);
    mpcf_free(from);
    mpcf_free(to);
}

static int make_student(void **state)
{
    char *example;

    (void) state;
    folder = test_folder();
    file = file_join(folder, "file.yaml");
    example = file_join(folder, "example");
    ASSERT_HOST(0, "random weights", "example", example, "--rows", "64");
    copy_plugin();
    write_file();
    ASSERT_HOST(0, "agreement with the float student ", file);
    mpcf_free(example);
    return 0;
}

static int free_names(void **state)
{
    (void) state;
    mpcf_free(file);
    return 0;
}

static json_t *report_of_run(void)
{
    char *out = file_join(folder, "out");
    json_t *report = NULL;

    assert_int_equal(report_read(out, &report, NULL), MPCF_OK);
    mpcf_free(out);
    return report;
}

static void weights_digest(const char *name, char digest[FILE_DIGEST_SIZE])
{
    char *path = file_join(folder, name);

    assert_int_equal(file_digest(path, digest, NULL), MPCF_OK);
    mpcf_free(path);
}

/* --- What is refused --- */

/* Its constants would be those of the other options, under the new name. */
static void another_option_is_refused(void **state)
{
    const char *other =
        "approximations={activation: good, normaliser: {name: bpmax, options: {p: 4}}}";
    char before[FILE_DIGEST_SIZE], after[FILE_DIGEST_SIZE];

    (void) state;
    weights_digest("out/student/model.safetensors", before);
    ASSERT_HOST(2, "distill alone would go on from the student in '", file, "--stage", "distill",
                "--set", other);
    ASSERT_HOST(
        2, "which convert made with activation all good c=5; normaliser all bpmax c=5 p=5 r=", file,
        "--stage", "distill", "--set", other);
    ASSERT_HOST(2, "asks for activation all good c=5; normaliser all bpmax c=5 p=4 r=", file,
                "--stage", "distill", "--set", other, "--check");
    ASSERT_HOST(2, "or `--stage convert` first", file, "--stage", "infer", "--set", other);
    ASSERT_HOST(2, "stages.convert init=", file, "--stage", "distill", "--set",
                "stages.convert.measure_rows=8");
    ASSERT_HOST(2, "from the teacher in '", file, "--stage", "convert", "--set",
                "stages.finetune.epochs=2");
    ASSERT_HOST(2, "which distill made with stages.distill", file, "--stage", "infer", "--set",
                "stages.distill.prediction.epochs=2");
    weights_digest("out/student/model.safetensors", after);
    assert_string_equal(before, after);
    /* The stage's own settings are its own. */
    ASSERT_HOST(0, "accepted", file, "--check", "--stage", "distill", "--set",
                "stages.distill.prediction.epochs=2");
    ASSERT_HOST(0, "accepted", file, "--check", "--set", other);
}

/* Other bytes behind the same name and options, as after another build. */
static void another_plugin_is_refused(void **state)
{
    char *path = file_join(folder, "mpcf-good.so");
    FILE *plugin = fopen(path, "ab");

    (void) state;
    assert_non_null(plugin);
    assert_int_equal(fputc(0, plugin), 0);
    assert_int_equal(fclose(plugin), 0);
    mpcf_free(path);
    ASSERT_HOST(2, "which convert made with the plug-in good of ", file, "--stage", "distill");
    ASSERT_HOST(2, "asks for the plug-in good of ", file, "--stage", "infer");
    ASSERT_HOST(0, "accepted", file, "--check");
    copy_plugin();
    ASSERT_HOST(0, "distill: unchanged, skipped", file, "--stage", "distill");
}

/* Sets NAME, "made.own_plugins", of STAGE's record to TEXT. */
static void change_record(const char *stage, const char *name, const char *text)
{
    char *path = mpcf_format("%s/out/stages/%s.json", folder, stage);
    json_t *record = json_load_file(path, 0, NULL);

    assert_non_null(record);
    assert_non_null(report_get(record, name));
    assert_int_equal(report_set_text(record, name, text, NULL), MPCF_OK);
    assert_int_equal(json_dump_file(record, path, 0), 0);
    json_decref(record);
    mpcf_free(path);
}

/* Of another version of mpcf: what is made is good, and what convert measured is measured anew. */
static void other_plugins_of_mpcf_are_not_the_files(void **state)
{
    (void) state;
    change_record("convert", "made.own_plugins", "bert of bert 0.9.0 (0123456789abcdef...)");
    ASSERT_HOST(0, "accepted", file, "--check", "--stage", "infer");
    ASSERT_HOST(2, "made with the plug-in bert of bert 0.9.0 (0123456789abcdef...); the file", file,
                "--check", "--stage", "distill");
}

static void what_was_interrupted_is_refused(void **state)
{
    (void) state;
    change_record("distill", "key", "");
    ASSERT_HOST(2, "from what distill left in '", file, "--check", "--stage", "infer");
    change_record("convert", "key", "");
    ASSERT_HOST(0, "accepted", file, "--check", "--stage", "distill", "--set",
                "approximations.normaliser=2quad");
    ASSERT_HOST(0, "agreement with the float student ", file);
}

/* --- What is reported --- */

static void only_what_there_is_is_reported(void **state)
{
    static const char *const infers[] = {"secure", "fixed", "ranges", "stages.infer"};
    static const char *const distills[] = {"student", "training.distill", "stages.distill"};
    static struct program_result result;
    json_t *report;

    (void) state;
    program_run(NULL,
                (const char *const[]){file, "--stage", "distill", "--set",
                                      "stages.distill.prediction.epochs=2", NULL},
                &result);
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.out, "\n  student  "));
    assert_null(strstr(result.out, "agreement with the float student"));
    assert_null(strstr(result.out, "plaintext reference"));
    report = report_of_run();
    for (size_t i = 0; i < sizeof infers / sizeof *infers; i++) {
        assert_null(report_get(report, infers[i]));
    }
    assert_non_null(report_get(report, "calibration.examples"));
    assert_non_null(report_get(report, "before.secure.agreement"));
    json_decref(report);

    program_run(NULL,
                (const char *const[]){file, "--stage", "convert", "--set",
                                      "stages.convert.init=random", NULL},
                &result);
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.out, "\n  converted  "));
    assert_null(strstr(result.out, "\n  student  "));
    report = report_of_run();
    for (size_t i = 0; i < sizeof distills / sizeof *distills; i++) {
        assert_null(report_get(report, distills[i]));
    }
    assert_non_null(report_get(report, "teacher.metrics"));
    assert_non_null(report_get(report, "calibration.examples"));
    json_decref(report);
}

/* A student that the new teacher did not make. */
static void an_older_student_is_refused(void **state)
{
    (void) state;
    ASSERT_HOST(0, "", file);
    ASSERT_HOST(0, "teacher", file, "--stage", "finetune", "--set", "stages.finetune.epochs=2");
    ASSERT_HOST(2, "is of another teacher than the one that finetune made since", file, "--stage",
                "infer", "--set", "stages.finetune.epochs=2");
}

/* --- Weights that cannot be read --- */

static void cut(const char *name, off_t length)
{
    char *path = file_join(folder, name);

    assert_int_equal(truncate(path, length), 0);
    mpcf_free(path);
}

static void broken_weights_are_made_anew(void **state)
{
    static const char *const names[] = {"out/student/model.safetensors",
                                        "out/teacher/model.safetensors",
                                        "out/student/model.safetensors"};
    char before[FILE_DIGEST_SIZE], after[FILE_DIGEST_SIZE];

    (void) state;
    ASSERT_HOST(0, "", file);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        weights_digest(names[i], before);
        cut(names[i], i < 2 ? 20000 : 0);
        ASSERT_HOST(0, "what it made cannot be read, and is made anew: ", file);
        weights_digest(names[i], after);
        assert_string_equal(before, after);
    }
    cut(names[0], 20000);
    ASSERT_HOST(2, "makes it anew)", "predict", file, "--plain", "a film");
    ASSERT_HOST(0, "", file);
    ASSERT_HOST(0, "infer: unchanged, skipped", file);
}

static void a_broken_calibration_is_made_anew(void **state)
{
    (void) state;
    test_write(folder, "out/student/public/ranges.json", "{\"nodes\": ");
    ASSERT_HOST(0, "distill: unchanged but for its calibration, which is made anew", file);
    ASSERT_HOST(0, "distill: unchanged, skipped", file);
}

/* Whole ones, but of somebody else, are not written over. */
static void other_weights_stay(void **state)
{
    char *teacher = file_join(folder, "out/teacher/model.safetensors");
    char *student = file_join(folder, "example/model/model.safetensors");
    char put[FILE_DIGEST_SIZE], after[FILE_DIGEST_SIZE];

    (void) state;
    assert_int_equal(file_copy(student, teacher, NULL), MPCF_OK);
    weights_digest("out/teacher/model.safetensors", put);
    ASSERT_HOST(1, "are not those that finetune made, and would be written over: `rm '", file);
    weights_digest("out/teacher/model.safetensors", after);
    assert_string_equal(put, after);
    mpcf_free(teacher);
    teacher = file_join(folder, "out/stages/finetune.json");
    assert_int_equal(remove(teacher), 0);
    ASSERT_HOST(0, "agreement with the float student ", file);
    mpcf_free(teacher);
    mpcf_free(student);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_option_is_refused),
        cmocka_unit_test(another_plugin_is_refused),
        cmocka_unit_test(other_plugins_of_mpcf_are_not_the_files),
        cmocka_unit_test(what_was_interrupted_is_refused),
        cmocka_unit_test(only_what_there_is_is_reported),
        cmocka_unit_test(an_older_student_is_refused),
        cmocka_unit_test(broken_weights_are_made_anew),
        cmocka_unit_test(a_broken_calibration_is_made_anew),
        cmocka_unit_test(other_weights_stay),
    };

    return cmocka_run_group_tests(tests, make_student, free_names);
}
