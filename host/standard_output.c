/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two streams of our own: one in front of the program's standard output, and stdout, which plug-ins know, in
 * front of standard error.
 */
#include "standard_output.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/printable.h"
#include "base/standard_error.h"

static FILE *own; /* NULL: stdout */

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
        const ssize_t n = write(descriptors_output(), data, length);

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

/* What others print to stdout. */
static ssize_t write_error(void *cookie, const char *data, size_t length)
{
    char text[PIECE + 1];

    (void) cookie;
    for (size_t at = 0; at < length;) {
        const size_t more = length - at < PIECE ? length - at : PIECE;

        memcpy(text, data + at, more);
        text[more] = '\0';
        standard_error_write(text);
        at += more;
    }
    return (ssize_t) length;
}

void standard_output_begin(void)
{
    static char buffer[BUFSIZ], others_buffer[BUFSIZ];
    const cookie_io_functions_t functions = {.write = write_printable};
    const cookie_io_functions_t others_functions = {.write = write_error};
    FILE *stream = fopencookie(NULL, "w", functions);
    FILE *others = stream == NULL ? NULL : fopencookie(NULL, "w", others_functions);

    if (others == NULL) {
        (void) (stream == NULL ? 0 : fclose(stream));
        return;
    }
    descriptors_part_output();
    held.is_terminal = isatty(descriptors_output()) == 1;
    (void) setvbuf(stream, buffer, held.is_terminal ? _IOLBF : _IOFBF, sizeof buffer);
    (void) setvbuf(others, others_buffer, _IOLBF, sizeof others_buffer);
    own = stream;
    stdout = others;
}

FILE *standard_output(void)
{
    return own == NULL ? stdout : own;
}

bool standard_output_is_left(void)
{
    struct pollfd reader = {.fd = descriptors_output(), .events = POLLOUT};

    return poll(&reader, 1, 0) == 1 && (reader.revents & POLLERR) != 0;
}

int standard_output_end(void)
{
    (void) fflush(stdout);
    if (fflush(standard_output()) != 0 || ferror(standard_output()) || !write_piece("", 0, true)) {
        return held.cause != 0 ? held.cause : errno != 0 ? errno : EIO;
    }
    return 0;
}
