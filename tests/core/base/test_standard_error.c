/* SPDX-License-Identifier: Apache-2.0 */
/* A log whose reader does not read, or has gone, holds nobody up and ends nobody. */
#include "base/standard_error.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/descriptors.h"
#include "support/support.h"

static int kept = -1;

/* Standard error is FD until end_on(). */
static void begin_on(int fd)
{
    kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
    assert_true(kept >= 0);
    assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
}

static void end_on(void)
{
    assert_int_equal(dup2(kept, STDERR_FILENO), STDERR_FILENO);
    (void) close(kept);
}

/* All that is in FD now; whether PART is in it. */
static bool drain(int fd, const char *part)
{
    static char text[1 << 20];
    size_t length = 0;
    ssize_t n = 0;

    (void) fcntl(fd, F_SETFL, O_NONBLOCK);
    while (length < sizeof text - 1 &&
           (n = read(fd, text + length, sizeof text - 1 - length)) > 0) {
        length += (size_t) n;
    }
    text[length] = '\0';
    return strstr(text, part) != NULL;
}

static void fill_and_read(int reader, int writer)
{
    char line[1001];
    int64_t began_ns = 0;
    double seconds = 0;

    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    begin_on(writer);
    began_ns = clock_now_ns();
    for (int i = 0; i < 2000; i++) {
        standard_error_write(line);
    }
    seconds = clock_seconds_since(began_ns);
    end_on();
    assert_true(seconds < 10); /* a second once, and the rest at once */
    assert_true(drain(reader, "xxx"));
    begin_on(writer);
    standard_error_write("after\n");
    standard_error_write("later\n");
    end_on();
    assert_true(drain(reader, " lines are missing here, as nobody read them\nafter\nlater\n"));
    (void) close(reader);
    (void) close(writer);
}

static void a_pipe_that_nobody_reads_holds_nobody_up(void **state)
{
    int ends[2];

    (void) state;
    assert_int_equal(pipe(ends), 0);
    fill_and_read(ends[0], ends[1]);
}

static void neither_does_a_socket(void **state)
{
    int ends[2];

    (void) state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    fill_and_read(ends[0], ends[1]);
}

/* The descriptor is shared with whoever started the process: it stays as it was. */
static void the_pipe_stays_blocking(void **state)
{
    int ends[2];

    (void) state;
    assert_int_equal(pipe(ends), 0);
    begin_on(ends[1]);
    standard_error_write("a line\n");
    end_on();
    assert_int_equal(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
    assert_true(drain(ends[0], "a line\n"));
    (void) close(ends[0]);
    (void) close(ends[1]);
}

static void a_reader_that_goes_away_ends_nobody(void **state)
{
    const pid_t child = fork();
    int status = 0;

    (void) state;
    if (child == 0) {
        int ends[2] = {-1, -1};

        (void) signal(SIGPIPE, SIG_DFL);
        descriptors_outlive_writes();
        if (pipe(ends) != 0 || dup2(ends[1], STDERR_FILENO) < 0) {
            _exit(2);
        }
        (void) close(ends[0]);
        standard_error_write("nobody\n");
        standard_error_write("hears it\n");
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pipe_that_nobody_reads_holds_nobody_up),
        cmocka_unit_test(neither_does_a_socket),
        cmocka_unit_test(the_pipe_stays_blocking),
        cmocka_unit_test(a_reader_that_goes_away_ends_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
