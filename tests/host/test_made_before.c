/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A student is looked at where it is made, by the secure run's integers; and what an earlier version made is taken,
 * or refused with the command that makes it anew.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "report/report.h"
#include "support/program.h"
#include "support/support.h"

#define FILE_TEXT                                                                                  \
    "version: 1\noutput: out\nmodel: {family: bert, path: example/model}\n"                        \
    "dataset: {reader: glue, task: SST-2, path: example/data, max_length: 16}\n"                   \
    "approximations: {activation: quad, normaliser: 2quad}\n"                                      \
    "stages:\n  convert: {}\n  infer: {examples: 2, length: full}\n"

static const char *folder;
static char *file;

static int open_folder(void **state)
{
    char path[4300];

    (void) state;
    folder = test_folder();
    file = file_join(folder, "file.yaml");
    (void) snprintf(path, sizeof path, "%s/example", folder);
    ASSERT_HOST(0, "random weights", "example", path, "--rows", "64");
    return file_write_whole(file, FILE_TEXT, strlen(FILE_TEXT), NULL) == MPCF_OK ? 0 : -1;
}

static int close_folder(void **state)
{
    (void) state;
    mpcf_free(file);
    return 0;
}

static json_t *read_json(const char *name)
{
    char *path = file_join(folder, name);
    json_t *value = json_load_file(path, 0, NULL);

    assert_non_null(value);
    mpcf_free(path);
    return value;
}

/* Takes over VALUE. */
static void write_json(const char *name, json_t *value)
{
    char *path = file_join(folder, name);

    assert_int_equal(json_dump_file(value, path, JSON_INDENT(2)), 0);
    json_decref(value);
    mpcf_free(path);
}

static bool reported(const char *output, const char *path, double *value)
{
    char *out = file_join(folder, output);
    json_t *report = NULL;
    const json_t *found;

    assert_int_equal(report_read(out, &report, NULL), MPCF_OK);
    found = report_get(report, path);
    *value = json_number_value(found);
    json_decref(report);
    mpcf_free(out);
    return found != NULL;
}

static void convert_runs_the_secure_integers(void **state)
{
    static struct program_result result;
    double value = 0;

    (void) state;
    ASSERT_HOST(0, "convert: 16 training rows on the secure run's integers", file, "--stage",
                "convert");
    assert_true(reported("out", "calibration.examples", &value) && value == 16);
    assert_true(reported("out", "calibration.examples_outside", &value) && value == 0);
    assert_true(reported("out", "calibration.smallest_margin_bits", &value) && value > 0);
    assert_true(reported("out", "calibration.max_logit_error", &value) && value < 0.05);
    program_run(NULL, (const char *const[]){file, "--stage", "convert", NULL}, &result);
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.out, "convert: unchanged, skipped"));
    assert_null(strstr(result.out, "secure run's integers"));
}

static void it_can_be_left_out(void **state)
{
    double value = 0;

    (void) state;
    ASSERT_HOST(0, "", file, "--stage", "convert", "--set", "output=none", "--set",
                "stages.calibrate.reference=0");
    assert_false(reported("none", "calibration.examples", &value));
}

/* The student is the same, so convert is skipped; another lowering of it is looked at. */
static void another_lowering_is_looked_at(void **state)
{
    (void) state;
    ASSERT_HOST(0, "convert: 16 training rows", file, "--stage", "convert", "--set",
                "stages.infer.value_fraction=14");
    ASSERT_HOST(1, "the user learns logits in units of 0.25", file, "--stage", "convert", "--set",
                "stages.infer.logit_fraction=2");
    ASSERT_HOST(0, "stages.infer.allow_difference", file, "--stage", "convert", "--set",
                "stages.infer.logit_fraction=2", "--set", "stages.infer.allow_difference=true");
}

/* Over the evaluation split, too, before a role is started. */
static void infer_looks_at_the_evaluation_split(void **state)
{
    (void) state;
    ASSERT_HOST(1, "rows of the evaluation split none has its first label more than", file,
                "--stage", "infer", "--set", "stages.infer.logit_fraction=2");
    ASSERT_HOST(1, "stages.infer.allow_difference: true goes on all the same", file, "--stage",
                "infer", "--set", "stages.infer.logit_fraction=2");
    ASSERT_HOST(0, "stages.infer.allow_difference", file, "--stage", "infer", "--set",
                "stages.infer.logit_fraction=2", "--set", "stages.infer.allow_difference=true");
}

/* Ranges that are a thousandth of what calibration saw; not those of tables, which the provider would refuse
 * to round before a row is run. */
static void a_value_beyond_its_range_is_found_there(void **state)
{
    json_t *ranges = read_json("out/student/public/ranges.json"), *kept = json_deep_copy(ranges);
    json_t *nodes = json_object_get(ranges, "nodes"), *range;
    const char *name;

    (void) state;
    json_object_foreach(nodes, name, range)
    {
        const double low = json_number_value(json_array_get(range, 0));
        const double high = json_number_value(json_array_get(range, 1));

        if (low < 0 && high > 0 && strncmp(name, "embeddings.", 11) != 0) {
            (void) json_array_set_new(range, 0, json_real(low / 1000));
            (void) json_array_set_new(range, 1, json_real(high / 1000));
        }
    }
    write_json("out/student/public/ranges.json", ranges);
    ASSERT_HOST(1, "8 of 8 training rows left the ranges on the secure run's integers", file,
                "--stage", "convert", "--set", "stages.calibrate.reference=8");
    /* Who uses the student before that is looked at again hears it. */
    ASSERT_HOST(0, "failed its check when it was made, and its answers may be wrong", "predict",
                file, "good", "--set", "stages={infer: {}}");
    /* And on one machine, where the floats are, that they are wrong. */
    ASSERT_HOST(0, "text 1: a logit is ", "predict", file, "good", "a film");
    ASSERT_HOST(0, "2 of 2 answers are not the student's", "predict", file, "good", "a film");
    write_json("out/student/public/ranges.json", kept);
    ASSERT_HOST(0, "8 training rows on the secure run's integers, in the clear: no value left",
                file, "--stage", "convert", "--set", "stages.calibrate.reference=8");
}

static void another_calibration_leaves_the_weights(void **state)
{
    json_t *record = read_json("out/stages/convert.json"), *ranges;
    char *weights = file_join(folder, "out/student/model.safetensors");
    char before[FILE_DIGEST_SIZE], after[FILE_DIGEST_SIZE];

    (void) state;
    assert_int_equal(file_digest(weights, before, NULL), MPCF_OK);
    ASSERT_HOST(0, "convert: unchanged but for its calibration, which is made anew", file,
                "--stage", "convert", "--set", "stages.calibrate.margin_bits=3");
    ranges = read_json("out/student/public/ranges.json");
    assert_true(json_number_value(json_object_get(ranges, "margin_bits")) == 3);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(ranges, "tokens"), 0)), 2);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(ranges, "tokens"), 1)), 16);
    json_decref(ranges);
    ASSERT_HOST(0, "stages.calibrate.margin_bits is 2, but the student", "predict", file, "good");
    /* What calibrated rows alone, as versions before this one, is calibrated anew. */
    ASSERT_HOST(0, "made anew", file, "--stage", "convert");
    (void) json_object_del(record, "calibration");
    (void) json_object_del(record, "weights");
    write_json("out/stages/convert.json", record);
    ASSERT_HOST(0, "made anew", file, "--stage", "convert");
    ASSERT_HOST(0, "convert: unchanged, skipped", file, "--stage", "convert");
    assert_int_equal(file_digest(weights, after, NULL), MPCF_OK);
    assert_string_equal(before, after);
    mpcf_free(weights);
    /* Nor are stand-ins for functions changed by asking. */
    ASSERT_HOST(
        2, "normaliser all 2quad c=5; the file, with each --set, asks for activation all relu; ",
        "predict", file, "good", "--set", "approximations.activation=relu");
}

/* --- What an earlier version made --- */

static void an_older_student_says_how_it_is_made_anew(void **state)
{
    json_t *digest = read_json("out/student/public/digest.json");
    char output[4300], model[4300];

    (void) state;
    assert_int_equal(json_integer_value(json_object_get(digest, "format")), 2);
    (void) json_object_del(digest, "format");
    (void) json_object_set_new(digest, "graph", json_string("853d83512c93f3c3"));
    write_json("out/student/public/digest.json", digest);
    ASSERT_HOST(2, "file.yaml:2:9: output: '", file, "--check", "--set",
                "stages={infer: {examples: 2, length: full}}");
    ASSERT_HOST(2, "/student --set output=", file, "--set",
                "stages={infer: {examples: 2, length: full}}");
    /* As the message says. */
    (void) snprintf(model, sizeof model, "model.path=%s/out/student", folder);
    (void) snprintf(output, sizeof output, "output=%s/out-anew", folder);
    ASSERT_HOST(0, "", "run", file, "--set", model, "--set", output, "--set",
                "stages={convert: {}}");
    ASSERT_HOST(0, "", file, "--quiet", "--set", output, "--set",
                "stages={infer: {examples: 2, length: full}}");
}

static void an_older_record_is_not_written_over(void **state)
{
    static const char key[] =
        "\"f51e9f39c7cea50ea97fbdec9d1489a6320bec6effe4f1d1003f238d032c54e9\"";
    json_t *record = json_object(), *kept = read_json("out/stages/convert.json");

    (void) state;
    (void) json_object_set_new(record, "key", json_loads(key, JSON_DECODE_ANY, NULL));
    write_json("out/stages/convert.json", record);
    ASSERT_HOST(2, "stages/convert.json' is of an earlier version of mpcf", file);
    assert_int_equal(json_integer_value(json_object_get(kept, "format")), 2);
    ASSERT_HOST(2, "convert.json' && mpcf-host", file, "--check");
    /* Whether its key is the same only the data would tell, which is not read for it. */
    record = json_deep_copy(kept);
    (void) json_object_del(record, "format");
    write_json("out/stages/convert.json", record);
    ASSERT_HOST(2, "is of an earlier version of mpcf", file, "--stage", "convert");
    write_json("out/stages/convert.json", kept);
    ASSERT_HOST(0, "convert: unchanged, skipped", file, "--stage", "convert");
}

/* --- Roles by themselves --- */

static void a_role_is_checked_as_far_as_it_goes(void **state)
{
    static const char *const roles[] = {"provider", "user", "dealer"};
    const char *parties =
        "parties={provider: {listen: \"@mpcf-made\"}, dealer: {listen: \"@mpcf-dealt\"}}";
    char *weights = file_join(folder, "out-anew/student/model.safetensors");

    (void) state;
    for (size_t i = 0; i < 3; i++) {
        ASSERT_HOST(0, "positions for 64 tokens\nmemory  about", file, "--check", "--role",
                    roles[i], "--set", "output=out-anew", "--set", parties);
        ASSERT_HOST(2, "dataset.max_length: 99 tokens, and the network has positions for 64", file,
                    "--check", "--role", roles[i], "--set", "output=out-anew", "--set", parties,
                    "--set", "dataset.max_length=99");
    }
    ASSERT_HOST(2, "dev.tsv:1: no column 'sentence1'", file, "--check", "--role", "user", "--set",
                "output=out-anew", "--set", parties, "--set", "dataset.task=RTE");
    assert_int_equal(remove(weights), 0);
    ASSERT_HOST(2, "output: opening checkpoint", file, "--check", "--role", "provider", "--set",
                "output=out-anew", "--set", parties);
    ASSERT_HOST(0, "accepted", file, "--check", "--role", "dealer", "--set", "output=out-anew",
                "--set", parties);
    mpcf_free(weights);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convert_runs_the_secure_integers),
        cmocka_unit_test(it_can_be_left_out),
        cmocka_unit_test(another_lowering_is_looked_at),
        cmocka_unit_test(infer_looks_at_the_evaluation_split),
        cmocka_unit_test(a_value_beyond_its_range_is_found_there),
        cmocka_unit_test(another_calibration_leaves_the_weights),
        cmocka_unit_test(an_older_record_is_not_written_over),
        cmocka_unit_test(an_older_student_says_how_it_is_made_anew),
        cmocka_unit_test(a_role_is_checked_as_far_as_it_goes),
    };

    return cmocka_run_group_tests(tests, open_folder, close_folder);
}
