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
    assert_ok(
        conform_transport(t.transport, MPCF_ABI_MINOR, t.config, NULL, print_check, NULL, err),
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

static char loopback[] = "loopback", tcp[] = "tcp", zmq[] = "zmq";
#define OF(transport, test)                                                                        \
    {                                                                                              \
#transport ": " #test, test, NULL, NULL, transport                                         \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        OF(loopback, it_keeps_the_contract),      OF(tcp, it_keeps_the_contract),
        OF(zmq, it_keeps_the_contract),           OF(tcp, ipv6_and_names_are_taken),
        OF(zmq, ipv6_and_names_are_taken),        OF(tcp, malformed_addresses_are_refused),
        OF(zmq, malformed_addresses_are_refused), OF(tcp, a_port_in_use_is_named),
        OF(zmq, a_port_in_use_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
