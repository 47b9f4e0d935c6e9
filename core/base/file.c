/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading whole files, mapping them, and replacing one at once: the new is written beside the old
 * and renamed when it is on the disk.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/memory.h"

struct file_write {
    FILE *stream;
    char *path, *part, *folder; /* the part is renamed to path, which is in folder */
};

/* How many bytes a first look says there are; 0: not known, as of a pipe. */
static size_t size_of(FILE *stream)
{
    struct stat facts;

    return fstat(fileno(stream), &facts) == 0 && S_ISREG(facts.st_mode) ? (size_t) facts.st_size
                                                                        : 0;
}

/* To the end, or until more than LIMIT bytes are there; *BLOCK is the caller's either way. */
static mpcf_status read_stream(FILE *stream, const char *path, size_t limit, char **block,
                               size_t *used, mpcf_error *err)
{
    const size_t size = size_of(stream);
    size_t capacity = 0;

    if (size > limit) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: larger than %zu bytes", path, limit);
    }
    do {
        size_t more = capacity != 0 ? 2 * capacity : size != 0 ? size + 1 : 65536;
        char *grown = mpcf_grow_array(*block, *used, more + 1, 1);

        if (grown == NULL) {
            return mpcf_fail_memory(err, more, path);
        }
        *block = grown;
        capacity = more;
        *used += fread(*block + *used, 1, capacity - *used, stream);
    } while (*used == capacity && *used <= limit);
    if (*used > limit) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: larger than %zu bytes", path, limit);
    }
    if (ferror(stream)) {
        return mpcf_fail(err, MPCF_E_IO, "cannot read '%s': %s", path, strerror(errno));
    }
    return MPCF_OK;
}

mpcf_status file_read(const char *path, size_t limit, char **data, size_t *length, mpcf_error *err)
{
    FILE *stream = NULL;
    char *block = NULL;
    size_t used = 0;
    mpcf_status status = MPCF_OK;

    if (file_is_folder(path)) {
        return mpcf_fail(err, MPCF_E_IO, "'%s' is a folder, not a file", path);
    }
    stream = fopen(path, "rbe");
    if (stream == NULL) {
        return mpcf_fail(err, file_status(errno), "cannot open '%s': %s", path, strerror(errno));
    }
    status = read_stream(stream, path, limit, &block, &used, err);
    if (status == MPCF_OK) {
        block[used] = '\0';
        *data = block;
        *length = used;
        block = NULL;
    }
    mpcf_free(block);
    (void) fclose(stream);
    return status;
}

static mpcf_status map_descriptor(int fd, const char *path, struct file_map *map, mpcf_error *err)
{
    struct stat facts;
    void *data = NULL;

    if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        return mpcf_fail(err, MPCF_E_IO, "'%s' is not a regular file", path);
    }
    if (facts.st_size > 0) {
        data = mmap(NULL, (size_t) facts.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    }
    if (data == MAP_FAILED) {
        return mpcf_fail(err, file_status(errno), "cannot map '%s': %s", path, strerror(errno));
    }
    map->data = data;
    map->length = (size_t) facts.st_size;
    return MPCF_OK;
}

mpcf_status file_map_open(const char *path, struct file_map *map, mpcf_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe would be waited for */
    mpcf_status status = MPCF_OK;

    if (fd < 0) {
        return mpcf_fail(err, file_status(errno), "cannot open '%s': %s", path, strerror(errno));
    }
    status = map_descriptor(fd, path, map, err);
    (void) close(fd);
    return status;
}

void file_map_close(struct file_map *map)
{
    if (map->data != NULL) {
        (void) munmap((void *) (uintptr_t) map->data, map->length);
    }
    *map = (struct file_map){0};
}

static void write_destroy(struct file_write *file)
{
    if (file != NULL) {
        mpcf_free(file->path);
        mpcf_free(file->part);
        mpcf_free(file->folder);
        mpcf_free(file);
    }
}

/* A part that a process of the same number left behind goes first; a link in its place is not
 * followed. */
static int create_part(const char *part, mode_t mode)
{
    (void) unlink(part);
    return open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
}

static mpcf_status open_part(struct file_write *file, mode_t mode, mpcf_error *err)
{
    const int fd = create_part(file->part, mode);

    file->stream = fd >= 0 ? fdopen(fd, "wb") : NULL;
    if (file->stream == NULL) {
        const int cause = errno;

        if (fd >= 0) {
            (void) close(fd); /* nothing was written */
            (void) unlink(file->part);
        }
        return mpcf_fail(err, file_status(cause), "cannot create '%s': %s", file->part,
                         strerror(cause));
    }
    return MPCF_OK;
}

static mpcf_status write_begin(const char *path, mode_t mode, struct file_write **out,
                               mpcf_error *err)
{
    struct file_write *file = mpcf_alloc_array(1, sizeof *file);
    mpcf_status status = MPCF_OK;

    if (file == NULL) {
        return mpcf_fail_memory(err, sizeof *file, "a file");
    }
    file->path = mpcf_strdup(path);
    file->part = mpcf_format("%s.%ld.part", path, (long) getpid());
    file->folder = file_folder_of(path);
    status = file->path == NULL || file->part == NULL || file->folder == NULL
                 ? mpcf_fail_memory(err, strlen(path), "a file name")
                 : open_part(file, mode, err);
    if (status == MPCF_OK) {
        *out = file;
    } else {
        write_destroy(file);
    }
    return status;
}

mpcf_status file_write_begin(const char *path, struct file_write **out, mpcf_error *err)
{
    return write_begin(path, 0666, out, err);
}

mpcf_status file_write_begin_private(const char *path, struct file_write **out, mpcf_error *err)
{
    return write_begin(path, S_IRUSR | S_IWUSR, out, err);
}

FILE *file_write_stream(struct file_write *file)
{
    return file->stream;
}

mpcf_status file_write_put(struct file_write *file, const void *data, size_t length,
                           mpcf_error *err)
{
    if (fwrite(data, 1, length, file->stream) == length) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_IO, "cannot write '%s': %s", file->path, strerror(errno));
}

/* Errno of what failed, or 0; the stream is closed either way. */
static int settle_stream(FILE *stream)
{
    int cause = fflush(stream) != 0 ? errno : 0;

    if (cause == 0 && ferror(stream)) {
        cause = EIO; /* of a write whose reason is gone */
    }
    if (cause == 0 && fsync(fileno(stream)) != 0) {
        cause = errno;
    }
    if (fclose(stream) != 0 && cause == 0) {
        cause = errno;
    }
    return cause;
}

/* The rename is durable only once the folder is on the disk. */
static mpcf_status put_in_place(const struct file_write *file, mpcf_error *err)
{
    int cause = settle_stream(file->stream);
    mpcf_status status;

    if (cause == 0 && rename(file->part, file->path) != 0) {
        cause = errno;
    }
    if (cause != 0) {
        (void) unlink(file->part);
        return mpcf_fail(err, MPCF_E_IO, "cannot write '%s': %s", file->path, strerror(cause));
    }
    status = file_sync_folder(file->folder, err);
    return status == MPCF_OK
               ? MPCF_OK
               : mpcf_fail_while(err, status, "'%s' may not outlast a crash", file->path);
}

mpcf_status file_write_commit(struct file_write *file, mpcf_error *err)
{
    const mpcf_status status = put_in_place(file, err);

    write_destroy(file);
    return status;
}

void file_write_cancel(struct file_write *file)
{
    if (file != NULL) {
        (void) fclose(file->stream);
        (void) unlink(file->part);
        write_destroy(file);
    }
}

static mpcf_status fill_whole(struct file_write *file, const void *data, size_t length,
                              mpcf_error *err)
{
    const mpcf_status status = file_write_put(file, data, length, err);

    if (status == MPCF_OK) {
        return file_write_commit(file, err);
    }
    file_write_cancel(file);
    return status;
}

mpcf_status file_write_whole(const char *path, const void *data, size_t length, mpcf_error *err)
{
    struct file_write *file = NULL;

    MPCF_TRY(file_write_begin(path, &file, err));
    return fill_whole(file, data, length, err);
}

mpcf_status file_write_whole_private(const char *path, const void *data, size_t length,
                                     mpcf_error *err)
{
    struct file_write *file = NULL;

    MPCF_TRY(file_write_begin_private(path, &file, err));
    return fill_whole(file, data, length, err);
}

static mpcf_status copy_stream(FILE *in, struct file_write *out, const char *from, mpcf_error *err)
{
    char block[65536];
    size_t got = 0;

    while ((got = fread(block, 1, sizeof block, in)) > 0) {
        MPCF_TRY(file_write_put(out, block, got, err));
    }
    if (ferror(in)) {
        return mpcf_fail(err, MPCF_E_IO, "cannot read '%s': %s", from, strerror(errno));
    }
    return MPCF_OK;
}

mpcf_status file_copy(const char *from, const char *to, mpcf_error *err)
{
    FILE *in = fopen(from, "rbe");
    struct file_write *out = NULL;
    mpcf_status status = MPCF_OK;

    if (in == NULL) {
        return mpcf_fail(err, file_status(errno), "cannot open '%s': %s", from, strerror(errno));
    }
    status = file_write_begin(to, &out, err);
    if (status == MPCF_OK) {
        status = copy_stream(in, out, from, err);
        if (status == MPCF_OK) {
            status = file_write_commit(out, err);
        } else {
            file_write_cancel(out);
        }
    }
    (void) fclose(in);
    return status;
}
