/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/wait.h>
#include <unistd.h>

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
    (void) state;
    struct test_transport t = test_transport_load("zmq");
    mpcf_error *err = mpcf_error_create();
    assert_ok(conform_transport(t.transport, t.config, NULL, print_check, NULL, err), err);
    mpcf_error_destroy(err);
}

static void ipv6_and_names_are_taken(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("zmq");
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
    (void) state;
    struct test_transport t = test_transport_load("zmq");
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
    (void) state;
    struct test_transport t = test_transport_load("zmq");
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

/* Listens, says where, takes one connection, and ends without closing it. */
static void be_short_lived(int pipe_fd)
{
    struct test_transport t = test_transport_load("zmq");
    void *listener = NULL, *conn = NULL;
    char address[128] = "";
    int64_t soon = clock_deadline(INT64_C(20000000000));
    (void) t.transport->listen(t.config, "127.0.0.1:0", &listener, NULL);
    (void) t.transport->bound(listener, address, sizeof(address), NULL);
    (void) !write(pipe_fd, address, sizeof(address));
    (void) t.transport->accept(listener, soon, &conn, NULL);
    (void) t.transport->send(conn, "last words", 10, soon, NULL);
    usleep(300000);
    _exit(0);
}

static void a_process_that_ends_is_noticed(void **state)
{
    (void) state;
    int ends[2];
    char address[128], text[10];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork(); /* before this process has any ZeroMQ context */
    if (child == 0) {
        be_short_lived(ends[1]);
    }
    assert_true(child > 0);
    assert_int_equal(read(ends[0], address, sizeof(address)), sizeof(address));
    struct test_transport t = test_transport_load("zmq");
    void *conn = NULL;
    int64_t soon = clock_deadline(INT64_C(20000000000));
    assert_int_equal(t.transport->connect(t.config, address, soon, &conn, NULL), MPCF_OK);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(t.transport->recv(conn, text, 10, soon, NULL), MPCF_OK);
    assert_memory_equal(text, "last words", 10);
    assert_int_equal(t.transport->recv(conn, text, 10, soon, NULL), MPCF_E_CLOSED);
    t.transport->close(conn);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_that_ends_is_noticed),
        cmocka_unit_test(it_keeps_the_contract),
        cmocka_unit_test(ipv6_and_names_are_taken),
        cmocka_unit_test(malformed_addresses_are_refused),
        cmocka_unit_test(a_port_in_use_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
