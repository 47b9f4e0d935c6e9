/* SPDX-License-Identifier: Apache-2.0 */
/* How text gets to standard error without waiting for a reader that does not read. */
#include "base/standard_error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/printable.h"

#define PATIENCE_NS INT64_C(1000000000)
#define PIECE_BYTES 16384 /* of a text that are written at once; an error has fewer */
#define LINE_BYTES  512

static struct {
    pthread_mutex_t lock;
    bool is_stuck;         /* nobody reads: no more waiting until somebody does */
    unsigned long dropped; /* pieces since */
    int pipe;              /* standard error again, but never blocking; negative: not open */
    dev_t device;          /* of PIPE */
    ino_t inode;
    char piece[PIECE_BYTES];
    char line[LINE_BYTES]; /* as it is written where it stands on the terminal, else "" */
    size_t width;          /* of its text */
} out = {.lock = PTHREAD_MUTEX_INITIALIZER, .pipe = -1};

static atomic_bool line_stands; /* OUT.line does, for a signal's handler */

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

/* TEXT with what is not printable escaped; in pieces only where it is longer than any message. */
static bool write_printable(const char *text)
{
    const size_t length = strlen(text);
    bool is_written = true;

    for (size_t at = 0; at < length && is_written;) {
        const size_t put = printable_put(text, length, &at, out.piece, sizeof out.piece, true);

        is_written = write_all(out.piece, put);
    }
    return is_written;
}

/* --- The line that stands --- */

/* Blanks over all that may stand there, two for what a terminal itself writes at Ctrl-C. */
static void erase_line(void)
{
    char blanks[LINE_BYTES + 8];

    if (out.line[0] != '\0') {
        const size_t width = out.width + 2;

        memset(blanks, ' ', sizeof blanks);
        blanks[0] = blanks[width + 1] = '\r';
        (void) write_all(blanks, width + 2);
    }
}

static void draw_line(void)
{
    (void) write_all(out.line, strlen(out.line));
}

static void forget_line(void)
{
    out.line[0] = '\0';
    out.width = 0;
    line_stands = false;
}

static size_t terminal_width(void)
{
    struct winsize size = {0};

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 3 ? size.ws_col : 80;
}

/* A return, LINE as far as there is room for it, and blanks over what stood there. */
static void lay_line(const char *line)
{
    const size_t columns = terminal_width() - 3; /* the last would begin a new line */
    const size_t room = columns < LINE_BYTES - 32 ? columns : LINE_BYTES - 32;
    char text[LINE_BYTES];
    size_t at = 0, length = printable_put(line, strlen(line), &at, text, sizeof text, true);
    size_t blanks;

    if (length > room) {
        length = room;
        while (length > 0 && ((unsigned char) text[length] & 0xc0) == 0x80) {
            length--; /* a character that is cut goes */
        }
    }
    blanks = out.width > length ? out.width - length : 0;
    out.line[0] = '\r';
    memcpy(out.line + 1, text, length);
    memset(out.line + 1 + length, ' ', blanks);
    out.line[1 + length + blanks] = '\0';
    out.width = length;
}

void standard_error_show_line(const char *line)
{
    (void) pthread_mutex_lock(&out.lock);
    lay_line(line);
    line_stands = true;
    draw_line();
    (void) pthread_mutex_unlock(&out.lock);
}

void standard_error_keep_line(void)
{
    (void) pthread_mutex_lock(&out.lock);
    if (out.line[0] != '\0') {
        (void) write_all("\n", 1);
    }
    forget_line();
    (void) pthread_mutex_unlock(&out.lock);
}

void standard_error_hide_line(void)
{
    (void) pthread_mutex_lock(&out.lock);
    erase_line();
    forget_line();
    (void) pthread_mutex_unlock(&out.lock);
}

void standard_error_leave_line(void)
{
    if (atomic_exchange(&line_stands, false)) {
        const ssize_t n = write(STDERR_FILENO, "\n", 1);

        (void) n; /* the process ends */
    }
}

void standard_error_write(const char *text)
{
    (void) pthread_mutex_lock(&out.lock);
    erase_line();
    if (tell_dropped()) {
        out.dropped = 0;
        out.is_stuck = !write_printable(text);
    }
    if (out.is_stuck) {
        out.dropped++;
    }
    draw_line();
    (void) pthread_mutex_unlock(&out.lock);
}

void standard_error_write_last(const char *text)
{
    (void) pthread_mutex_lock(&out.lock);
    out.is_stuck = false; /* one more second */
    (void) pthread_mutex_unlock(&out.lock);
    standard_error_keep_line();
    standard_error_write(text);
}
