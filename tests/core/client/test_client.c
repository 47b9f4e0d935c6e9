/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program in the user's role: asks again and again over one link, beside roles that are processes.
 */
#include <mpcf/client.h>

#include <math.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/folder.h"
#include "base/memory.h"
#include "support/apart.h"
#include "support/run_folder.h"
#include "support/support.h"

static const char *const texts[] = {"t7 t8 t9", "", "t10", "t7 t8 t9"};
enum { TEXTS = 4 };

static void start_others(const char *folder, pid_t pids[ROLES], const char *set)
{
    pids[PROVIDER] = apart_start(folder, PROVIDER, NULL, set);
    pids[DEALER] = apart_start(folder, DEALER, NULL, set);
}

static void expect_others(const char *folder, const pid_t pids[ROLES], int provider, int dealer)
{
    const int want[ROLES] = {[PROVIDER] = provider, [DEALER] = dealer};

    for (int r = 0; r < ROLES; r++) {
        const int got = r != USER ? test_host_wait(pids[r], 60) : want[r];

        if (got != want[r]) {
            fail_msg("the %s ended with %d: %s", apart_names[r], got,
                     test_read(folder, apart_logs[r]));
        }
    }
}

static mpcf_client *opened(const char *folder, const char *set, mpcf_error *err)
{
    char *path = file_join(folder, "pipeline.yaml");
    const char *const sets[] = {set, NULL};
    const mpcf_client_options options = {
        .struct_size = sizeof options, .file = path, .settings = sets};
    mpcf_client *client = NULL;

    assert_ok(mpcf_client_open(&options, &client, err), err);
    mpcf_free(path);
    return client;
}

static void a_client_asks_again_and_again(void **state)
{
    const char *folder = apart_create("batch: 1", 2);
    mpcf_error *err = mpcf_error_create();
    mpcf_client *client = opened(folder, NULL, err);
    const char *const seconds[TEXTS] = {NULL, "t8", NULL, NULL}, *const bad[] = {"t1", "\xff"};
    char *data = file_join(folder, "data"), *out = file_join(folder, "run/infer/user.json");
    float first[2 * TEXTS], again[2 * TEXTS], single[2];
    pid_t pids[ROLES];

    (void) state;
    assert_int_equal(file_remove_tree(data, NULL), MPCF_OK);
    assert_int_equal(mpcf_client_numbers(client), 2);
    assert_int_equal(mpcf_client_classes(client), 2);
    assert_string_equal(mpcf_client_label(client, 1), "positive");
    assert_null(mpcf_client_label(client, 2));
    assert_status(MPCF_E_INVALID, mpcf_client_ask(client, texts, NULL, TEXTS, first, err), err);
    start_others(folder, pids, NULL);
    assert_ok(mpcf_client_connect(client, err), err);
    assert_status(MPCF_E_INVALID, mpcf_client_connect(client, err), err);
    assert_ok(mpcf_client_ask(client, texts, NULL, TEXTS, first, err), err);
    assert_ok(mpcf_client_ask(client, texts, NULL, 0, NULL, err), err);
    assert_status(MPCF_E_FORMAT, mpcf_client_ask(client, bad, NULL, 2, single, err), err);
    assert_message_contains(err, "text 1");
    assert_ok(mpcf_client_ask(client, texts, seconds, TEXTS, again, err), err);
    mpcf_client_close(client);
    expect_others(folder, pids, 0, 0);
    for (size_t k = 0; k < 2; k++) {
        assert_true(isfinite(first[2 + k]) && isfinite(again[2 + k]));
        assert_true(fabsf(first[6 + k] - first[k]) < 0.02F); /* the same text */
        for (size_t i = 0; i < TEXTS; i++) {
            assert_true(i == 1 || fabsf(again[2 * i + k] - first[2 * i + k]) < 0.02F);
        }
    }
    /* The second of the second is asked, too: seen beyond the rounding of a secure run. */
    assert_true(fabsf(first[2] - again[2]) > 0.02F || fabsf(first[3] - again[3]) > 0.02F);
    assert_false(file_exists(out));
    mpcf_error_destroy(err);
    mpcf_free(data);
    mpcf_free(out);
}

/* What cannot be asked any more is an error, and nothing hangs. */
static void a_lost_provider_ends_the_client(void **state)
{
    const char *folder = apart_create("batch: 1, timeout: 5s", 2);
    mpcf_error *err = mpcf_error_create();
    mpcf_client *client = opened(folder, "stages.infer.timeout=5s", err);
    float answers[2 * TEXTS];
    pid_t pids[ROLES];

    (void) state;
    start_others(folder, pids, NULL);
    assert_ok(mpcf_client_connect(client, err), err);
    assert_ok(mpcf_client_ask(client, texts, NULL, TEXTS, answers, err), err);
    assert_int_equal(kill(pids[PROVIDER], SIGKILL), 0);
    memset(answers, 0, sizeof answers);
    mpcf_error_reset(err);
    assert_int_not_equal(mpcf_client_ask(client, texts, NULL, TEXTS, answers, err), MPCF_OK);
    assert_message_contains(err, "provider");
    assert_true(answers[0] == 0); /* written on success only */
    assert_status(MPCF_E_INVALID, mpcf_client_ask(client, texts, NULL, TEXTS, answers, err), err);
    mpcf_client_close(client);
    expect_others(folder, pids, -1, 1);
    mpcf_error_destroy(err);
}

static void labels_alone_are_numbers_of_classes(void **state)
{
    const char *set = "stages.infer.reveal=label";
    const char *folder = apart_create("batch: 3", 2);
    mpcf_error *err = mpcf_error_create();
    mpcf_client *client = opened(folder, set, err);
    float answers[TEXTS];
    pid_t pids[ROLES];

    (void) state;
    assert_int_equal(mpcf_client_numbers(client), 1);
    start_others(folder, pids, set);
    assert_ok(mpcf_client_connect(client, err), err);
    assert_ok(mpcf_client_ask(client, texts, NULL, TEXTS, answers, err), err);
    for (size_t i = 0; i < TEXTS; i++) {
        assert_non_null(mpcf_client_label(client, (size_t) answers[i]));
    }
    mpcf_client_close(client);
    expect_others(folder, pids, 0, 0);
    mpcf_error_destroy(err);
}

static void what_cannot_be_opened_is_said(void **state)
{
    const char *folder = apart_create("batch: 1", 2);
    char *path = file_join(folder, "pipeline.yaml");
    const char *const sets[] = {"stages.infer.preprocess=store", NULL};
    mpcf_client_options options = {.struct_size = sizeof options, .file = path};
    mpcf_error *err = mpcf_error_create();
    mpcf_client *client = NULL;

    (void) state;
    options.settings = sets;
    assert_status(MPCF_E_UNSUPPORTED, mpcf_client_open(&options, &client, err), err);
    assert_message_contains(err, "--set stages.infer.preprocess: `store` deals ahead");
    options.settings = (const char *const[]){"output=nowhere", NULL};
    assert_status(MPCF_E_CONFIG, mpcf_client_open(&options, &client, err), err);
    assert_message_contains(err, "student/public");
    options.file = NULL;
    assert_status(MPCF_E_INVALID, mpcf_client_open(&options, &client, err), err);
    options = (mpcf_client_options){.struct_size = 8, .file = path};
    assert_status(MPCF_E_INVALID, mpcf_client_open(&options, &client, err), err);
    assert_null(client);
    mpcf_client_close(NULL);
    mpcf_error_destroy(err);
    mpcf_free(path);
}

/* Of a caller that was built before the folder could be named. */
static void a_structure_of_before_is_taken(void **state)
{
    const char *folder = apart_create("batch: 1", 2);
    char *path = file_join(folder, "pipeline.yaml");
    const mpcf_client_options options = {.struct_size =
                                             offsetof(mpcf_client_options, public_folder),
                                         .file = path,
                                         .public_folder = "what no such caller has"};
    mpcf_error *err = mpcf_error_create();
    mpcf_client *client = NULL;

    (void) state;
    assert_ok(mpcf_client_open(&options, &client, err), err);
    mpcf_client_close(client);
    mpcf_error_destroy(err);
    mpcf_free(path);
}

/* The address that the file in FOLDER says behind WORD. */
static void address_of(const char *folder, const char *word, char out[64])
{
    char *text = test_read(folder, "pipeline.yaml"), *at = strstr(text, word);

    assert_non_null(at);
    assert_int_equal(sscanf(at + strlen(word), "%63[^\"]", out), 1);
    mpcf_free(text);
}

static void a_folder_alone_is_enough(void **state)
{
    const char *folder = apart_create("batch: 1", 2);
    static const char *const sets[] = {
        "dataset={reader: glue, task: SST-2, path: no, max_length: 40}", "stages.infer.batch=1",
        NULL};
    char provider[64], dealer[64];
    char *public = file_join(folder, "run/student/public");
    mpcf_client_options options = {.struct_size = sizeof options,
                                   .public_folder = public,
                                   .provider = provider,
                                   .transport = "loopback",
                                   .settings = sets};
    mpcf_error *err = mpcf_error_create();
    mpcf_client *client = NULL;
    float answers[2 * TEXTS];
    pid_t pids[ROLES];

    (void) state;
    address_of(folder, "provider: {listen: \"", provider);
    address_of(folder, "dealer: {listen: \"", dealer);
    assert_status(MPCF_E_INVALID, mpcf_client_open(&options, &client, err), err);
    assert_message_contains(err, "addresses");
    options.dealer = dealer;
    options.public_folder = folder;
    assert_status(MPCF_E_INVALID, mpcf_client_open(&options, &client, err), err);
    assert_message_contains(err, "named student/public");
    options.public_folder = public;
    assert_ok(mpcf_client_open(&options, &client, err), err);
    start_others(folder, pids, NULL);
    assert_ok(mpcf_client_connect(client, err), err);
    assert_ok(mpcf_client_ask(client, texts, NULL, TEXTS, answers, err), err);
    assert_string_equal(mpcf_client_label(client, 1), "positive");
    mpcf_client_close(client);
    expect_others(folder, pids, 0, 0);
    mpcf_error_destroy(err);
    mpcf_free(public);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_asks_again_and_again),
        cmocka_unit_test(a_lost_provider_ends_the_client),
        cmocka_unit_test(labels_alone_are_numbers_of_classes),
        cmocka_unit_test(what_cannot_be_opened_is_said),
        cmocka_unit_test(a_structure_of_before_is_taken),
        cmocka_unit_test(a_folder_alone_is_enough),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
