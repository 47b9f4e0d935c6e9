/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <string.h>

#include "support/support.h"

static mpcf_error *err;

static int make(void **state)
{
    (void) state;
    err = mpcf_error_create();
    return err != NULL ? 0 : -1;
}

static int destroy(void **state)
{
    (void) state;
    mpcf_error_destroy(err);
    return 0;
}

static void context_keeps_the_status_and_the_cause(void **state)
{
    (void) state;
    assert_int_equal(mpcf_fail(err, MPCF_E_FORMAT, "dev.tsv:3:7: no tab"), MPCF_E_FORMAT);
    assert_int_equal(mpcf_fail_while(err, MPCF_E_FORMAT, "reading split '%s'", "dev"),
                     MPCF_E_FORMAT);
    assert_int_equal(mpcf_error_status(err), MPCF_E_FORMAT);
    assert_string_equal(mpcf_error_text(err), "reading split 'dev': dev.tsv:3:7: no tab");
}

static void context_keeps_the_status_without_an_object(void **state)
{
    (void) state;
    assert_int_equal(mpcf_fail_while(NULL, MPCF_E_CLOSED, "sending"), MPCF_E_CLOSED);
}

static void failure_without_a_message_is_named_by_its_status(void **state)
{
    (void) state;
    assert_int_equal(mpcf_fail_while(err, MPCF_E_TIMEOUT, "calling"), MPCF_E_TIMEOUT);
    assert_int_equal(mpcf_error_status(err), MPCF_E_TIMEOUT);
    assert_string_equal(mpcf_error_text(err), "calling: deadline passed");
}

static void second_failure_does_not_replace_the_cause(void **state)
{
    (void) state;
    (void) mpcf_fail(err, MPCF_E_IO, "p.yaml:2:1: no such file");
    assert_int_equal(mpcf_fail(err, MPCF_E_CONFIG, "the model"), MPCF_E_CONFIG);
    assert_int_equal(mpcf_error_status(err), MPCF_E_CONFIG);
    assert_string_equal(mpcf_error_text(err), "the model: p.yaml:2:1: no such file");
}

/* Plug-ins built before mpcf_fail_while() took a status call this. */
static void older_context_keeps_the_recorded_status(void **state)
{
    (void) state;
    (void) mpcf_fail(err, MPCF_E_RANGE, "cause");
    assert_int_equal(mpcf_fail_while_at(err, "old.c", 7, "old %s", "plug-in"), MPCF_E_RANGE);
    assert_string_equal(mpcf_error_text(err), "old plug-in: cause");
    assert_int_equal(mpcf_fail_while_at(NULL, "old.c", 7, "old"), MPCF_E_INTERNAL);
}

static void reset_begins_anew(void **state)
{
    int line = 0;

    (void) state;
    (void) mpcf_fail(err, MPCF_E_IO, "one");
    mpcf_error_reset(err);
    assert_int_equal(mpcf_error_status(err), MPCF_OK);
    assert_null(error_source(err, &line));
    (void) mpcf_fail(err, MPCF_E_FORMAT, "two");
    assert_string_equal(mpcf_error_text(err), "two");
}

static void source_line_is_the_causes(void **state)
{
    int line = 0, cause = __LINE__ + 3;

    (void) state;
    (void) mpcf_fail(err, MPCF_E_IO, "one");
    (void) mpcf_fail_while(err, MPCF_E_IO, "two");
    (void) mpcf_fail(err, MPCF_E_CONFIG, "three");
    assert_non_null(strstr(error_source(err, &line), "test_error.c"));
    assert_int_equal(line, cause);
}

/* However long what stands in front of it, and however often something is put there. */
static void cause_is_never_cut(void **state)
{
    char wide[9000];
    const char *cause = "model.json:12:3: expected a number", *text;

    (void) state;
    memset(wide, 'x', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    (void) mpcf_fail(err, MPCF_E_FORMAT, "%s", cause);
    for (size_t i = 0; i < 3; i++) {
        (void) mpcf_fail_while(err, MPCF_E_FORMAT, "%s", wide);
        (void) mpcf_fail(err, MPCF_E_FORMAT, "%s", wide);
    }
    text = mpcf_error_text(err);
    assert_true(strlen(text) > 8000);
    assert_string_equal(text + strlen(text) - strlen(cause), cause);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(context_keeps_the_status_and_the_cause, make, destroy),
        cmocka_unit_test_setup_teardown(context_keeps_the_status_without_an_object, make, destroy),
        cmocka_unit_test_setup_teardown(failure_without_a_message_is_named_by_its_status, make,
                                        destroy),
        cmocka_unit_test_setup_teardown(second_failure_does_not_replace_the_cause, make, destroy),
        cmocka_unit_test_setup_teardown(older_context_keeps_the_recorded_status, make, destroy),
        cmocka_unit_test_setup_teardown(reset_begins_anew, make, destroy),
        cmocka_unit_test_setup_teardown(source_line_is_the_causes, make, destroy),
        cmocka_unit_test_setup_teardown(cause_is_never_cut, make, destroy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
