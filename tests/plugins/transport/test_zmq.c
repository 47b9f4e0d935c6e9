/* SPDX-License-Identifier: Apache-2.0 */
/* Apart from test_transports.c: it forks, which a process with a ZeroMQ context must not. */
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/support.h"
#include "support/transports.h"

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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
