/* SPDX-License-Identifier: Apache-2.0 */
/* Labels that the pipeline file does not name are those of the checkpoint, where its config.json names them. */
#include "pipeline/offer_labels.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "pipeline/open_pipeline.h"
#include "support/datasets.h"
#include "support/support.h"

static mpcf_error *err;

/* With config.json's ID2LABEL in net/ and OPTIONS of the reader. */
static mpcf_status open_with(const char *where, const char *id2label, const char *options,
                             struct pipeline **p)
{
    char *path = file_join(test_folder(), "p.yaml");
    char *folder = file_join(test_folder(), where);
    char *config = mpcf_format("{\"model_type\": \"bert\", \"id2label\": %s}", id2label);
    char *text =
        mpcf_format("version: 1\noutput: out\nmodel: {path: net}\n"
                    "dataset: {reader: table, path: data.csv%s%s}\nstages: {convert: {}}\n",
                    *options != '\0' ? ", " : "", options);
    const struct pipeline_request request = {.file = path};
    mpcf_status status;

    test_write(folder, "config.json", config);
    assert_ok(file_write_whole(path, text, strlen(text), err), err);
    mpcf_error_reset(err);
    status = pipeline_open(&request, p, err);
    mpcf_free(path);
    mpcf_free(folder);
    mpcf_free(config);
    mpcf_free(text);
    return status;
}

static void labels_are(const char *where, const char *id2label, const char *options,
                       const char *first, const char *last, size_t classes)
{
    struct pipeline *p = NULL;

    assert_was_ok(open_with(where, id2label, options, &p), err);
    assert_int_equal(p->task.classes, classes);
    if (first == NULL) {
        assert_null(p->task.label_names);
    } else {
        assert_string_equal(p->task.label_names[0], first);
        assert_string_equal(p->task.label_names[classes - 1], last);
    }
    pipeline_close(p);
}

static void refused(const char *id2label, const char *why)
{
    struct pipeline *p = NULL;

    assert_status_was(MPCF_E_CONFIG, open_with("net", id2label, "", &p), err);
    assert_message_contains(err, why);
}

static void test_offered(void **state)
{
    static const char three[] = "{\"1\": \"b\", \"0\": \"a\", \"2\": \"c\"}";

    (void) state;
    labels_are("net", three, "", "a", "c", 3);
    labels_are("net", three, "classes: 3", "a", "c", 3);
    labels_are("net", three, "classes: 2", NULL, NULL, 2); /* a head that will be another */
    labels_are("net", three, "labels: [x, y]", "x", "y", 2);
    labels_are("net", three, "score: [0, 5]", NULL, NULL, 1);
    labels_are("net", "{\"0\": \"LABEL_0\", \"1\": \"LABEL_1\"}", "", "LABEL_0", "LABEL_1", 2);
    labels_are("net", "null, \"label2id\": {\"p\": 1, \"n\": 0}", "", "n", "p", 2);
}

static void test_not_offered(void **state)
{
    (void) state;
    test_write(test_folder(), "data.csv", "text,label\na,no\nb,yes\n");
    refused("{}", "column 'label' has no, yes; write labels: [no, yes]");
    refused("null", "which labels there are is not said");
    refused("{\"0\": \"a\"}", "write labels: [no, yes]");
    refused("{\"0\": \"a\", \"2\": \"b\"}", "write labels: [no, yes]");
    refused("{\"0\": \"a\", \"1\": \"a\"}", "write labels: [no, yes]");
    refused("{\"0\": \"a\", \"1\": 7}", "write labels: [no, yes]");
}

/* A role that has no checkpoint takes the student's. */
static void test_student(void **state)
{
    char *net = file_join(test_folder(), "net");

    (void) state;
    assert_ok(file_remove_tree(net, err), err);
    labels_are("out/student/public", "{\"0\": \"n\", \"1\": \"p\"}", "", "n", "p", 2);
    mpcf_free(net);
}

static int set_up(void **state)
{
    (void) state;
    err = mpcf_error_create();
    return err != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void) state;
    mpcf_error_destroy(err);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offered),
        cmocka_unit_test(test_not_offered),
        cmocka_unit_test(test_student),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
