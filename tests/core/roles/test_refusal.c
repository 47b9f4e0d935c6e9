/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whichever of three processes disagrees with the others, and whichever of them starts last: all
 * three end at once, each with the reason.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "channel/role.h"
#include "roles/roles.h"
#include "support/role_keys.h"
#include "support/support.h"
#include "support/transports.h"

#define SECOND     INT64_C(1000000000)
#define LIMIT_NS   (10 * SECOND) /* the longest any may take after the last has started */
#define CONNECT_NS (60 * SECOND) /* what one takes that is not told */
#define NOBODY     3u
#define TEXT       700

static const char *const transports[] = {"loopback", "tcp", "zmq"};

struct scene {
    const char *transport;
    unsigned odd;  /* disagrees with the others; or NOBODY */
    unsigned last; /* starts when the others wait already */
    char addresses[3][64];
    unsigned wait_ms;         /* so long; 0: 150 */
    const char *wrong_dealer; /* where the provider looks for the dealer, or NULL */
};

/* --- one role, in a process of its own --- */

static mpcf_status join(const struct scene *s, unsigned role, mpcf_error *err)
{
    struct test_transport t = test_transport_load(s->transport);
    bool is_lost = role == ROLE_PROVIDER && s->wrong_dealer != NULL;
    struct roles_options o = {.role = (enum role) role,
                              .transport = t.transport,
                              .config = t.config,
                              .listen = s->addresses[role],
                              .keys = test_role_keys(0, role),
                              .addresses = {s->addresses[0], s->addresses[1],
                                            is_lost ? s->wrong_dealer : s->addresses[ROLE_DEALER]},
                              .connect_ns = is_lost ? SECOND / 2 : CONNECT_NS,
                              .timeout_ns = CONNECT_NS};
    struct roles *r = NULL;
    struct roles_links links = {.has_stored = false};
    struct handshake mine;
    handshake_init(&mine, role);
    MPCF_TRY(handshake_add(&mine, err, "batch", role == s->odd ? "8" : "4"));
    MPCF_TRY(roles_open(&o, &r, err));
    mpcf_status status = roles_join(r, &mine, &links, err);
    roles_links_close(&links);
    roles_close(r);
    return status;
}

struct child {
    pid_t pid;
    int line; /* what it says at its end: its status and the message */
};

static void start(struct child *c, const struct scene *s, unsigned role)
{
    int line[2];
    assert_int_equal(pipe(line), 0);
    (void) test_role_keys(0, role); /* the same set in all three */
    c->pid = fork();
    assert_true(c->pid >= 0);
    if (c->pid == 0) {
        char text[TEXT];
        mpcf_error *err = mpcf_error_create();
        (void) alarm(60);
        mpcf_status status = join(s, role, err);
        int n = snprintf(text, sizeof(text), "%d %s", (int) status, mpcf_error_text(err));
        bool told = n > 0 && write(line[1], text, strlen(text) + 1) > 0;
        mpcf_error_destroy(err);
        _exit(told ? 0 : 1);
    }
    (void) close(line[1]);
    c->line = line[0];
}

/* --- the scene --- */

/* A port that is free now. */
static unsigned free_port(void)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(own);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *) &own, length), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *) &own, &length), 0);
    (void) close(fd);
    return ntohs(own.sin_port);
}

static void choose_addresses(struct scene *s)
{
    static unsigned scenes;
    scenes++;
    for (unsigned role = 0; role < 3; role++) {
        if (strcmp(s->transport, "loopback") == 0) {
            (void) snprintf(s->addresses[role], sizeof(s->addresses[role]), "refusal-%ld-%u-%u",
                            (long) getpid(), scenes, role);
        } else {
            (void) snprintf(s->addresses[role], sizeof(s->addresses[role]), "127.0.0.1:%u",
                            free_port());
        }
    }
}

/* Plays S; what each said. */
static void play(struct scene *s, char said[3][TEXT])
{
    struct child children[3];
    choose_addresses(s);
    for (unsigned role = 0; role < 3; role++) {
        if (role != s->last) {
            start(&children[role], s, role);
        }
    }
    (void) usleep(1000 * (s->wait_ms == 0 ? 150 : s->wait_ms));
    start(&children[s->last], s, s->last);
    int64_t began = clock_now_ns();
    for (unsigned role = 0; role < 3; role++) {
        ssize_t n = read(children[role].line, said[role], TEXT);
        assert_true(n > 0);
        assert_int_equal(waitpid(children[role].pid, NULL, 0), children[role].pid);
        (void) close(children[role].line);
    }
    double seconds = (double) (clock_now_ns() - began) * 1e-9;
    print_message("%s, %s odd, %s last: %.2f s\n", s->transport,
                  s->odd == NOBODY ? "nobody" : role_name(s->odd), role_name(s->last), seconds);
    assert_true(clock_now_ns() - began < LIMIT_NS);
}

static void expect(const char *said, mpcf_status status, const char *text)
{
    char wanted[TEXT];
    (void) snprintf(wanted, sizeof(wanted), "%d %s", (int) status, text);
    if (strcmp(said, wanted) != 0) {
        fail_msg("it says '%s', expected '%s'", said, wanted);
    }
}

static void those_who_agree_join(void **state)
{
    (void) state;
    for (unsigned i = 0; i < 9; i++) {
        struct scene s = {.transport = transports[i / 3], .odd = NOBODY, .last = i % 3};
        char said[3][TEXT];
        play(&s, said);
        for (unsigned role = 0; role < 3; role++) {
            expect(said[role], MPCF_OK, "");
        }
    }
}

#define SAYS(role, text) "the " role " ended the run, saying: " text

static void who_disagrees_ends_all_three(void **state)
{
    (void) state;
    static const struct {
        mpcf_status status[3];
        const char *text[3];
    } expected[3] = {
        [ROLE_PROVIDER] = {{MPCF_E_PROTOCOL, MPCF_E_PROTOCOL, MPCF_E_CLOSED},
                           {"the user disagrees with this provider: batch: 4 there, 8 here",
                            "the provider disagrees with this user: batch: 8 there, 4 here",
                            SAYS("user", "the provider disagrees with this user: "
                                         "batch: 8 there, 4 here")}},
        [ROLE_USER] = {{MPCF_E_PROTOCOL, MPCF_E_PROTOCOL, MPCF_E_PROTOCOL},
                       {"the user disagrees with this provider: batch: 8 there, 4 here",
                        "the dealer disagrees with this user: batch: 4 there, 8 here",
                        "the user disagrees with this dealer: batch: 8 there, 4 here"}},
        [ROLE_DEALER] = {{MPCF_E_CLOSED, MPCF_E_PROTOCOL, MPCF_E_PROTOCOL},
                         {SAYS("user",
                               "the dealer disagrees with this user: batch: 8 there, 4 here"),
                          "the dealer disagrees with this user: batch: 8 there, 4 here",
                          "the user disagrees with this dealer: batch: 4 there, 8 here"}},
    };
    for (unsigned i = 0; i < 27; i++) {
        struct scene s = {.transport = transports[i / 9], .odd = i / 3 % 3, .last = i % 3};
        char said[3][TEXT];
        play(&s, said);
        for (unsigned role = 0; role < 3; role++) {
            expect(said[role], expected[s.odd].status[role], expected[s.odd].text[role]);
        }
    }
}

/* The user waits for it. */
static void a_late_provider_is_told(void **state)
{
    (void) state;
    struct scene s = {
        .transport = "tcp", .odd = ROLE_DEALER, .last = ROLE_PROVIDER, .wait_ms = 1500};
    char said[3][TEXT];
    play(&s, said);
    expect(said[ROLE_PROVIDER], MPCF_E_CLOSED,
           SAYS("user", "the dealer disagrees with this user: batch: 8 there, 4 here"));
    expect(said[ROLE_USER], MPCF_E_PROTOCOL,
           "the dealer disagrees with this user: batch: 8 there, 4 here");
}

/* What is between provider and dealer comes to the user, and by it to a dealer that waits. */
static void a_provider_without_a_dealer_ends_all_three(void **state)
{
    (void) state;
    struct scene s = {.transport = "loopback",
                      .odd = NOBODY,
                      .last = ROLE_PROVIDER,
                      .wrong_dealer = "refusal-nowhere"};
    char said[3][TEXT];
    play(&s, said);
    assert_non_null(strstr(said[ROLE_PROVIDER], "nobody answers at 'refusal-nowhere'"));
    assert_non_null(strstr(said[ROLE_USER], SAYS("provider", "nobody answers at")));
    assert_non_null(strstr(said[ROLE_DEALER], SAYS("user", "the provider ended the run, saying: "
                                                           "nobody answers at")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_who_agree_join),
        cmocka_unit_test(who_disagrees_ends_all_three),
        cmocka_unit_test(a_late_provider_is_told),
        cmocka_unit_test(a_provider_without_a_dealer_ends_all_three),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
