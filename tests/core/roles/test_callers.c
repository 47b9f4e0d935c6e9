/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a role says of who answers where it calls: another role, itself, another protocol, another
 * version, nobody. And that it meets by IPv4, IPv6 and name, whoever comes first.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/actors.h"
#include "support/support.h"

/* --- something else listens --- */

struct other {
    int fd;
    char address[64];
    const char *says; /* to who calls, when LISTENS_FIRST or at once */
    size_t length;
    bool listens_first, hangs_up;
    pthread_t thread;
};

static void *serve(void *context)
{
    struct other *o = context;
    char heard[256];
    for (;;) {
        int fd = accept(o->fd, NULL, NULL);
        if (fd < 0) {
            return NULL;
        }
        if (o->listens_first) {
            (void) recv(fd, heard, sizeof(heard), 0);
        }
        (void) send(fd, o->says, o->length, MSG_NOSIGNAL);
        if (!o->hangs_up) {
            while (recv(fd, heard, sizeof(heard), 0) > 0) {
            }
        }
        (void) close(fd);
    }
}

static void other_open(struct other *o)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(own);
    o->fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(o->fd >= 0);
    assert_int_equal(bind(o->fd, (struct sockaddr *) &own, length), 0);
    assert_int_equal(getsockname(o->fd, (struct sockaddr *) &own, &length), 0);
    assert_int_equal(listen(o->fd, 8), 0);
    (void) snprintf(o->address, sizeof(o->address), "127.0.0.1:%u", ntohs(own.sin_port));
    assert_int_equal(pthread_create(&o->thread, NULL, serve, o), 0);
}

static void other_close(struct other *o)
{
    (void) shutdown(o->fd, SHUT_RDWR);
    assert_int_equal(pthread_join(o->thread, NULL), 0);
    (void) close(o->fd);
}

static void call_other(struct other *o, mpcf_status status, const char *saying, double limit)
{
    struct roles_options u = actor_options("tcp", ROLE_USER);
    struct actor user;
    other_open(o);
    u.connect_ns = 2 * ACTOR_SECOND;
    u.timeout_ns = ACTOR_SECOND;
    u.addresses[ROLE_DEALER] = o->address;
    u.addresses[ROLE_PROVIDER] = "127.0.0.1:9";
    actor_open(&user, &u, "4");
    actor_run(&user);
    other_close(o);
    print_message("%.2f s: %s\n", user.seconds, mpcf_error_text(user.err));
    assert_status_was(status, user.status, user.err);
    assert_message_contains(user.err, saying);
    assert_message_contains(user.err, o->address);
    assert_message_contains(user.err, "dealer");
    assert_true(user.seconds < limit);
    actor_close(&user);
}

static void what_is_no_mpcf_is_named(void **state)
{
    (void) state;
    static const struct {
        const char *says;
        size_t length;
        bool listens_first;
        const char *saying;
    } cases[] = {
        {"HTTP/1.1 400 Bad Request\r\n\r\n", 28, true, "answers HTTP, not this version of mpcf"},
        {"<!DOCTYPE HTML PUBLIC", 21, true, "answers HTTP, not this version of mpcf"},
        {"\x15\x03\x01\x00\x02\x02\x0a", 7, true, "answers TLS, not"},
        {"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", 32, false, "answers SSH, not"},
        {"\xff\0\0\0\0\0\0\0\x01\x7f", 10, false, "answers ZMTP (mpcf's transport zmq"},
        {"\x00\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0MPCFhelo\x03\0\0\0", 28, false,
         "answers an earlier version of mpcf, not this version of mpcf"},
        {"what is it that you want from me", 32, true, "answers something else, not"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (unsigned hangs_up = 0; hangs_up < 2; hangs_up++) {
            struct other o = {.says = cases[i].says,
                              .length = cases[i].length,
                              .listens_first = cases[i].listens_first,
                              .hangs_up = hangs_up == 1};
            call_other(&o, MPCF_E_PROTOCOL, cases[i].saying, 3);
        }
    }
}

static void who_says_nothing_is_named(void **state)
{
    (void) state;
    struct other silent = {.says = ""},
                 brief = {.says = "", .listens_first = true, .hangs_up = true};
    call_other(&silent, MPCF_E_TIMEOUT,
               "does not answer the hello: it hangs, or no mpcf of transport 'tcp' listens there",
               3);
    call_other(&brief, MPCF_E_CLOSED, "hangs up on the hello: it ended, or no mpcf of this version",
               5);
}

static void another_version_is_named(void **state)
{
    (void) state;
    struct hello h = {.protocol = HANDSHAKE_PROTOCOL + 3};
    uint8_t frame[16 + HELLO_BYTES] = {HELLO_BYTES};
    struct other o = {.says = (const char *) frame, .length = sizeof(frame), .listens_first = true};
    char saying[80];
    hello_encode(&h, frame + 16);
    (void) snprintf(saying, sizeof(saying), "speaks protocol version %d, this user %d",
                    HANDSHAKE_PROTOCOL + 3, HANDSHAKE_PROTOCOL);
    call_other(&o, MPCF_E_PROTOCOL, saying, 3);
}

static void nobody_is_named(void **state)
{
    (void) state;
    static const char *const transports[] = {"tcp", "zmq"};
    for (size_t i = 0; i < 2; i++) {
        struct roles_options u = actor_options(transports[i], ROLE_USER);
        struct actor user;
        u.connect_ns = ACTOR_SECOND / 2;
        u.addresses[ROLE_DEALER] = "127.0.0.1:9";
        actor_open(&user, &u, "4");
        actor_run(&user);
        assert_status_was(MPCF_E_TIMEOUT, user.status, user.err);
        assert_message_contains(user.err, "calling the dealer over '");
        assert_message_contains(user.err, "nobody answers at '127.0.0.1:9'");
        actor_close(&user);
    }
}

/* A dealer that hangs, and a provider that waits no longer: the user finds the provider gone, whose
 * fault it was not. */
static void a_dealer_that_kept_the_user_is_named(void **state)
{
    (void) state;
    struct roles_options o = actor_options("tcp", ROLE_DEALER);
    struct actor dealer, user;
    o.connect_ns = 4 * ACTOR_SECOND;
    actor_open(&dealer, &o, "4");
    o = actor_options("tcp", ROLE_USER);
    o.connect_ns = 2 * ACTOR_SECOND;
    o.addresses[ROLE_DEALER] = roles_address(dealer.roles);
    o.addresses[ROLE_PROVIDER] = "127.0.0.1:9";
    actor_open(&user, &o, "4");
    actor_start(&user);
    (void) nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 200000000}, NULL);
    actor_start(&dealer);
    actor_join(&user);
    actor_join(&dealer);
    assert_status_was(MPCF_E_TIMEOUT, user.status, user.err);
    assert_message_contains(user.err, "the dealer took ");
    assert_message_contains(user.err, "s to answer, and the provider may have ended meanwhile");
    assert_message_contains(user.err, "calling the provider over 'tcp'");
    actor_close(&user);
    actor_close(&dealer);
}

/* --- roles at the wrong address --- */

static void a_file_that_mixes_up_addresses_is_told_so(void **state)
{
    (void) state;
    struct roles_options o = actor_options("tcp", ROLE_PROVIDER);
    struct actor provider, user;
    char saying[300];
    o.connect_ns = ACTOR_SECOND;
    actor_open(&provider, &o, "4");
    o = actor_options("tcp", ROLE_USER);
    o.addresses[ROLE_DEALER] = o.addresses[ROLE_PROVIDER] = roles_address(provider.roles);
    actor_open(&user, &o, "4");
    actor_start(&provider);
    actor_run(&user);
    actor_join(&provider);
    (void) snprintf(saying, sizeof(saying),
                    "at '%s' is a provider, expected the dealer: parties.dealer.address names it",
                    roles_address(provider.roles));
    assert_status_was(MPCF_E_PROTOCOL, user.status, user.err);
    assert_message_contains(user.err, saying);
    assert_status_was(MPCF_E_TIMEOUT, provider.status, provider.err);
    assert_message_contains(provider.err, "turned away: ");
    actor_close(&user);
    actor_close(&provider);
}

/* The provider's own address as the dealer's, which it calls while its user waits. */
static void a_provider_that_calls_itself_says_so(void **state)
{
    (void) state;
    struct roles_options o = actor_options("tcp", ROLE_DEALER);
    struct actor dealer, couple[2];
    char address[256], saying[400];
    o.connect_ns = 2 * ACTOR_SECOND;
    actor_open(&dealer, &o, "4");
    o = actor_options("tcp", ROLE_PROVIDER);
    actor_open(&couple[0], &o, "4"); /* for an address that is free then */
    (void) snprintf(address, sizeof(address), "%s", roles_address(couple[0].roles));
    actor_close(&couple[0]);
    o.listen = o.addresses[ROLE_DEALER] = address;
    actor_open(&couple[0], &o, "4");
    o = actor_options("tcp", ROLE_USER);
    o.addresses[ROLE_DEALER] = roles_address(dealer.roles);
    o.addresses[ROLE_PROVIDER] = address;
    actor_open(&couple[1], &o, "4");
    actor_start(&dealer);
    actor_start(&couple[0]);
    actor_run(&couple[1]);
    actor_join(&couple[0]);
    actor_join(&dealer);
    (void) snprintf(saying, sizeof(saying),
                    "at '%s' is a provider, expected the dealer: parties.dealer.address names this "
                    "role itself",
                    address);
    assert_status_was(MPCF_E_PROTOCOL, couple[0].status, couple[0].err);
    assert_message_contains(couple[0].err, saying);
    assert_status_was(MPCF_E_CLOSED, couple[1].status, couple[1].err);
    assert_message_contains(couple[1].err, saying);
    assert_status_was(MPCF_E_TIMEOUT, dealer.status, dealer.err);
    assert_message_contains(dealer.err, saying);
    couple_close(couple);
    actor_close(&dealer);
}

/* Each says what the other speaks, as far as its library shows it. */
static void roles_of_two_transports_say_so(void **state)
{
    (void) state;
    static const char *const transports[] = {"tcp", "zmq"};
    for (size_t i = 0; i < 2; i++) {
        struct roles_options o = actor_options(transports[i], ROLE_DEALER);
        struct actor dealer, user;
        char address[256];
        o.connect_ns = 3 * ACTOR_SECOND;
        actor_open(&dealer, &o, "4");
        (void) snprintf(address, sizeof(address), "%s", roles_address(dealer.roles));
        o = actor_options(transports[1 - i], ROLE_USER);
        o.connect_ns = 2 * ACTOR_SECOND;
        o.addresses[ROLE_DEALER] = address;
        o.addresses[ROLE_PROVIDER] = "127.0.0.1:9";
        actor_open(&user, &o, "4");
        actor_start(&dealer);
        actor_run(&user);
        actor_join(&dealer);
        print_message("%s user: %s\n%s dealer: %s\n", transports[1 - i], mpcf_error_text(user.err),
                      transports[i], mpcf_error_text(dealer.err));
        if (i == 1) {
            assert_status_was(MPCF_E_PROTOCOL, user.status, user.err);
        }
        assert_int_not_equal(user.status, MPCF_OK); /* its library sees no answer, or an end */
        assert_message_contains(user.err, address);
        assert_message_contains(user.err, i == 0 ? "'zmq'" : "answers ZMTP (mpcf's transport zmq");
        assert_status_was(MPCF_E_TIMEOUT, dealer.status, dealer.err);
        if (i == 0) {
            assert_message_contains(dealer.err, "ZMTP (mpcf's transport zmq");
        }
        actor_close(&user);
        actor_close(&dealer);
    }
}

/* --- addresses --- */

/* "[::1]:4711" as "localhost:4711" where NAME is that. */
static void rename_host(char out[256], const char *address, const char *name)
{
    (void) snprintf(out, 256, "%s%s", name, strrchr(address, ':'));
}

static void meet_at(const char *transport, const char *listen, const char *name)
{
    struct roles_options o = actor_options(transport, ROLE_DEALER);
    struct actor dealer, couple[2], *all[3] = {&couple[1], &couple[0], &dealer};
    char addresses[2][256];
    o.listen = listen;
    actor_open(&dealer, &o, "4");
    rename_host(addresses[0], roles_address(dealer.roles), name);
    o = actor_options(transport, ROLE_PROVIDER);
    o.listen = listen;
    o.addresses[ROLE_DEALER] = addresses[0];
    actor_open(&couple[0], &o, "4");
    rename_host(addresses[1], roles_address(couple[0].roles), name);
    o = actor_options(transport, ROLE_USER);
    o.addresses[ROLE_DEALER] = addresses[0];
    o.addresses[ROLE_PROVIDER] = addresses[1];
    actor_open(&couple[1], &o, "4");
    for (size_t i = 0; i < 3; i++) { /* the user first, the dealer last */
        actor_start(all[i]);
        (void) usleep(50000);
    }
    for (size_t i = 0; i < 3; i++) {
        actor_join(all[i]);
        assert_was_ok(all[i]->status, all[i]->err);
    }
    couple_close(couple);
    actor_close(&dealer);
}

static void they_meet_by_ipv4_ipv6_and_name(void **state)
{
    (void) state;
    static const char *const transports[] = {"tcp", "zmq"};
    for (size_t i = 0; i < 2; i++) {
        meet_at(transports[i], "127.0.0.1:0", "127.0.0.1");
        meet_at(transports[i], "127.0.0.1:0", "localhost");
        meet_at(transports[i], "[::1]:0", "[::1]");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_mpcf_is_named),
        cmocka_unit_test(who_says_nothing_is_named),
        cmocka_unit_test(another_version_is_named),
        cmocka_unit_test(nobody_is_named),
        cmocka_unit_test(a_dealer_that_kept_the_user_is_named),
        cmocka_unit_test(a_file_that_mixes_up_addresses_is_told_so),
        cmocka_unit_test(a_provider_that_calls_itself_says_so),
        cmocka_unit_test(roles_of_two_transports_say_so),
        cmocka_unit_test(they_meet_by_ipv4_ipv6_and_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
