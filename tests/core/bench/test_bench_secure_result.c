/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `bench secure` reports what the parties found when they held their meters against the cost
 * engine, and fails where that is not "equal", or a logit too far off.
 */
#include "bench/bench_secure_result.h"

#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "support/support.h"

static const struct bench_secure_request request = {.model = "bert-base",
                                                    .tokens = 8,
                                                    .batch = 1,
                                                    .activation = "quad",
                                                    .normaliser = "2quad",
                                                    .transport = "tcp",
                                                    .repeat = 1};

static void write(const char *folder, const char *name, const char *text)
{
    mpcf_error *err = mpcf_error_create();
    char *path = file_join(folder, name);

    assert_ok(file_write_whole(path, text, strlen(text), err), err);
    mpcf_free(path);
    mpcf_error_destroy(err);
}

/* A role's record with COST_ENGINE, NULL: without it. */
static void write_role(const char *folder, const char *name, const char *cost_engine)
{
    struct text_buffer text = {0};

    text_append(&text, "{\"runs\": 1, \"functions\": [], \"each\": []");
    if (cost_engine != NULL) {
        text_printf(&text, ", \"cost_engine\": \"%s\"", cost_engine);
    }
    text_append(&text, "}");
    write(folder, name, text.data);
    text_clear(&text);
}

/* Summarises a run whose parties found PROVIDER and USER, and whose logits are off by ERROR. */
static mpcf_status summarise(const char *provider, const char *user, double error, json_t **out,
                             mpcf_error *err)
{
    const char *folder = test_folder();
    char *infer = file_join(folder, "infer"), report[200];

    assert_ok(file_make_folder(infer, err), err);
    (void) snprintf(report, sizeof report,
                    "{\"secure\": {\"max_error_vs_fixed\": %g, \"max_logit_error\": 0.001},"
                    " \"machine\": {\"kernels\": \"portable\"}}",
                    error);
    write(folder, "report.json", report);
    write_role(folder, "infer/provider.json", provider);
    write_role(folder, "infer/user.json", user);
    write_role(folder, "infer/dealer.json", NULL);
    mpcf_free(infer);
    return bench_secure_summarise(&request, &named_networks[0].link, folder, out, err);
}

static void equal_is_what_both_parties_say(void **state)
{
    mpcf_error *err = mpcf_error_create();
    json_t *out = NULL;

    (void) state;
    assert_ok(summarise("equal", "equal", 0.004, &out, err), err);
    assert_string_equal(json_string_value(json_object_get(out, "cost_engine")), "equal");
    json_decref(out);
    mpcf_error_destroy(err);
}

static void a_party_that_differs_fails_the_run(void **state)
{
    static const struct {
        const char *provider, *user, *message;
    } cases[] = {
        {"rounds: metered 7, the cost engine says 8", "equal", "rounds: metered 7"},
        {"equal", "offline bytes: metered 1, the cost engine says 2", "offline bytes: metered 1"},
        {"equal", NULL, "a party compared nothing"},
        {NULL, "equal", "a party compared nothing"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mpcf_error *err = mpcf_error_create();
        json_t *out = NULL;

        assert_status(MPCF_E_INTERNAL,
                      summarise(cases[i].provider, cases[i].user, 0.004, &out, err), err);
        assert_message_contains(err, cases[i].message);
        assert_null(out);
        mpcf_error_destroy(err);
    }
}

static void a_logit_too_far_off_fails_the_run(void **state)
{
    mpcf_error *err = mpcf_error_create();
    json_t *out = NULL;

    (void) state;
    assert_status(MPCF_E_RANGE, summarise("equal", "equal", 0.021, &out, err), err);
    assert_message_contains(err, "0.021");
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_is_what_both_parties_say),
        cmocka_unit_test(a_party_that_differs_fails_the_run),
        cmocka_unit_test(a_logit_too_far_off_fails_the_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
