/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whichever of three processes disagrees with the others, and whichever of them starts last: the user,
 * which calls, ends at once with the reason; those that are called go on listening, and know the reason
 * when their time is over.
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
#define LIMIT      10.0          /* seconds that the user may take, where it disagrees */
#define CONNECT_NS (60 * SECOND) /* what it takes that is not told */
#define LISTEN_NS  (3 * SECOND)  /* how long the others wait for a session */
#define NOBODY     3u
#define TEXT       1200

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
                              .connect_ns = is_lost             ? SECOND / 2
                                            : role == ROLE_USER ? CONNECT_NS
                                                                : LISTEN_NS,
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
        int64_t began = clock_now_ns();
        mpcf_status status = join(s, role, err);
        int n = snprintf(text, sizeof(text), "%.2f %d %s", clock_seconds_since(began), (int) status,
                         mpcf_error_text(err));
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

/* What a role said at its end. */
struct saying {
    double seconds;
    int status;
    char text[TEXT];
};

struct play {
    struct scene scene;
    struct child children[3];
    struct saying said[3];
};

static void begin(struct play *p)
{
    choose_addresses(&p->scene);
    for (unsigned role = 0; role < 3; role++) {
        if (role != p->scene.last) {
            start(&p->children[role], &p->scene, role);
        }
    }
}

static void hear(const struct child *c, struct saying *said)
{
    char text[TEXT];
    int at = 0;
    ssize_t n = read(c->line, text, sizeof(text));
    assert_true(n > 0);
    assert_int_equal(waitpid(c->pid, NULL, 0), c->pid);
    (void) close(c->line);
    assert_int_equal(sscanf(text, "%lf %d %n", &said->seconds, &said->status, &at), 2);
    (void) snprintf(said->text, TEXT, "%s", text + at);
}

static void end(struct play *p)
{
    for (unsigned role = 0; role < 3; role++) {
        hear(&p->children[role], &p->said[role]);
    }
    print_message("%s, %s odd, %s last: the user took %.2f s\n", p->scene.transport,
                  p->scene.odd == NOBODY ? "nobody" : role_name(p->scene.odd),
                  role_name(p->scene.last), p->said[ROLE_USER].seconds);
    assert_true(p->said[ROLE_USER].seconds < LIMIT);
}

/* Plays COUNT at once; what each said. */
static void play(struct play *plays, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        begin(&plays[i]);
    }
    (void) usleep(1000 * (plays[0].scene.wait_ms == 0 ? 150 : plays[0].scene.wait_ms));
    for (size_t i = 0; i < count; i++) {
        start(&plays[i].children[plays[i].scene.last], &plays[i].scene, plays[i].scene.last);
    }
    for (size_t i = 0; i < count; i++) {
        end(&plays[i]);
    }
}

static void expect(const struct saying *said, mpcf_status status, const char *text)
{
    if (said->status != (int) status || strcmp(said->text, text) != 0) {
        fail_msg("it says '%d %s', expected '%d %s'", said->status, said->text, (int) status, text);
    }
}

/* Of one that listened all its time: in vain, and the last that it turned away was TEXT. */
static void expect_alone(const struct play *p, enum role role, const char *text)
{
    char wanted[TEXT], address[80];
    const bool is_local = strcmp(p->scene.transport, "loopback") == 0;
    (void) snprintf(address, sizeof(address), "%s%s", is_local ? "@mpcf-" : "",
                    is_local ? "" : p->scene.addresses[role]);
    (void) snprintf(wanted, sizeof(wanted), "nobody joined the %s at %s", role_name(role), address);
    assert_true(strncmp(p->said[role].text, wanted, strlen(wanted)) == 0);
    (void) snprintf(wanted, sizeof(wanted), " in time (stages.infer.connect_timeout)%s%s",
                    text[0] == '\0' ? "" : "; the last caller was turned away: ", text);
    const char *rest = strstr(p->said[role].text, " in time (stages.infer.connect_timeout)");
    if (p->said[role].status != MPCF_E_TIMEOUT || rest == NULL || strcmp(rest, wanted) != 0) {
        fail_msg("the %s says '%d %s', expected '%s'", role_name(role), p->said[role].status,
                 p->said[role].text, wanted);
    }
    assert_true(p->said[role].seconds > (double) LISTEN_NS * 1e-9 - 0.1);
}

static void those_who_agree_join(void **state)
{
    (void) state;
    static struct play plays[3];
    for (unsigned last = 0; last < 3; last++) {
        for (unsigned i = 0; i < 3; i++) {
            plays[i] =
                (struct play){.scene = {.transport = transports[i], .odd = NOBODY, .last = last}};
        }
        play(plays, 3);
        for (unsigned i = 0; i < 9; i++) {
            expect(&plays[i / 3].said[i % 3], MPCF_OK, "");
        }
    }
}

#define SAYS(role, text) "the " role " ended the run, saying: " text

static void who_calls_and_disagrees_ends_with_the_reason(void **state)
{
    (void) state;
    static const char *const expected[3][3] = {
        [ROLE_PROVIDER] = {"the user disagrees with this provider: batch: 4 there, 8 here",
                           "the provider disagrees with this user: batch: 8 there, 4 here",
                           SAYS("user", "the provider disagrees with this user: "
                                        "batch: 8 there, 4 here")},
        [ROLE_USER] = {"the user disagrees with this provider: batch: 8 there, 4 here",
                       "the dealer disagrees with this user: batch: 4 there, 8 here",
                       "the user disagrees with this dealer: batch: 8 there, 4 here"},
        [ROLE_DEALER] = {SAYS("user",
                              "the dealer disagrees with this user: batch: 8 there, 4 here"),
                         "the dealer disagrees with this user: batch: 8 there, 4 here",
                         "the user disagrees with this dealer: batch: 4 there, 8 here"},
    };
    static struct play plays[3];
    for (unsigned i = 0; i < 27; i++) {
        const unsigned odd = i / 9, last = i / 3 % 3;
        plays[i % 3] =
            (struct play){.scene = {.transport = transports[i % 3], .odd = odd, .last = last}};
        if (i % 3 != 2) {
            continue;
        }
        play(plays, 3);
        for (unsigned j = 0; j < 3; j++) {
            expect(&plays[j].said[ROLE_USER], MPCF_E_PROTOCOL, expected[odd][ROLE_USER]);
            expect_alone(&plays[j], ROLE_PROVIDER, expected[odd][ROLE_PROVIDER]);
            expect_alone(&plays[j], ROLE_DEALER, expected[odd][ROLE_DEALER]);
        }
    }
}

/* The user has ended by then. */
static void a_late_provider_is_not_waited_for(void **state)
{
    (void) state;
    static struct play p;
    p = (struct play){
        .scene = {.transport = "tcp", .odd = ROLE_DEALER, .last = ROLE_PROVIDER, .wait_ms = 1500}};
    play(&p, 1);
    expect(&p.said[ROLE_USER], MPCF_E_PROTOCOL,
           "the dealer disagrees with this user: batch: 8 there, 4 here");
    assert_true(p.said[ROLE_USER].seconds < 1.5);
    expect_alone(&p, ROLE_PROVIDER, "");
}

/* What is between provider and dealer comes to the user, and by it to a dealer that waits. */
static void a_provider_without_a_dealer_says_so_to_all(void **state)
{
    (void) state;
    static struct play p;
    p = (struct play){.scene = {.transport = "loopback",
                                .odd = NOBODY,
                                .last = ROLE_PROVIDER,
                                .wrong_dealer = "refusal-nowhere"}};
    play(&p, 1);
    const struct saying *said = p.said;
    assert_int_equal(said[ROLE_USER].status, MPCF_E_CLOSED);
    assert_non_null(strstr(said[ROLE_USER].text,
                           "the provider refuses, saying: calling the dealer "
                           "over 'loopback' (stages.infer.connect_timeout): nobody answers at"));
    assert_non_null(strstr(said[ROLE_DEALER].text, SAYS("user", "the provider refuses, saying: ")));
    assert_non_null(strstr(said[ROLE_PROVIDER].text, "nobody answers at 'refusal-nowhere'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_who_agree_join),
        cmocka_unit_test(who_calls_and_disagrees_ends_with_the_reason),
        cmocka_unit_test(a_late_provider_is_not_waited_for),
        cmocka_unit_test(a_provider_without_a_dealer_says_so_to_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
