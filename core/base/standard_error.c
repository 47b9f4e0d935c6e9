/* SPDX-License-Identifier: Apache-2.0 */
/* How text gets to standard error without waiting for a reader that does not read. */
#include "base/standard_error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

#define PATIENCE_NS INT64_C(1000000000)

static struct {
    pthread_mutex_t lock;
    bool is_stuck;         /* nobody reads: no more waiting until somebody does */
    unsigned long dropped; /* pieces since */
    int pipe;              /* standard error again, but never blocking; negative: not open */
    dev_t device;          /* of PIPE */
    ino_t inode;
} out = {.lock = PTHREAD_MUTEX_INITIALIZER, .pipe = -1};

/* A pipe is opened once more, since not to block is a property that all who have it would share.
 * Looking first whether there is room is not enough: another process may fill it. */
static int own_pipe(const struct stat *facts)
{
    if (out.pipe >= 0 && out.device == facts->st_dev && out.inode == facts->st_ino) {
        return out.pipe;
    }
    if (out.pipe >= 0) {
        (void) close(out.pipe);
    }
    out.pipe = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    out.device = facts->st_dev;
    out.inode = facts->st_ino;
    return out.pipe;
}

static bool wait_for_room(int64_t deadline)
{
    struct pollfd wait = {.fd = STDERR_FILENO, .events = POLLOUT};
    int ready;

    do {
        ready = poll(&wait, 1, clock_poll_timeout(deadline));
    } while (ready < 0 && errno == EINTR && clock_now_ns() < deadline);
    return ready > 0;
}

/* As write(); EAGAIN where there is no room now. */
static ssize_t put(const char *text, size_t length)
{
    struct stat facts;
    int fd = STDERR_FILENO;

    if (fstat(fd, &facts) != 0) {
        return -1;
    }
    if (S_ISSOCK(facts.st_mode)) {
        return send(fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    if (S_ISFIFO(facts.st_mode) && own_pipe(&facts) >= 0) {
        fd = out.pipe;
    } else if (!wait_for_room(0)) {
        errno = EAGAIN;
        return -1;
    }
    return write(fd, text, length);
}

/* False where nobody made room. */
static bool write_all(const char *text, size_t length)
{
    int64_t deadline = out.is_stuck ? 0 : clock_deadline(PATIENCE_NS);

    while (length > 0) {
        const ssize_t n = put(text, length);

        if (n >= 0) {
            text += n;
            length -= (size_t) n;
        } else if (errno == EAGAIN) {
            if (!wait_for_room(deadline) || clock_now_ns() >= deadline) {
                return false;
            }
        } else if (errno != EINTR) {
            return true; /* nobody is there, and nobody will be */
        }
    }
    return true;
}

static bool tell_dropped(void)
{
    char text[96];
    int n = 0;

    if (out.dropped == 0) {
        return true;
    }
    n = snprintf(text, sizeof text, "mpcf: %lu lines are missing here, as nobody read them\n",
                 out.dropped);
    return write_all(text, (size_t) n);
}

void standard_error_write(const char *text)
{
    (void) pthread_mutex_lock(&out.lock);
    if (tell_dropped()) {
        out.dropped = 0;
        out.is_stuck = !write_all(text, strlen(text));
    }
    if (out.is_stuck) {
        out.dropped++;
    }
    (void) pthread_mutex_unlock(&out.lock);
}

void standard_error_write_last(const char *text)
{
    (void) pthread_mutex_lock(&out.lock);
    out.is_stuck = false; /* one more second */
    (void) pthread_mutex_unlock(&out.lock);
    standard_error_write(text);
}
