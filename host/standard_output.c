/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stdout as a stream of our own in front of the descriptor: printf() and its kin write there without
 * knowing, so that no command can forget to escape.
 */
#include "standard_output.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/printable.h"
#include "base/standard_error.h"

enum { PIECE = 4096, BEGUN_MAX = 3 };

/* Of a character that the last piece ended in the middle of. */
static struct {
    char begun[BEGUN_MAX];
    size_t count;
    bool is_terminal;
    int cause; /* errno of the first write that failed; the stream forgets it */
} held;

static bool write_all(const char *data, size_t length)
{
    while (length > 0) {
        const ssize_t n = write(STDOUT_FILENO, data, length);

        if (n < 0 && errno != EINTR) {
            held.cause = held.cause == 0 ? errno : held.cause;
            return false;
        }
        data += n > 0 ? n : 0;
        length -= n > 0 ? (size_t) n : 0;
    }
    return true;
}

/* What is held and LENGTH (at most PIECE) more bytes. */
static bool write_piece(const char *data, size_t length, bool is_whole)
{
    char text[BEGUN_MAX + PIECE], out[PIECE];
    const size_t count = held.count + length;
    size_t at = 0, before;

    memcpy(text, held.begun, held.count);
    memcpy(text + held.count, data, length);
    do {
        before = at;
        if (!write_all(out, printable_put(text, count, &at, out, sizeof out, is_whole))) {
            return false;
        }
    } while (at > before);
    held.count = count - at;
    memcpy(held.begun, text + at, held.count);
    return true;
}

static ssize_t write_printable(void *cookie, const char *data, size_t length)
{
    (void) cookie;
    if (held.is_terminal) {
        standard_error_hide_line();
    }
    for (size_t at = 0; at < length;) {
        const size_t more = length - at < PIECE ? length - at : PIECE;

        if (!write_piece(data + at, more, false)) {
            return 0;
        }
        at += more;
    }
    return (ssize_t) length;
}

void standard_output_begin(void)
{
    static char buffer[BUFSIZ];
    const cookie_io_functions_t functions = {.write = write_printable};
    FILE *stream = fopencookie(NULL, "w", functions);

    if (stream != NULL) {
        held.is_terminal = isatty(STDOUT_FILENO) == 1;
        (void) setvbuf(stream, buffer, held.is_terminal ? _IOLBF : _IOFBF, sizeof buffer);
        stdout = stream;
    }
}

bool standard_output_is_left(void)
{
    struct pollfd reader = {.fd = STDOUT_FILENO, .events = POLLOUT};

    return poll(&reader, 1, 0) == 1 && (reader.revents & POLLERR) != 0;
}

int standard_output_end(void)
{
    if (fflush(stdout) != 0 || ferror(stdout) || !write_piece("", 0, true)) {
        return held.cause != 0 ? held.cause : errno != 0 ? errno : EIO;
    }
    return 0;
}
