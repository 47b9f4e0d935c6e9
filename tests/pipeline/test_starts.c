/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run may start from: a checkpoint whose head is there, missing, under another name, of other
 * classes, of another task; what is refused, what is said, what the report has.
 */
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/json.h"
#include "format/safetensors.h"
#include "format/safetensors_write.h"
#include "inference/secure_student.h"
#include "pipeline/open_pipeline.h"
#include "report/report.h"
#include "support/datasets.h"
#include "support/run_folder.h"

#define CONVERT  "stages: {convert: {}, calibrate: {examples: 16}}"
#define FINETUNE "stages: {finetune: {epochs: 1}, convert: {}, calibrate: {examples: 16}}"

static mpcf_error *err;
static const char *folder; /* of a run with a whole model */
static const char *family = "bert";

/* --- Checkpoints that are not whole --- */

/* A command of the shell, in which $1 is NAME. */
static void in_folder(const char *what, const char *name)
{
    char command[9000];

    (void) snprintf(command, sizeof command, "cd '%s' && set -- '%s' && %s", folder, name, what);
    assert_int_equal(system(command), 0);
}

/* What becomes of the tensors whose names begin with FROM: they are called TO..., or go. */
struct change {
    const char *from, *to;
    size_t rows; /* 0: as they are; else cut or padded to so many */
};

static void change_tensor(const struct tensor *t, const struct change *c, struct tensor_out *out)
{
    const size_t columns = t->rank > 1 ? t->dim[1] : 1;
    size_t rows = t->dim[0];
    float *values;

    *out = (struct tensor_out){.name = t->name, .rank = t->rank};
    memcpy(out->dim, t->dim, sizeof out->dim);
    if (text_starts_with(t->name, c->from)) {
        out->name = mpcf_format("%s%s", c->to, t->name + strlen(c->from));
        rows = c->rows != 0 ? c->rows : rows;
    }
    out->dim[0] = rows;
    values = mpcf_alloc_array((rows + t->dim[0]) * columns, sizeof *values);
    assert_ok(tensor_floats(t, values, err), err);
    out->data = values;
}

static void free_changed(struct tensor_out *out, const bool *is_renamed, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        mpcf_free((void *) (uintptr_t) out[i].data);
        if (is_renamed[i]) {
            mpcf_free((void *) (uintptr_t) out[i].name);
        }
    }
}

/* FOLDER/NAME: the model with one change, and with CONFIG's keys set in its config.json. */
static void make_model(const char *name, const struct change *c, const char *config)
{
    struct tensor_out out[128];
    bool is_renamed[128];
    struct safetensors *s = NULL;
    json_t *facts = NULL, *more = NULL;
    char *from = mpcf_format("%s/model/model.safetensors", folder);
    char *to = mpcf_format("%s/%s/model.safetensors", folder, name);
    char *path = mpcf_format("%s/%s/config.json", folder, name);
    size_t count = 0;

    in_folder("rm -rf $1 && cp -r model $1", name);
    assert_ok(safetensors_open(from, &s, err), err);
    assert_true(safetensors_count(s) <= 128);
    for (size_t i = 0; i < safetensors_count(s); i++) {
        const struct tensor *t = safetensors_tensor(s, i);

        if (c->to != NULL || !text_starts_with(t->name, c->from)) {
            is_renamed[count] = text_starts_with(t->name, c->from);
            change_tensor(t, c, &out[count++]);
        }
    }
    assert_ok(safetensors_write(to, out, count, err), err);
    assert_ok(json_read_file(path, &facts, err), err);
    assert_ok(json_read_text(config, strlen(config), "test", &more, err), err);
    assert_int_equal(json_object_update(facts, more), 0);
    assert_ok(json_write_file(path, facts, err), err);
    json_decref(facts);
    json_decref(more);
    free_changed(out, is_renamed, count);
    safetensors_close(s);
    mpcf_free(from);
    mpcf_free(to);
    mpcf_free(path);
}

/* --- Runs --- */

/* What a run of FOLDER/NAME's model ends with; what it said is read by said(). */
static int run(const char *name, const char *task, const char *model, const char *stages)
{
    char text[2000], file[200];
    const char *const words[] = {file, NULL};

    (void) snprintf(file, sizeof file, "%s.yaml", name);
    (void) snprintf(text, sizeof text,
                    "version: 1\noutput: out-%s\nmodel: {family: %s, path: %s%s}\n"
                    "dataset: {reader: glue, task: %s, path: data, max_length: 40}\n%s\n",
                    name, family, name, model, task, stages);
    test_write(folder, file, text);
    return test_host_wait(test_host_start(folder, "log", NULL, words), 120);
}

static void assert_said(const char *part)
{
    char *log = test_read(folder, "log");

    if (strstr(log, part) == NULL) {
        fail_msg("'%s' is not said: %s", part, log);
    }
    mpcf_free(log);
}

static void assert_not_said(const char *part)
{
    char *log = test_read(folder, "log");

    if (strstr(log, part) != NULL) {
        fail_msg("'%s' is said: %s", part, log);
    }
    mpcf_free(log);
}

/* The names under model.new_weights of NAME's report, ", " between. */
static char *reported(const char *name)
{
    struct text_buffer text = {0};
    char *output = mpcf_format("%s/out-%s", folder, name);
    json_t *report = NULL;
    const json_t *names;

    assert_ok(report_read(output, &report, err), err);
    names = report_get(report, "model.new_weights");
    for (size_t i = 0; i < json_array_size(names); i++) {
        text_printf(&text, "%s%s", i == 0 ? "" : ", ", json_string_value(json_array_get(names, i)));
    }
    json_decref(report);
    mpcf_free(output);
    return text.data != NULL ? text.data : mpcf_strdup("");
}

static void assert_reported(const char *name, const char *want)
{
    char *names = reported(name);

    assert_string_equal(names, want);
    mpcf_free(names);
}

/* --- Heads that are not there --- */

static const struct {
    const char *name;
    struct change change;
    const char *missing, *unused;
} heads[] = {
    {"none", {"classifier.", NULL, 0}, "classifier.bias, classifier.weight", NULL},
    {"poolerless",
     {"bert.pooler.", NULL, 0},
     "bert.pooler.dense.bias, bert.pooler.dense.weight",
     NULL},
    {"score", {"classifier.", "score.", 0}, "classifier.bias, classifier.weight", "'score.weight'"},
    {"half", {"classifier.bias", NULL, 0}, "classifier.bias", NULL},
};

/* Names in either order: the graph's, which is not the file's. */
static void assert_names(const char *text, const char *names)
{
    char copy[400];

    (void) snprintf(copy, sizeof copy, "%s", names);
    for (char *rest = copy, *one = NULL; (one = strtok_r(rest, ", ", &rest)) != NULL;) {
        if (strstr(text, one) == NULL) {
            fail_msg("'%s' is not named: %s", one, text);
        }
    }
}

static void a_missing_head_is_refused_without_training(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        make_model(heads[i].name, &heads[i].change, "{}");
        assert_int_equal(run(heads[i].name, "SST-2", "", CONVERT), 2);
        char *log = test_read(folder, "log");
        assert_names(log, heads[i].missing);
        mpcf_free(log);
        assert_said("weights of the head are missing");
        assert_said("model.new_head: true");
        if (heads[i].unused != NULL) {
            assert_said(heads[i].unused);
        }
    }
}

static void a_new_head_is_said_and_reported(void **state)
{
    char *names = NULL, *page = NULL;

    (void) state;
    make_model("none", &heads[0].change, "{}");
    assert_int_equal(run("none", "SST-2", ", new_head: true", CONVERT), 0);
    assert_said("convert: weights of the head start new");
    names = reported("none");
    assert_names(names, heads[0].missing);
    mpcf_free(names);
    page = test_read(folder, "out-none/report.html");
    assert_non_null(
        strstr(page, "class=\"warn\">The model\xe2\x80\x99s weights lacked some of the head"));
    mpcf_free(page);
}

static void finetune_starts_without_a_head(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        char *names = NULL;

        make_model(heads[i].name, &heads[i].change, "{}");
        assert_int_equal(run(heads[i].name, "SST-2", "", FINETUNE), 0);
        assert_said("finetune: weights of the head start new");
        names = reported(heads[i].name);
        assert_names(names, heads[i].missing);
        mpcf_free(names);
    }
    /* What was trained is whole: nothing of it is new. */
    assert_not_said("convert: weights of the head start new");
}

static void open_family(const char *name)
{
    const struct test_run whole = {.family = name,
                                   .task = "SST-2",
                                   .transport = "loopback",
                                   .infer = "examples: 1",
                                   .parties = "",
                                   .rows = 8};

    family = name;
    folder = test_run_create(&whole);
}

static void the_head_of_another_family_counts_too(void **state)
{
    const char *old = folder;

    (void) state;
    open_family("roberta");
    make_model("headless", &(struct change){"classifier.", NULL, 0}, "{}");
    assert_int_equal(run("headless", "SST-2", "", CONVERT), 2);
    assert_said("classifier.dense.weight");
    assert_said("classifier.out_proj.bias");
    assert_int_equal(run("headless", "SST-2", "", FINETUNE), 0);
    assert_said("finetune: weights of the head start new");
    family = "bert";
    folder = old;
}

static void a_whole_head_is_not_reported(void **state)
{
    (void) state;
    make_model("whole", &(struct change){"nothing", "nothing", 0}, "{}");
    assert_int_equal(run("whole", "SST-2", "", CONVERT), 0);
    assert_not_said("start new");
    assert_reported("whole", "");
}

/* --- Other classes, other tasks --- */

#define MNLI                                                                                       \
    "{\"id2label\": {\"0\": \"contradiction\", \"1\": \"neutral\", \"2\": \"entailment\"}, "       \
    "\"num_labels\": 3}"

static void finetune_starts_from_other_classes(void **state)
{
    const struct change three = {"classifier.", "classifier.", 3};

    (void) state;
    make_model("mnli", &three, "{}"); /* nothing says that there are three */
    assert_int_equal(run("mnli", "SST-2", "", CONVERT), 2);
    assert_said("has shape [3");
    make_model("mnli", &three, MNLI);
    assert_int_equal(run("mnli", "SST-2", "", CONVERT), 2);
    assert_said("mnli/config.json: the network has 3 classes, the task SST-2 has 2");
    assert_int_equal(run("mnli", "SST-2", "", FINETUNE), 0);
    assert_said("finetune: weights of the head start new");
    char *names = reported("mnli");
    assert_names(names, "classifier.bias, classifier.weight");
    mpcf_free(names);
}

static void finetune_starts_from_another_head(void **state)
{
    const struct change tokens = {"classifier.", "qa_outputs.", 0};
    const char *config = "{\"architectures\": [\"BertForQuestionAnswering\"]}";

    (void) state;
    make_model("answers", &tokens, config);
    assert_int_equal(run("answers", "SST-2", "", CONVERT), 2);
    assert_said("BertForQuestionAnswering");
    assert_said("stages.finetune");
    assert_int_equal(run("answers", "SST-2", "", FINETUNE), 0);
    assert_said("finetune: weights of the head start new");
}

static void several_labels_at_once_are_refused(void **state)
{
    const char *config = "{\"problem_type\": \"multi_label_classification\"}";

    (void) state;
    make_model("several", &(struct change){"nothing", "nothing", 0}, config);
    assert_int_equal(run("several", "SST-2", "", CONVERT), 2);
    assert_said("problem_type is multi_label_classification");
    assert_int_equal(run("several", "SST-2", "", FINETUNE), 0);
    char *made = test_read(folder, "out-several/teacher/config.json");
    assert_non_null(strstr(made, "\"problem_type\": \"single_label_classification\""));
    mpcf_free(made);
}

/* --- Names of classes --- */

static void only_another_order_of_classes_is_refused(void **state)
{
    static const struct {
        const char *names[2];
        int status;
        const char *said;
    } cases[] = {
        {{"NEGATIVE", "POSITIVE"}, 0, NULL},
        {{"neg", "pos"}, 0, "neg = negative, pos = positive"},
        {{"0", "1"}, 0, "0 = negative, 1 = positive"},
        {{"LABEL_0", "LABEL_1"}, 0, NULL},
        {{"bad", "good"}, 0, "bad = negative, good = positive"},
        {{"1 star", "5 stars"}, 0, "1 star = negative, 5 stars = positive"},
        {{"POSITIVE", "NEGATIVE"}, 2, "another order"},
        {{"pos", "neg"}, 2, "another order"},
        {{"1", "0"}, 2, "another order"},
        {{"LABEL_1", "LABEL_0"}, 2, "calls class 0 'LABEL_1'"},
        {{"good", "Neg"}, 2, "another order"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char config[400];

        (void) snprintf(config, sizeof config,
                        "{\"id2label\": {\"0\": \"%s\", \"1\": \"%s\"}, \"label2id\": null}",
                        cases[i].names[0], cases[i].names[1]);
        make_model("named", &(struct change){"nothing", "nothing", 0}, config);
        in_folder("rm -rf out-$1", "named");
        if (run("named", "SST-2", "", CONVERT) != cases[i].status) {
            char *log = test_read(folder, "log");

            fail_msg("%s, %s: not %d: %s", cases[i].names[0], cases[i].names[1], cases[i].status,
                     log);
        }
        if (cases[i].said != NULL) {
            assert_said(cases[i].said);
            assert_said("named/config.json");
        } else {
            assert_not_said("its classes are");
        }
    }
    assert_int_equal(run("named", "SST-2", "", FINETUNE), 0); /* the last of them */
    assert_said("learnt anew");
}

/* The library believes the names: with three of them it makes a head of three rows. */
static void more_names_than_classes_are_refused(void **state)
{
    static const char *const configs[] = {
        "{\"id2label\": {\"0\": \"a\", \"1\": \"b\", \"2\": \"c\"}, \"num_labels\": null}",
        "{\"num_labels\": 3}",
        "{\"id2label\": {\"0\": \"a\", \"1\": \"b\", \"2\": \"c\"}, \"num_labels\": 2}",
    };

    (void) state;
    for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++) {
        make_model("more", &(struct change){"nothing", "nothing", 0}, configs[i]);
        in_folder("rm -rf out-$1", "more");
        assert_int_equal(run("more", "SST-2", "", CONVERT), i == 2 ? 0 : 2);
        if (i < 2) {
            assert_said("the network has 3 classes");
        }
    }
}

/* bitsandbytes makes 8 bits of the floats that are stored, once they are loaded. */
static void a_quantization_that_is_left_out_is_said(void **state)
{
    (void) state;
    make_model("quantized", &(struct change){"nothing", "nothing", 0},
               "{\"quantization_config\": {\"quant_method\": \"bitsandbytes\"}}");
    assert_int_equal(run("quantized", "SST-2", "", CONVERT), 0);
    assert_said("quantization_config 'bitsandbytes' is left out");
}

/* Some folders have the names in label2id, and those that the library makes in id2label. */
static void names_stand_in_label2id_alone(void **state)
{
    static const struct {
        const char *config;
        int status;
    } cases[] = {
        {"{\"id2label\": {\"0\": \"LABEL_0\", \"1\": \"LABEL_1\"}, "
         "\"label2id\": {\"positive\": 0, \"negative\": 1}}",
         2},
        {"{\"id2label\": null, \"label2id\": {\"POS\": 1, \"NEG\": 0}}", 0},
        {"{\"id2label\": null, \"label2id\": [0, 1]}", 0},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make_model("label2id", &(struct change){"nothing", "nothing", 0}, cases[i].config);
        in_folder("rm -rf out-$1", "label2id");
        assert_int_equal(run("label2id", "SST-2", "", CONVERT), cases[i].status);
        if (cases[i].status != 0) {
            assert_said("another order");
        }
    }
}

/* A user has student/public alone, and a file of its own. */
static void the_user_compares_its_names(void **state)
{
    static const char *const names[][2] = {{"positive", "negative"}, {"neg", "pos"}};
    char *file = file_join(folder, "pipeline.yaml");
    char *path = file_join(folder, "run/student/public/config.json");
    const struct pipeline_request source = {.file = file};
    struct pipeline *p = NULL;

    (void) state;
    assert_ok(pipeline_open(&source, &p, err), err);
    for (size_t i = 0; i < 2; i++) {
        struct secure_student student = {0};
        json_t *config = NULL;

        assert_ok(json_read_file(path, &config, err), err);
        assert_int_equal(
            json_object_set_new(config, "id2label",
                                json_pack("{s:s, s:s}", "0", names[i][0], "1", names[i][1])),
            0);
        assert_ok(json_write_file(path, config, err), err);
        assert_status(i == 0 ? MPCF_E_CONFIG : MPCF_OK,
                      secure_student_open(p, STUDENT_TABLES, &student, err), err);
        if (i == 0) {
            assert_message_contains(err, "public/config.json");
            assert_message_contains(err, "another order");
        }
        secure_student_close(&student);
        json_decref(config);
    }
    pipeline_close(p);
    mpcf_free(file);
    mpcf_free(path);
}

/* --- What is written --- */

static void what_is_written_says_its_type(void **state)
{
    static const struct {
        const char *config, *dtype, *torch_dtype;
    } cases[] = {
        {"{\"dtype\": \"float16\", \"torch_dtype\": null}", "float32", "float32"},
        {"{\"dtype\": \"bfloat16\"}", "float32", NULL},
        {"{\"torch_dtype\": \"float16\"}", "float32", "float32"},
        {"{\"quantization_config\": {\"quant_method\": \"fp8\"}}", "float32", NULL},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *made = NULL;
        char *path = mpcf_format("%s/out-typed/student/config.json", folder);

        make_model("typed", &(struct change){"nothing", "nothing", 0}, cases[i].config);
        if (strstr(cases[i].config, "torch_dtype") == NULL) {
            in_folder("sed -i '/torch_dtype/d' $1/config.json", "typed");
        }
        assert_int_equal(run("typed", "SST-2", "", CONVERT), 0);
        assert_ok(json_read_file(path, &made, err), err);
        assert_string_equal(json_string_value(json_object_get(made, "dtype")), cases[i].dtype);
        if (cases[i].torch_dtype == NULL) {
            assert_null(json_object_get(made, "torch_dtype"));
        } else {
            assert_string_equal(json_string_value(json_object_get(made, "torch_dtype")),
                                cases[i].torch_dtype);
        }
        assert_null(json_object_get(made, "quantization_config"));
        json_decref(made);
        mpcf_free(path);
    }
}

static int setup(void **state)
{
    (void) state;
    err = mpcf_error_create();
    open_family("bert");
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    mpcf_error_destroy(err);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_head_is_refused_without_training),
        cmocka_unit_test(a_new_head_is_said_and_reported),
        cmocka_unit_test(finetune_starts_without_a_head),
        cmocka_unit_test(a_whole_head_is_not_reported),
        cmocka_unit_test(the_head_of_another_family_counts_too),
        cmocka_unit_test(finetune_starts_from_other_classes),
        cmocka_unit_test(finetune_starts_from_another_head),
        cmocka_unit_test(several_labels_at_once_are_refused),
        cmocka_unit_test(only_another_order_of_classes_is_refused),
        cmocka_unit_test(more_names_than_classes_are_refused),
        cmocka_unit_test(a_quantization_that_is_left_out_is_said),
        cmocka_unit_test(names_stand_in_label2id_alone),
        cmocka_unit_test(the_user_compares_its_names),
        cmocka_unit_test(what_is_written_says_its_type),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
