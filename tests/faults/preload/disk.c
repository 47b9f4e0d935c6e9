/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each call by which the program changes a watched file is an event, and may find no room; a
 * store that marks an inference as used up says so in the log.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "strike.h"

#define STREAMS 16

static FILE *streams[STREAMS]; /* watched ones, open */
static char folders[STREAMS];  /* by descriptor: whether it is a watched folder */

static void next_of(const char *name, void *function)
{
    *(void **) function = dlsym(RTLD_NEXT, name);
    if (*(void **) function == NULL) {
        abort();
    }
}

static bool is_full(void)
{
    static atomic_flag was_denied = ATOMIC_FLAG_INIT;

    if (strike_is_due(STRIKE_FULL, STRIKE_DISK) ||
        (strike_is_due(STRIKE_DENY, STRIKE_DISK) && !atomic_flag_test_and_set(&was_denied))) {
        errno = ENOSPC;
        return true;
    }
    return false;
}

/* --- What is watched --- */

static bool swap_stream(FILE *from, FILE *to)
{
    for (size_t i = 0; i < STREAMS; i++) {
        if (streams[i] == from) {
            streams[i] = to;
            return true;
        }
    }
    return false;
}

static bool has_stream(FILE *stream)
{
    return stream != NULL && swap_stream(stream, stream);
}

static bool has_descriptor(int fd)
{
    if (fd >= 0 && fd < STREAMS && folders[fd] != 0) {
        return true;
    }
    for (size_t i = 0; i < STREAMS; i++) {
        if (streams[i] != NULL && fileno(streams[i]) == fd) {
            return true;
        }
    }
    return false;
}

/* --- Stores --- */

static bool read_some(const char *path, void *data, size_t length)
{
    FILE *(*next)(const char *, const char *) = NULL;

    next_of("fopen", &next);
    FILE *file = next(path, "rbe");
    const bool is_whole = file != NULL && fread(data, 1, length, file) == length;

    if (file != NULL) {
        (void) fclose(file);
    }
    return is_whole;
}

/* PATH has just been put in its place: where that is a store's number, or a new session, the log
 * says "used SESSION NUMBER". */
static void log_used(const char *path)
{
    const char *slash = strrchr(path, '/');
    char session[4096];
    uint8_t id[24], number[4] = {0}; /* behind the session file's magic of 8 */

    if (slash == NULL || (strcmp(slash, "/consumed") != 0 && strcmp(slash, "/session") != 0)) {
        return;
    }
    (void) snprintf(session, sizeof session, "%.*s/session", (int) (slash - path), path);
    if (strcmp(slash, "/consumed") == 0 && !read_some(path, number, sizeof number)) {
        return;
    }
    if (read_some(session, id, sizeof id)) {
        strike_log("used %02x%02x%02x%02x%02x%02x%02x%02x %u", id[8], id[9], id[10], id[11], id[12],
                   id[13], id[14], id[15],
                   (unsigned) number[0] | (unsigned) number[1] << 8 | (unsigned) number[2] << 16);
    }
}

/* --- Calls --- */

FILE *fopen(const char *path, const char *mode)
{
    FILE *(*next)(const char *, const char *) = NULL;
    const bool is_watched = mode[0] == 'w' && strike_watches(path);

    next_of("fopen", &next);
    if (is_watched && is_full()) {
        return NULL;
    }
    FILE *stream = next(path, mode);

    if (is_watched && stream != NULL && swap_stream(NULL, stream)) {
        strike_event(STRIKE_DISK, "fopen %s", path);
    }
    return stream;
}

int fclose(FILE *stream)
{
    int (*next)(FILE *) = NULL;

    next_of("fclose", &next);
    (void) swap_stream(stream, NULL);
    return next(stream);
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *stream)
{
    size_t (*next)(const void *, size_t, size_t, FILE *) = NULL;
    const bool is_watched = has_stream(stream);

    next_of("fwrite", &next);
    if (is_watched && is_full()) {
        stream->_flags |= 0x20; /* _IO_ERR_SEEN: what ferror() answers */
        return 0;
    }
    const size_t done = next(data, size, count, stream);

    if (is_watched) {
        strike_event(STRIKE_DISK, "fwrite %zu", size * count);
    }
    return done;
}

int fflush(FILE *stream)
{
    int (*next)(FILE *) = NULL;
    const bool is_watched = has_stream(stream);

    next_of("fflush", &next);
    if (is_watched && is_full()) {
        return EOF;
    }
    const int result = next(stream);

    if (is_watched) {
        strike_event(STRIKE_DISK, "fflush");
    }
    return result;
}

int fsync(int fd)
{
    int (*next)(int) = NULL;
    const bool is_watched = has_descriptor(fd);

    next_of("fsync", &next);
    if (is_watched && is_full()) {
        return -1;
    }
    const int result = next(fd);

    if (is_watched) {
        strike_event(STRIKE_DISK, "fsync");
    }
    return result;
}

int rename(const char *from, const char *to)
{
    int (*next)(const char *, const char *) = NULL;
    const bool is_watched = strike_watches(to);

    next_of("rename", &next);
    if (is_watched && is_full()) {
        return -1;
    }
    const int result = next(from, to);

    if (is_watched && result == 0) {
        log_used(to);
        strike_event(STRIKE_DISK, "rename %s", to);
    }
    return result;
}

int unlink(const char *path)
{
    int (*next)(const char *) = NULL;

    next_of("unlink", &next);
    const int result = next(path);

    if (result == 0 && strike_watches(path)) {
        strike_event(STRIKE_DISK, "unlink %s", path);
    }
    return result;
}

int mkdir(const char *path, mode_t mode)
{
    int (*next)(const char *, mode_t) = NULL;
    const bool is_watched = strike_watches(path);

    next_of("mkdir", &next);
    if (is_watched && access(path, F_OK) != 0 && is_full()) {
        return -1;
    }
    const int result = next(path, mode);

    if (is_watched && result == 0) {
        strike_event(STRIKE_DISK, "mkdir %s", path);
    }
    return result;
}

int open(const char *path, int flags, ...)
{
    int (*next)(const char *, int, ...) = NULL;
    va_list arguments;

    va_start(arguments, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    next_of("open", &next);
    const bool is_watched = strike_watches(path);

    if (is_watched && (flags & O_CREAT) != 0 && access(path, F_OK) != 0 && is_full()) {
        return -1;
    }
    const int fd = next(path, flags, mode);

    if (fd >= 0 && fd < STREAMS) {
        folders[fd] = is_watched && (flags & O_DIRECTORY) != 0;
    }
    return fd;
}
