/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/support.h"
#include "support/transports.h"

static void a_process_that_ends_is_noticed(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("loopback");
    void *listener = NULL, *conn = NULL;
    char address[128], byte;
    int64_t soon = clock_deadline(INT64_C(20000000000));
    assert_int_equal(t.transport->listen(t.config, "auto", &listener, NULL), MPCF_OK);
    assert_int_equal(t.transport->bound(listener, address, sizeof(address), NULL), MPCF_OK);
    pid_t child = fork();
    if (child == 0) {
        (void) t.transport->connect(t.config, address, soon, &conn, NULL);
        _exit(0);
    }
    assert_true(child > 0);
    assert_int_equal(t.transport->accept(listener, soon, &conn, NULL), MPCF_OK);
    assert_int_equal(t.transport->recv(conn, &byte, 1, soon, NULL), MPCF_E_CLOSED);
    assert_int_equal(waitpid(child, NULL, 0), child);
    t.transport->close(conn);
    t.transport->unlisten(listener);
}

static void a_path_is_private_and_goes_away(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("loopback");
    char path[256];
    void *listener = NULL, *other = NULL;
    struct stat info;
    (void) snprintf(path, sizeof(path), "%s/sock", test_folder());
    for (int round = 0; round < 2; round++) {
        assert_int_equal(t.transport->listen(t.config, path, &listener, NULL), MPCF_OK);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
        assert_int_equal(t.transport->listen(t.config, path, &other, NULL), MPCF_E_IO);
        t.transport->unlisten(listener);
        assert_int_equal(stat(path, &info), -1);
    }
}

static void a_path_left_by_a_dead_process_is_taken_over(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("loopback");
    char path[256];
    void *listener = NULL;
    (void) snprintf(path, sizeof(path), "%s/stale", test_folder());
    pid_t child = fork();
    if (child == 0) {
        _exit(t.transport->listen(t.config, path, &listener, NULL) == MPCF_OK ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(t.transport->listen(t.config, path, &listener, NULL), MPCF_OK);
    t.transport->unlisten(listener);
}

static void the_peer_has_a_name(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("loopback");
    void *conns[2];
    char text[128], want[64];
    test_transport_pair(&t, "auto", conns);
    (void) snprintf(want, sizeof(want), "user %lu on", (unsigned long) geteuid());
    assert_int_equal(t.transport->peer_identity(conns[0], text, sizeof(text), NULL), MPCF_OK);
    assert_non_null(strstr(text, want));
    assert_int_equal(t.transport->peer_identity(conns[0], text, 3, NULL), MPCF_E_INVALID);
    t.transport->close(conns[0]);
    t.transport->close(conns[1]);
}

static void a_name_too_long_is_refused(void **state)
{
    (void) state;
    struct test_transport t = test_transport_load("loopback");
    char name[300];
    void *listener = NULL;
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(t.transport->listen(t.config, name, &listener, NULL), MPCF_E_CONFIG);
    name[0] = '/';
    assert_int_equal(t.transport->listen(t.config, name, &listener, NULL), MPCF_E_CONFIG);
}

static void addresses_are_judged_by_their_text(void **state)
{
    (void) state;
    static const struct {
        const char *text, *called, *listened;
    } judged[] = {
        {"provider", NULL, NULL},
        {"@x", NULL, NULL},
        {"/run/x.sock", NULL, NULL},
        {"127.0.0.1:9001", NULL, NULL},
        {"", "names nobody", NULL},
        {"auto", "names nobody", NULL},
        {"unix:/run/x.sock", "begins with a scheme", "begins with a scheme"},
        {"tcp://127.0.0.1:1", "begins with a scheme", "begins with a scheme"},
        {"10.0.0.2:9001", "write `transport: tcp`", "write `transport: tcp`"},
        {"[fe80::1%eth0]:9001", "write `transport: tcp`", "write `transport: tcp`"},
        {"provider.example.org:9001", "write `transport: tcp`", "write `transport: tcp`"},
    };
    struct test_transport t = test_transport_load("loopback");
    mpcf_error *err = mpcf_error_create();
    for (size_t i = 0; i < 2 * sizeof(judged) / sizeof(judged[0]); i++) {
        bool is_listen = i % 2 == 1;
        const char *message = is_listen ? judged[i / 2].listened : judged[i / 2].called;
        mpcf_error_reset(err);
        mpcf_status status =
            t.transport->check_address(t.config, judged[i / 2].text, is_listen, err);
        if (message == NULL) {
            assert_was_ok(status, err);
        } else {
            assert_status_was(MPCF_E_CONFIG, status, err);
            assert_message_contains(err, message);
        }
    }
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_that_ends_is_noticed),
        cmocka_unit_test(a_path_is_private_and_goes_away),
        cmocka_unit_test(a_path_left_by_a_dead_process_is_taken_over),
        cmocka_unit_test(the_peer_has_a_name),
        cmocka_unit_test(a_name_too_long_is_refused),
        cmocka_unit_test(addresses_are_judged_by_their_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
