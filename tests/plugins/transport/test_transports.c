/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every transport promises, and those whose addresses are HOST:PORT.
 */
#include <mpcf/plugin.h>

#include "base/clock.h"
#include "conformance/transport_check.h"
#include "support/support.h"
#include "support/transports.h"

static void print_check(void *context, const char *check, mpcf_status status, const char *detail)
{
    (void) context;
    print_message("%s - %s%s%s\n", status == MPCF_OK ? "ok" : "not ok", check,
                  detail[0] == '\0' ? "" : ": ", detail);
}

static void it_keeps_the_contract(void **state)
{
    struct test_transport t = test_transport_load(*state);
    mpcf_error *err = mpcf_error_create();
    assert_ok(conform_transport(t.transport, MPCF_ABI_MINOR, t.config, NULL, NULL, print_check,
                                NULL, err),
              err);
    mpcf_error_destroy(err);
}

static void ipv6_and_names_are_taken(void **state)
{
    struct test_transport t = test_transport_load(*state);
    const char *const addresses[] = {"[::1]:0", "localhost:0", "127.0.0.1:0"};
    for (size_t i = 0; i < 3; i++) {
        void *conns[2];
        char byte = 0;
        int64_t soon = clock_deadline(INT64_C(10000000000));
        test_transport_pair(&t, addresses[i], conns);
        assert_int_equal(t.transport->send(conns[0], "x", 1, soon, NULL), MPCF_OK);
        assert_int_equal(t.transport->recv(conns[1], &byte, 1, soon, NULL), MPCF_OK);
        assert_int_equal(byte, 'x');
        t.transport->close(conns[0]);
        t.transport->close(conns[1]);
    }
}

static void malformed_addresses_are_refused(void **state)
{
    struct test_transport t = test_transport_load(*state);
    mpcf_error *err = mpcf_error_create();
    const char *const addresses[] = {"",         "localhost",  "localhost:", "localhost:http",
                                     "::1:9001", "1.2.3.4:-1", "a:1:2",      "127.0.0.1:123456"};
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        void *got = NULL;
        int64_t soon = clock_deadline(1000000000);
        assert_status(MPCF_E_CONFIG, t.transport->listen(t.config, addresses[i], &got, err), err);
        assert_status(MPCF_E_CONFIG, t.transport->connect(t.config, addresses[i], soon, &got, err),
                      err);
    }
    mpcf_error_destroy(err);
}

struct address {
    const char *text;
    const char *called, *listened; /* what is said against it; NULL: nothing */
};
static const struct address judged[] = {
    {"127.0.0.1:9001", NULL, NULL},
    {"host-1.example_2.org:65535", NULL, NULL},
    {"[::1]:9001", NULL, NULL},
    {"[fe80::1%eth0]:09001", NULL, NULL},
    {"[::ffff:10.0.0.2]:9001", NULL, NULL},
    {":9001", "every interface", NULL},
    {"0.0.0.0:9001", "every interface", NULL},
    {"[::]:9001", "every interface", NULL},
    {"[0:0::0]:9001", "every interface", NULL},
    {"[::ffff:0.0.0.0]:9001", "every interface", NULL},
    {"127.0.0.1:0", "port 0 lets a listener take any port", NULL},
    {"127.0.0.1:000", "port 0 lets a listener take any port", NULL},
    {"", "empty", "empty"},
    {"127.0.0.1:80000", "port 80000 is beyond 65535", "port 80000 is beyond 65535"},
    {"127.0.0.1:18446744073709560617", "is beyond 65535", "is beyond 65535"},
    {"127.0.0.1:http", "port 'http' is not a number", "port 'http' is not a number"},
    {"127.0.0.1:9001 ", "port '9001 ' is not", "port '9001 ' is not"},
    {"127.0.0.1:+1", "port '+1' is not", "port '+1' is not"},
    {"127.0.0.1", "write '127.0.0.1:PORT'", "write '127.0.0.1:PORT'"},
    {"localhost:", "write 'localhost:PORT'", "write 'localhost:PORT'"},
    {"[::1]", "write '[::1]:PORT'", "write '[::1]:PORT'"},
    {"9001", "write 'HOST:9001'", "write 'HOST:9001'"},
    {"tcp://10.0.0.1:9002", "write '10.0.0.1:9002'", "write '10.0.0.1:9002'"},
    {"http://a.org:80/x", "write 'a.org:80'", "write 'a.org:80'"},
    {"::1:9001", "write '[::1]:9001'", "write '[::1]:9001'"},
    {"fe80::1", "write '[fe80::1]:PORT'", "write '[fe80::1]:PORT'"},
    {"a:1:2", "not of the form", "not of the form"},
    {"[::1:9001", "not of the form", "not of the form"},
    {"[::1]9001", "not of the form", "not of the form"},
    {"[127.0.0.1]:9001", "brackets are for IPv6", "brackets are for IPv6"},
    {"[]:9001", "brackets are for IPv6", "brackets are for IPv6"},
    {"[fe80::1]:9001", "name the interface", "name the interface"},
    {"10.0.0.256:9001", "is no IPv4 address", "is no IPv4 address"},
    {"10.0.1:9001", "is no IPv4 address", "is no IPv4 address"},
    {"224.0.0.1:9001", "of a group", "of a group"},
    {"255.255.255.255:9001", "of a group", "of a group"},
    {"[ff02::1]:9001", "of a group", "of a group"},
    {"*:9001", "written ':9001'", "written ':9001'"},
    {"my host:9001", "no host is called 'my host'", "no host is called 'my host'"},
    {"user@host:9001", "no host is called", "no host is called"},
};

static void judge(const struct test_transport *t, const char *text, bool is_listen,
                  const char *message, mpcf_error *err)
{
    mpcf_error_reset(err);
    mpcf_status status = t->transport->check_address(t->config, text, is_listen, err);
    if (message == NULL) {
        assert_was_ok(status, err);
    } else {
        assert_status_was(MPCF_E_CONFIG, status, err);
        assert_message_contains(err, message);
    }
}

/* What the check refuses is not listened on and not called either. */
static void addresses_are_judged_by_their_text(void **state)
{
    struct test_transport t = test_transport_load(*state);
    mpcf_error *err = mpcf_error_create();
    for (size_t i = 0; i < sizeof(judged) / sizeof(judged[0]); i++) {
        void *got = NULL;
        const struct address *a = &judged[i];
        judge(&t, a->text, false, a->called, err);
        judge(&t, a->text, true, a->listened, err);
        if (a->called != NULL) {
            assert_status(MPCF_E_CONFIG,
                          t.transport->connect(t.config, a->text, clock_deadline(1), &got, err),
                          err);
            assert_message_contains(err, a->called);
        }
        if (a->listened != NULL) {
            assert_status(MPCF_E_CONFIG, t.transport->listen(t.config, a->text, &got, err), err);
            assert_message_contains(err, a->listened);
        }
    }
    mpcf_error_destroy(err);
}

static void a_port_in_use_is_named(void **state)
{
    struct test_transport t = test_transport_load(*state);
    mpcf_error *err = mpcf_error_create();
    void *first = NULL, *second = NULL;
    char address[64];
    assert_ok(t.transport->listen(t.config, "127.0.0.1:0", &first, err), err);
    assert_ok(t.transport->bound(first, address, sizeof(address), err), err);
    assert_status(MPCF_E_IO, t.transport->listen(t.config, address, &second, err), err);
    assert_message_contains(err, address);
    t.transport->unlisten(first);
    mpcf_error_destroy(err);
}

static char loopback[] = "loopback", tcp[] = "tcp", zmq[] = "zmq", tls[] = "tls",
            zmq_curve[] = "zmq-curve";
#define OF(transport, test)                                                                        \
    {                                                                                              \
#transport ": " #test, test, NULL, NULL, transport                                         \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        OF(loopback, it_keeps_the_contract),
        OF(tcp, it_keeps_the_contract),
        OF(zmq, it_keeps_the_contract),
        OF(tls, it_keeps_the_contract),
        OF(zmq_curve, it_keeps_the_contract),
        OF(tcp, ipv6_and_names_are_taken),
        OF(zmq, ipv6_and_names_are_taken),
        OF(tcp, malformed_addresses_are_refused),
        OF(zmq, malformed_addresses_are_refused),
        OF(tcp, a_port_in_use_is_named),
        OF(zmq, a_port_in_use_is_named),
        OF(tcp, addresses_are_judged_by_their_text),
        OF(zmq, addresses_are_judged_by_their_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
