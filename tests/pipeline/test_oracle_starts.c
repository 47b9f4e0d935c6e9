/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders that real users met, whose weights, names of classes or tokenizer a run starts from: with the
 * logits of the library ($MPCF_SHARED/cases, where each README has them).
 */
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "support/run_folder.h"

static mpcf_error *err;

static void in_folder(const char *folder, const char *what)
{
    char command[9000];

    (void) snprintf(command, sizeof command, "cd '%s' && %s", folder, what);
    assert_int_equal(system(command), 0);
}

/* A copy of case NAME that may be written into. */
static char *copy_case(const char *name)
{
    char command[9000], relative[128];
    char *folder = mpcf_format("%s/%s", test_folder(), name);

    (void) snprintf(relative, sizeof relative, "cases/%s", name);
    (void) snprintf(command, sizeof command, "cp -r '%s' '%s' && chmod -R u+w '%s'",
                    shared_path(relative), folder, folder);
    assert_int_equal(system(command), 0);
    return folder;
}

static void run_case(const char *folder)
{
    const char *const words[] = {"case.yaml", NULL};
    const int status = test_host_wait(test_host_start(folder, "log", NULL, words), 120);

    if (status != 0) {
        fail_msg("%s ends with %d: %s", folder, status, test_read(folder, "log"));
    }
}

static void assert_logits(const char *folder, const double want[4][2])
{
    char *path = file_join(folder, "run/infer/user.json");
    json_t *record = NULL;

    assert_ok(json_read_file(path, &record, err), err);
    for (size_t i = 0; i < 4; i++) {
        const json_t *row = json_array_get(json_object_get(record, "logits"), i);

        for (size_t k = 0; k < 2; k++) {
            const double got = json_number_value(json_array_get(row, k));

            if (!(fabs(got - want[i][k]) < 0.005)) {
                fail_msg("%s: text %zu: %g, expected %g", folder, i, got, want[i][k]);
            }
        }
    }
    json_decref(record);
    mpcf_free(path);
}

/* transformers 5.24.0 and 4.57.6 of the four texts, with the network that the cases share. */
static const double logits[4][2] = {
    {0.8823, -1.6767}, {-0.3855, -1.4982}, {0.9044, -0.4034}, {1.0527, -1.638}};

static void an_index_that_lists_more_is_read(void **state)
{
    char *folder = copy_case("index-lists-more");

    (void) state;
    run_case(folder);
    assert_logits(folder, logits);
    mpcf_free(folder);
}

/* Read where it lies; and what the advice of earlier versions led to is refused. */
static void a_bin_file_keeps_its_head(void **state)
{
    char *folder = copy_case("head-missing-silently");

    (void) state;
    run_case(folder);
    assert_logits(folder, logits);
    mpcf_free(folder);
}

/* The reader gives the texts class by class, so two of them change places. */
static void names_of_classes_that_mean_the_same_are_taken(void **state)
{
    static const double by_class[4][2] = {
        {0.8823, -1.6767}, {0.9044, -0.4034}, {-0.3855, -1.4982}, {1.0527, -1.638}};
    char *folder = copy_case("label-names"), *log = NULL;

    (void) state;
    run_case(folder);
    assert_logits(folder, by_class);
    log = test_read(folder, "log");
    assert_non_null(strstr(log, "NEGATIVE = neg, POSITIVE = pos"));
    mpcf_free(log);
    mpcf_free(folder);
}

/* "good" and "bad" change their ids. */
static void a_changed_tokenizer_is_noticed(void **state)
{
    static const double changed[4][2] = {
        {1.0654, -1.611}, {-0.6568, -1.3974}, {0.9587, -0.3912}, {1.0034, -1.6602}};
    char *folder = copy_case("tokenizer-change-unnoticed");

    (void) state;
    run_case(folder);
    assert_logits(folder, logits);
    in_folder(folder,
              "cp model/tokenizer.json kept && cp tokenizer.changed.json model/tokenizer.json");
    run_case(folder);
    assert_logits(folder, changed);
    in_folder(folder, "cp kept model/tokenizer.json");
    run_case(folder);
    assert_logits(folder, logits);
    mpcf_free(folder);
}

static void a_type_that_is_left_over_goes(void **state)
{
    char command[4400];

    (void) state;
    (void) snprintf(command, sizeof command, "bash '%s' >&2",
                    shared_path("cases/dtype-left-over/run.sh"));
    assert_int_equal(system(command), 0); /* MPCF_HOST stands in the environment */
}

static int setup(void **state)
{
    (void) state;
    err = mpcf_error_create();
    return err == NULL ? -1 : 0;
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
        cmocka_unit_test(an_index_that_lists_more_is_read),
        cmocka_unit_test(a_bin_file_keeps_its_head),
        cmocka_unit_test(names_of_classes_that_mean_the_same_are_taken),
        cmocka_unit_test(a_changed_tokenizer_is_noticed),
        cmocka_unit_test(a_type_that_is_left_over_goes),
    };
    require_shared("cases/index-lists-more");
    return cmocka_run_group_tests(tests, setup, teardown);
}
