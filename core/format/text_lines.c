/* SPDX-License-Identifier: Apache-2.0 */
/* One text a line, from a file, a pipe or a terminal, as soon as its line is there. */
#include "format/text_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <mpcf/tsv.h>

#include "base/folder.h"
#include "base/interrupt.h"
#include "base/memory.h"

enum { PIECE = 1 << 16, LOOK_MS = 200 };

struct text_lines {
    char *name, *where; /* WHERE: room for the name and a number */
    size_t where_size;
    int fd; /* -1: MEMORY */
    bool is_own;
    const char *memory;
    size_t memory_left;
    char *buffer; /* [capacity]: what is read, from BEGIN to END; one byte more has room */
    size_t begin, searched, end, capacity;
    bool has_ended;
    uint64_t number; /* of the line read last; 0: none */
};

/* --- Opening --- */

static mpcf_status create(const char *name, struct text_lines **out, mpcf_error *err)
{
    struct text_lines *l = mpcf_alloc_array(1, sizeof *l);

    if (l != NULL) {
        l->fd = -1;
        l->name = mpcf_strdup(name);
        l->where_size = strlen(name) + 24;
        l->where = mpcf_alloc_array(l->where_size, 1);
        l->capacity = PIECE;
        l->buffer = mpcf_secret_alloc(l->capacity + 1, 1);
    }
    if (l == NULL || l->name == NULL || l->where == NULL || l->buffer == NULL) {
        text_lines_close(l);
        return mpcf_fail_memory(err, PIECE, "texts");
    }
    *out = l;
    return MPCF_OK;
}

mpcf_status text_lines_open(const char *path, struct text_lines **out, mpcf_error *err)
{
    const bool is_standard = strcmp(path, "-") == 0;
    struct text_lines *l = NULL;

    MPCF_TRY(create(is_standard ? "standard input" : path, &l, err));
    l->is_own = !is_standard;
    l->fd = is_standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (l->fd < 0 || file_is_folder(path)) {
        const int cause = l->fd < 0 ? errno : EISDIR;

        text_lines_close(l);
        return mpcf_fail(err, file_status(cause), "cannot read '%s': %s", path, strerror(cause));
    }
    *out = l;
    return MPCF_OK;
}

mpcf_status text_lines_open_memory(const void *data, size_t length, const char *name,
                                   struct text_lines **out, mpcf_error *err)
{
    MPCF_TRY(create(name, out, err));
    (*out)->memory = data;
    (*out)->memory_left = length;
    return MPCF_OK;
}

void text_lines_close(struct text_lines *l)
{
    if (l == NULL) {
        return;
    }
    if (l->fd >= 0 && l->is_own) {
        (void) close(l->fd);
    }
    mpcf_secret_free(l->buffer);
    mpcf_free(l->where);
    mpcf_free(l->name);
    mpcf_free(l);
}

const char *text_lines_where(struct text_lines *l)
{
    (void) snprintf(l->where, l->where_size, "%s:%llu", l->name, (unsigned long long) l->number);
    return l->where;
}

/* --- Reading --- */

/* Room behind END for a piece, or for the rest of the longest line. */
static mpcf_status make_room(struct text_lines *l, mpcf_error *err)
{
    const size_t length = l->end - l->begin;
    char *grown;

    memmove(l->buffer, l->buffer + l->begin, length);
    l->searched -= l->begin;
    l->begin = 0;
    l->end = length;
    if (length < l->capacity) {
        return MPCF_OK;
    }
    grown = mpcf_secret_alloc(2 * l->capacity + 1, 1);
    if (grown == NULL) {
        return mpcf_fail_memory(err, 2 * l->capacity, "a line");
    }
    memcpy(grown, l->buffer, length);
    mpcf_secret_free(l->buffer);
    l->buffer = grown;
    l->capacity *= 2;
    return MPCF_OK;
}

static mpcf_status fail_read(const struct text_lines *l, mpcf_error *err)
{
    const int cause = errno;

    return mpcf_fail(err, file_status(cause), "cannot read '%s': %s", l->name, strerror(cause));
}

/* *IS_THERE: whether a read would not wait. */
static mpcf_status look(const struct text_lines *l, int milliseconds, bool *is_there,
                        mpcf_error *err)
{
    struct pollfd source = {.fd = l->fd, .events = POLLIN};
    const int ready = poll(&source, 1, milliseconds);

    *is_there = ready > 0;
    if (interrupt_pending()) {
        return mpcf_fail(err, MPCF_E_INTERRUPTED, "reading '%s' was stopped", l->name);
    }
    return ready >= 0 || errno == EINTR ? MPCF_OK : fail_read(l, err);
}

static void take_memory(struct text_lines *l)
{
    const size_t room = l->capacity - l->end;
    const size_t count = l->memory_left < room ? l->memory_left : room;

    if (count > 0) {
        memcpy(l->buffer + l->end, l->memory, count);
        l->memory += count;
    }
    l->memory_left -= count;
    l->end += count;
    l->has_ended = l->memory_left == 0;
}

/* More of it, or its end. *IS_THERE: false where that would have to be waited for. */
static mpcf_status fill(struct text_lines *l, bool must_wait, bool *is_there, mpcf_error *err)
{
    ssize_t count;

    MPCF_TRY(make_room(l, err));
    *is_there = true;
    if (l->fd < 0) {
        take_memory(l);
        return MPCF_OK;
    }
    do {
        MPCF_TRY(look(l, must_wait ? LOOK_MS : 0, is_there, err));
    } while (must_wait && !*is_there);
    if (!*is_there) {
        return MPCF_OK;
    }
    count = read(l->fd, l->buffer + l->end, l->capacity - l->end);
    if (count < 0 && errno != EINTR && errno != EAGAIN) {
        return fail_read(l, err);
    }
    l->has_ended = count == 0;
    l->end += count > 0 ? (size_t) count : 0;
    return MPCF_OK;
}

/* --- Lines --- */

mpcf_status text_line_split(char *text, size_t length, const char *where, struct text_line *line,
                            mpcf_error *err)
{
    char *tab = memchr(text, '\t', length);
    const size_t first = tab != NULL ? (size_t) (tab - text) : length;

    *line = (struct text_line){.a = text, .a_length = first};
    if (tab == NULL) {
        return MPCF_OK;
    }
    *tab = '\0';
    line->b = tab + 1;
    line->b_length = length - first - 1;
    if (memchr(line->b, '\t', line->b_length) != NULL) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s: more than one tab: a line is a text, or two with a tab between",
                         where);
    }
    return MPCF_OK;
}

static bool has_mark(const char *text, size_t length)
{
    return length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
}

/* How files begin that are no text here. */
static const struct {
    const char *begin, *is, *what_to_do;
} foreign[] = {
    {"\xff\xfe", "text in UTF-16", "write it anew: iconv -f UTF-16 -t UTF-8 FILE > NEW"},
    {"\xfe\xff", "text in UTF-16", "write it anew: iconv -f UTF-16 -t UTF-8 FILE > NEW"},
    {"\x1f\x8b", "compressed by gzip", "unpack it: gunzip -c FILE > NEW"},
};

static mpcf_status check_beginning(const struct text_lines *l, mpcf_error *err)
{
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        if (l->number == 0 && l->end - l->begin >= 2 &&
            memcmp(l->buffer + l->begin, foreign[i].begin, 2) == 0) {
            return mpcf_fail(err, MPCF_E_FORMAT, "%s: the file is %s, not text in UTF-8; %s",
                             l->name, foreign[i].is, foreign[i].what_to_do);
        }
    }
    return MPCF_OK;
}

/* The bytes up to STOP; NEXT: where the next line begins. */
static mpcf_status take(struct text_lines *l, size_t stop, size_t next, struct text_line *line,
                        mpcf_error *err)
{
    char *text = l->buffer + l->begin;
    size_t length = stop - l->begin;

    MPCF_TRY(check_beginning(l, err));
    if (length > MPCF_LINE_LIMIT) {
        l->number++;
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: a line of more than %zu bytes",
                         text_lines_where(l), MPCF_LINE_LIMIT);
    }
    if (l->number == 0 && has_mark(text, length)) {
        text += 3;
        length -= 3;
    }
    length -= next > stop && length > 0 && text[length - 1] == '\r';
    text[length] = '\0';
    l->number++;
    l->begin = next;
    l->searched = next;
    return text_line_split(text, length, text_lines_where(l), line, err);
}

/* Whether what is left behind the last line's end is a line, too: a mark alone is none. */
static bool has_rest(const struct text_lines *l)
{
    const size_t length = l->end - l->begin;

    return length > 0 && !(l->number == 0 && length == 3 && has_mark(l->buffer + l->begin, 3));
}

mpcf_status text_lines_next(struct text_lines *l, bool must_wait, struct text_line *line,
                            enum text_lines_found *found, mpcf_error *err)
{
    for (;;) {
        const char *from = l->buffer + l->searched;
        const char *stop = memchr(from, '\n', l->end - l->searched);
        bool is_there = true;

        *found = TEXT_LINE;
        if (stop != NULL) {
            const size_t at = (size_t) (stop - l->buffer);

            return take(l, at, at + 1, line, err);
        }
        l->searched = l->end;
        if (l->has_ended || l->end - l->begin > MPCF_LINE_LIMIT) {
            *found = has_rest(l) ? TEXT_LINE : TEXT_LINES_END;
            return *found == TEXT_LINE ? take(l, l->end, l->end, line, err) : MPCF_OK;
        }
        MPCF_TRY(fill(l, must_wait, &is_there, err));
        if (!is_there) {
            *found = TEXT_LINE_NOT_YET;
            return MPCF_OK;
        }
    }
}
