/* SPDX-License-Identifier: Apache-2.0 */
#include "roles/local_run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "channel/role.h"
#include "roles/control.h"
#include "roles/roles.h"
#include "support/support.h"
#include "support/transports.h"

#define SECOND INT64_C(1000000000)

/* --- a role: this program again, with --role; TEST_MODE says what goes wrong --- */

static bool has_mode(const char *mode, const char *who, const char *role)
{
    return strcmp(mode, getenv("TEST_MODE")) == 0 && strcmp(who, role) == 0;
}

static void pause_seconds(unsigned seconds)
{
    struct timespec time = {.tv_sec = seconds};
    (void) nanosleep(&time, NULL);
}

/* Each pair of roles exchanges its roles' numbers. */
static mpcf_status talk(enum role role, struct roles_links *links, mpcf_error *err)
{
    for (unsigned other = 0; other < 3; other++) {
        uint8_t mine = (uint8_t) role, theirs = 99;
        if (other == (unsigned) role) {
            continue;
        }
        MPCF_TRY(channel_exchange(links->peers[other], &mine, 1, &theirs, 1, err));
        if (theirs != other) {
            return mpcf_fail(err, MPCF_E_INTERNAL, "at the other end is %u", theirs);
        }
    }
    return MPCF_OK;
}

static mpcf_status misbehave(const char *role, mpcf_error *err)
{
    if (has_mode("kill", "provider", role)) {
        (void) raise(SIGKILL);
    }
    if (has_mode("exit", "dealer", role)) {
        (void) fprintf(stderr, "dealer: out of tricks\n");
        _exit(3);
    }
    if (has_mode("vanish", "provider", role)) {
        _exit(0);
    }
    if (has_mode("stall", "user", role)) {
        pause_seconds(30);
    }
    if (has_mode("fail", "user", role)) {
        return mpcf_fail(err, MPCF_E_RANGE, "node 7 is too large");
    }
    return MPCF_OK;
}

/* --- its keys --- */

static bool holds(const char *path, const char *text)
{
    static char data[65536];
    FILE *file = fopen(path, "re");
    size_t length = file == NULL ? 0 : fread(data, 1, sizeof(data), file);
    bool found = file == NULL || length == 0 || memmem(data, length, text, strlen(text)) != NULL;
    if (file != NULL) {
        (void) fclose(file);
    }
    return found;
}

/* No word that others may see is one of KEYS. */
static mpcf_status look_for_keys(const struct role_keys *keys, mpcf_error *err)
{
    char text[ROLE_KEYS_TEXT], *line = text, *end;
    (void) role_keys_print(keys, text);
    for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        const char *space = strchr(line, ' ');
        *end = '\0';
        if (strchr(line, '>') != NULL &&
            (holds("/proc/self/cmdline", space + 1) || holds("/proc/self/environ", space + 1))) {
            return mpcf_fail(err, MPCF_E_INTERNAL, "a key stands where others can read it");
        }
    }
    return MPCF_OK;
}

/* "key provider>user FINGERPRINT", as the parent's test hears it. */
static mpcf_status say_keys(const struct role_keys *keys, mpcf_error *err)
{
    for (unsigned peer = 0; peer < 3; peer++) {
        char mine[KEY_FINGERPRINT_SIZE], theirs[KEY_FINGERPRINT_SIZE];
        if (peer == (unsigned) keys->role) {
            continue;
        }
        MPCF_TRY(role_keys_fingerprint(keys->links[peer].mine, mine, err));
        MPCF_TRY(role_keys_fingerprint(keys->links[peer].theirs, theirs, err));
        printf("key %u>%u %s\nkey %u>%u %s\n", (unsigned) keys->role, peer, mine, peer,
               (unsigned) keys->role, theirs);
    }
    (void) fflush(stdout);
    return MPCF_OK;
}

static mpcf_status find_keys(enum role role, struct roles_control *control,
                             const struct role_keys **keys, mpcf_error *err)
{
    MPCF_TRY(control_ask_keys(control, clock_deadline(10 * SECOND), keys, err));
    if ((*keys)->role != role) {
        return mpcf_fail(err, MPCF_E_INTERNAL, "these are another role's keys");
    }
    MPCF_TRY(look_for_keys(*keys, err));
    return say_keys(*keys, err);
}

static mpcf_status be_role(enum role role, const char *name, struct roles_control *control,
                           mpcf_error *err)
{
    struct test_transport t = test_transport_load(getenv("TEST_TRANSPORT"));
    struct roles_options o = {.role = role,
                              .transport = t.transport,
                              .config = t.config,
                              .connect_ns = 20 * SECOND,
                              .timeout_ns = 2 * SECOND,
                              .control = control};
    struct roles *r = NULL;
    struct roles_links links;
    struct handshake mine;
    MPCF_TRY(find_keys(role, control, &o.keys, err));
    handshake_init(&mine, role);
    mine.has_stored = role != ROLE_DEALER;
    mine.next_inference = 10 + (unsigned) role;
    MPCF_TRY(handshake_add(&mine, err, "batch", "%d", has_mode("disagree", "user", name) ? 8 : 4));
    MPCF_TRY(roles_open(&o, &r, err));
    mpcf_status status = roles_join(r, &mine, &links, err);
    roles_close(r);
    if (status == MPCF_OK) {
        status = misbehave(name, err);
    }
    if (status == MPCF_OK) {
        status = talk(role, &links, err);
    }
    if (status == MPCF_OK && role != ROLE_DEALER &&
        (!links.has_stored || links.next_inference != 11)) {
        status = mpcf_fail(err, MPCF_E_INTERNAL, "next inference is not the larger");
    }
    if (status == MPCF_OK && role == ROLE_USER) {
        status = control_tell_result(control, "{\"logits\": [1, 2]}", err);
    }
    roles_links_close(&links);
    return status;
}

static int role_main(const char *name)
{
    mpcf_error *err = mpcf_error_create();
    struct roles_control *control = NULL;
    enum role role = strcmp(name, "provider") == 0 ? ROLE_PROVIDER
                     : strcmp(name, "user") == 0   ? ROLE_USER
                                                   : ROLE_DEALER;
    mpcf_status status = control_open(&control, err);
    printf("%s: here\n", name);
    (void) fflush(stdout);
    if (status == MPCF_OK) {
        status = be_role(role, name, control, err);
    }
    control_tell_end(control, status, err);
    control_close(control);
    mpcf_error_destroy(err);
    return status == MPCF_OK ? 0 : 1;
}

/* --- the parent --- */

struct heard {
    unsigned lines[3];
    char result[64];
    unsigned results;
    char keys[3][3][2][KEY_FINGERPRINT_SIZE]; /* by who proves itself, to whom; at both of them */
};

static void hear_line(void *context, enum role role, const char *text)
{
    struct heard *h = context;
    unsigned from = 0, to = 0;
    char fingerprint[KEY_FINGERPRINT_SIZE];
    h->lines[role] += strstr(text, ": here") != NULL;
    if (sscanf(text, "key %1u>%1u %32s", &from, &to, fingerprint) == 3) {
        assert_true(from < 3 && to < 3 && (role == from || role == to));
        (void) snprintf(h->keys[from][to][role == to], KEY_FINGERPRINT_SIZE, "%s", fingerprint);
    }
}

static void hear_result(void *context, enum role role, const char *text)
{
    struct heard *h = context;
    assert_int_equal(role, ROLE_USER);
    (void) snprintf(h->result, sizeof(h->result), "%s", text);
    h->results++;
}

static mpcf_status run_mode(const char *transport, const char *mode, struct heard *heard,
                            struct local_outcome *outcome, mpcf_error *err)
{
    char a[64], b[64];
    (void) snprintf(a, sizeof(a), "TEST_TRANSPORT=%s", transport);
    (void) snprintf(b, sizeof(b), "TEST_MODE=%s", mode);
    const char *const environment[] = {a, b, NULL};
    struct local_run run = {.environment = environment,
                            .timeout_ns = 40 * SECOND,
                            .line = hear_line,
                            .result = hear_result,
                            .context = heard};
    *heard = (struct heard){.results = 0};
    return local_run(&run, outcome, err);
}

static void three_processes_meet_over_every_transport(void **state)
{
    (void) state;
    static const char *const transports[] = {"loopback", "tcp", "zmq", "tls"};
    mpcf_error *err = mpcf_error_create();
    for (size_t i = 0; i < 4; i++) {
        struct heard heard;
        struct local_outcome outcome = {.seconds = 0};
        assert_ok(run_mode(transports[i], "good", &heard, &outcome, err), err);
        for (size_t role = 0; role < 3; role++) {
            assert_int_equal(heard.lines[role], 1);
            assert_true(outcome.peak_rss_bytes[role] > 1000000);
        }
        assert_int_equal(heard.results, 1);
        assert_string_equal(heard.result, "{\"logits\": [1, 2]}");
        assert_true(outcome.seconds > 0 && outcome.seconds < 20);
    }
    mpcf_error_destroy(err);
}

/* By a pair of roles and direction, the key of RUN's roles; its number is 3 from + to. */
static const char *key_of(const struct heard *run, unsigned number)
{
    return run->keys[number / 3][number % 3][0];
}

static void each_role_gets_keys_of_this_run_and_its_own(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    static const unsigned numbers[] = {1, 2, 3, 5, 6, 7};
    struct heard runs[2];
    for (size_t i = 0; i < 2; i++) {
        assert_ok(run_mode("tcp", "good", &runs[i], NULL, err), err);
    }
    for (size_t i = 0; i < 6; i++) {
        const unsigned n = numbers[i];
        assert_int_equal(strlen(key_of(&runs[0], n)), KEY_FINGERPRINT_SIZE - 1);
        assert_string_equal(key_of(&runs[0], n), runs[0].keys[n / 3][n % 3][1]);
        assert_string_equal(key_of(&runs[1], n), runs[1].keys[n / 3][n % 3][1]);
        for (size_t j = 0; j < 6; j++) {
            assert_string_not_equal(key_of(&runs[0], n), key_of(&runs[1], numbers[j]));
            if (i != j) {
                assert_string_not_equal(key_of(&runs[0], n), key_of(&runs[0], numbers[j]));
            }
        }
    }
    mpcf_error_destroy(err);
}

static void the_first_cause_is_reported(void **state)
{
    (void) state;
    static const struct {
        const char *mode;
        mpcf_status status;
        const char *part;
    } cases[] = {
        {"kill", MPCF_E_CLOSED, "the provider was ended by signal 9"},
        {"exit", MPCF_E_CLOSED, "the dealer ended with status 3: dealer: out of tricks"},
        {"vanish", MPCF_E_CLOSED,
         "the provider ended with status 0, without having told its result"},
        {"fail", MPCF_E_RANGE, "the user failed: node 7 is too large"},
        {"stall", MPCF_E_TIMEOUT, "the user stopped answering ("},
        {"disagree", MPCF_E_PROTOCOL, "batch: "},
    };
    static const char *const transports[] = {"tcp", "zmq"};
    mpcf_error *err = mpcf_error_create();
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        struct heard heard;
        int64_t start = clock_now_ns();
        assert_status(cases[i / 2].status,
                      run_mode(transports[i % 2], cases[i / 2].mode, &heard, NULL, err), err);
        print_message("%s: %s\n", cases[i / 2].mode, mpcf_error_text(err));
        assert_message_contains(err, cases[i / 2].part);
        assert_true(clock_now_ns() - start < 15 * SECOND);
    }
    mpcf_error_destroy(err);
}

static void a_run_past_its_limit_is_ended(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    const char *const arguments[] = {"30", NULL};
    struct local_run run = {
        .program = "/bin/sleep", .arguments = arguments, .timeout_ns = 60 * SECOND};
    /* sleep does not know --role and fails. */
    assert_status(MPCF_E_CLOSED, local_run(&run, NULL, err), err);
    const char *const script[] = {"-c", "exec /bin/sleep 30", "sh", NULL};
    run.program = "/bin/sh";
    run.arguments = script;
    run.timeout_ns = SECOND / 5;
    int64_t start = clock_now_ns();
    assert_status(MPCF_E_TIMEOUT, local_run(&run, NULL, err), err);
    assert_message_contains(err, "limit");
    assert_true(clock_now_ns() - start < 10 * SECOND);
    mpcf_error_destroy(err);
}

static void an_interrupt_ends_the_run(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    const char *const script[] = {"-c", "exec /bin/sleep 30", "sh", NULL};
    struct local_run run = {.program = "/bin/sh", .arguments = script, .timeout_ns = 30 * SECOND};
    interrupt_set();
    assert_status(MPCF_E_INTERRUPTED, local_run(&run, NULL, err), err);
    interrupt_clear();
    mpcf_error_destroy(err);
}

static void a_missing_program_is_an_error(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    struct local_run run = {.program = "/nowhere/mpcf-host", .timeout_ns = 10 * SECOND};
    assert_status(MPCF_E_CLOSED, local_run(&run, NULL, err), err);
    assert_message_contains(err, "cannot execute");
    mpcf_error_destroy(err);
}

/* Of a program that starts itself and goes by other arguments. */
static void a_started_role_starts_none(void **state)
{
    (void) state;
    mpcf_error *err = mpcf_error_create();
    struct local_run run = {.program = "/nowhere/mpcf-host", .timeout_ns = 10 * SECOND};
    assert_int_equal(0, setenv(CONTROL_VARIABLE, "3", 1));
    assert_status(MPCF_E_CONFIG, local_run(&run, NULL, err), err);
    assert_int_equal(0, unsetenv(CONTROL_VARIABLE));
    assert_message_contains(err, "MPCF_HOST");
    mpcf_error_destroy(err);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--role") == 0) {
        return role_main(argv[2]);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_processes_meet_over_every_transport),
        cmocka_unit_test(each_role_gets_keys_of_this_run_and_its_own),
        cmocka_unit_test(the_first_cause_is_reported),
        cmocka_unit_test(a_run_past_its_limit_is_ended),
        cmocka_unit_test(an_interrupt_ends_the_run),
        cmocka_unit_test(a_missing_program_is_an_error),
        cmocka_unit_test(a_started_role_starts_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
