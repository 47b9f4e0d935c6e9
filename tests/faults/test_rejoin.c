/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dealer that dies within a run of several inferences, and another that is started at its address,
 * or none: the user's answers are those of a run without a fault, and nobody else is started again.
 */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "support/apart.h"
#include "support/run_folder.h"
#include "support/support.h"

enum { ROWS = 4, FIRST = 12, NEVER = 1000000 };

/* Two equal runs differ by the roundings of random shares. */
#define LARGEST_DIFFERENCE 0.03
#define PATIENCE           60.0

static const char config[] =
    "{\"architectures\": [\"BertForSequenceClassification\"], \"model_type\": \"bert\", "
    "\"num_hidden_layers\": 1, \"hidden_size\": 8, \"num_attention_heads\": 1, "
    "\"intermediate_size\": 8, \"vocab_size\": 128, \"max_position_embeddings\": 16, "
    "\"type_vocab_size\": 2, \"pad_token_id\": 0, \"hidden_act\": \"gelu\", "
    "\"layer_norm_eps\": 1e-12}";

static const char *create(const char *infer)
{
    static unsigned turn;
    char parties[512], host[64];
    const long pid = (long) getpid();
    const struct test_run run = {.family = "bert",
                                 .config = config,
                                 .text = NULL,
                                 .task = "SST-2",
                                 .transport = "tcp, require: []",
                                 .infer = infer,
                                 .parties = parties,
                                 .vocabulary = 128,
                                 .max_length = 6,
                                 .rows = ROWS};

    turn++;
    (void) snprintf(host, sizeof host, "127.%ld.%ld.%ld:%u", 1 + (pid >> 16) % 250, pid >> 8 & 255,
                    1 + (pid & 255) % 254, 0u);
    host[strlen(host) - 1] = '\0';
    (void) snprintf(parties, sizeof parties,
                    "parties:\n  provider: {listen: \"%s%u\"}\n  dealer: {listen: \"%s%u\"}\n",
                    host, 31000 + 2 * turn, host, 31001 + 2 * turn);
    return test_run_create(&run);
}

static pid_t start(const char *folder, int role, const char *const *before)
{
    return apart_start(folder, role, before, NULL);
}

/* The dealer, which kills itself (ACT: preload/strike.h) behind its Nth event on the wire. */
static pid_t start_mortal(const char *folder, const char *act, unsigned long n)
{
    char preload[4200], fault[64], transport[] = "MPCF_FAULT_TRANSPORT=tcp", log[4300];
    const char *const before[] = {"env", preload, fault, transport, log, NULL};

    (void) snprintf(preload, sizeof preload, "LD_PRELOAD=%s", getenv("MPCF_FAULTS"));
    (void) snprintf(fault, sizeof fault, "MPCF_FAULT=%s wire %lu", act, n);
    (void) snprintf(log, sizeof log, "MPCF_FAULT_LOG=%s/events", folder);
    return start(folder, DEALER, before);
}

static bool has_logged(const char *folder, int role, const char *part)
{
    char *text = test_read(folder, apart_logs[role]);
    const bool has = strstr(text, part) != NULL;

    mpcf_free(text);
    return has;
}

static json_t *take_logits(const char *folder)
{
    char *path = file_join(folder, "run/infer/user.json");
    mpcf_error *err = mpcf_error_create();
    json_t *record = NULL, *logits = NULL;

    assert_ok(json_read_file(path, &record, err), err);
    logits = json_incref(json_object_get(record, "logits"));
    json_decref(record);
    (void) remove(path);
    mpcf_error_destroy(err);
    mpcf_free(path);
    return logits;
}

static void assert_same(const json_t *x, const json_t *y)
{
    assert_int_equal(json_array_size(x), ROWS);
    assert_int_equal(json_array_size(y), ROWS);
    for (size_t i = 0; i < ROWS * 2; i++) {
        const double p = json_number_value(json_array_get(json_array_get(x, i / 2), i % 2));
        const double q = json_number_value(json_array_get(json_array_get(y, i / 2), i % 2));

        assert_true(fabs(p - q) <= LARGEST_DIFFERENCE);
    }
}

static void assert_ends(const char *folder, int role, pid_t pid, int status)
{
    const int got = test_host_wait(pid, PATIENCE);

    if (got != status) {
        char *text = test_read(folder, apart_logs[role]);

        fail_msg("the %s ends with %d, not %d: %s", apart_names[role], got, status, text);
    }
}

enum death { DIED_EARLY, DIED, LIVED };

static void stop(pid_t pid)
{
    (void) kill(pid, SIGTERM);
    (void) test_host_wait(pid, PATIENCE);
}

/* A run in which the dealer dies behind its Nth event, and another comes. DIED_EARLY: nobody had joined it. */
static enum death run_past_death(const char *folder, const char *act, unsigned long n)
{
    const pid_t first = start_mortal(folder, act, n);
    const pid_t provider = start(folder, PROVIDER, NULL), user = start(folder, USER, NULL);
    const int status = test_host_wait(first, PATIENCE);

    if (status != 0 && !has_logged(folder, DEALER, "joined session")) {
        stop(user);
        stop(provider);
        return DIED_EARLY;
    }
    if (status != 0) {
        const pid_t next = start(folder, DEALER, NULL);

        assert_ends(folder, USER, user, 0);
        assert_ends(folder, PROVIDER, provider, 0);
        /* Where all was dealt nobody calls it. */
        stop(next);
        return DIED;
    }
    assert_ends(folder, USER, user, 0);
    assert_ends(folder, PROVIDER, provider, 0);
    return LIVED;
}

/* Deaths behind every STEPth event from the one on that the session is joined with; how often it was joined
 * anew. Where an event comes first is not always the same, so the last of them may come after the end. */
static unsigned sweep(const char *folder, const char *act, unsigned long last, unsigned long step)
{
    json_t *plain = NULL;
    unsigned rejoined = 0, died = 0;

    assert_int_equal(run_past_death(folder, act, NEVER), LIVED);
    plain = take_logits(folder);
    for (unsigned long n = FIRST; n <= last; n += step) {
        const enum death death = run_past_death(folder, act, n);

        if (death != DIED_EARLY) {
            json_t *logits = take_logits(folder);

            assert_same(plain, logits);
            json_decref(logits);
        }
        died += death == DIED;
        rejoined += death == DIED && has_logged(folder, USER, "to come back") &&
                    has_logged(folder, PROVIDER, "to come back");
    }
    print_message("died %u times, was joined anew %u times\n", died, rejoined);
    json_decref(plain);
    return rejoined;
}

static void another_dealer_goes_on(void **state)
{
    const char *folder = create("batch: 1, length: full, connect_timeout: 40s, timeout: 40s");

    (void) state;
    assert_true(sweep(folder, "kill", 20, 1) > 2);
    assert_true(sweep(folder, "tear", 20, 1) > 2);
}

/* Most deaths are amid what is dealt ahead. */
static void another_dealer_deals_ahead_anew(void **state)
{
    (void) state;
    assert_true(sweep(create("batch: 1, length: full, connect_timeout: 40s, timeout: 40s, "
                             "preprocess: store"),
                      "kill", 130, 13) > 2);
}

/* User and provider end within connect_timeout, and say for whom they waited. */
static void nobody_comes(void **state)
{
    const char *folder = create("batch: 1, length: full, connect_timeout: 3s, timeout: 20s");
    const pid_t dealer = start_mortal(folder, "kill", 17);
    const pid_t provider = start(folder, PROVIDER, NULL), user = start(folder, USER, NULL);
    int64_t since = 0;

    (void) state;
    assert_true(test_host_wait(dealer, PATIENCE) != 0);
    since = clock_now_ns();
    assert_ends(folder, USER, user, 1);
    assert_ends(folder, PROVIDER, provider, 1);
    assert_true(clock_seconds_since(since) < 3 + 10);
    for (int r = PROVIDER; r <= USER; r++) {
        apart_assert_logged(folder, r, "the dealer at 127.");
        apart_assert_logged(folder, r, "went away");
        apart_assert_logged(folder, r,
                            "which went away, to come back (stages.infer.connect_timeout)");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_dealer_goes_on),
        cmocka_unit_test(another_dealer_deals_ahead_anew),
        cmocka_unit_test(nobody_comes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
