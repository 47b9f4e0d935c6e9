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

/* To the end, or until more than LIMIT bytes are there; *BLOCK is the caller's either way. */
static mpcf_status read_stream(FILE *stream, const char *path, size_t limit, char **block,
                               size_t *used, mpcf_error *err)
{
    size_t capacity = 0;

    do {
        size_t more = capacity == 0 ? 65536 : capacity * 2;
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
    int fd = open(path, O_RDONLY | O_CLOEXEC);
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

/* What an earlier process of this number left would keep its own mode: it goes first. */
static FILE *open_part(const char *part, mode_t mode)
{
    int fd;
    FILE *stream = NULL;

    (void) unlink(part);
    fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd >= 0) {
        stream = fdopen(fd, "wb");
    }
    if (fd >= 0 && stream == NULL) {
        (void) close(fd);
    }
    return stream;
}

static mpcf_status begin(const char *path, mode_t mode, struct file_write **out, mpcf_error *err)
{
    struct file_write *file = mpcf_alloc_array(1, sizeof *file);
    mpcf_status status = MPCF_OK;

    if (file == NULL) {
        return mpcf_fail_memory(err, sizeof *file, "a file");
    }
    file->path = mpcf_strdup(path);
    file->part = mpcf_format("%s.%ld.part", path, (long) getpid());
    file->folder = file_folder_of(path);
    if (file->path == NULL || file->part == NULL || file->folder == NULL) {
        status = mpcf_fail_memory(err, strlen(path), "a file name");
    } else {
        file->stream = open_part(file->part, mode);
        if (file->stream == NULL) {
            status = mpcf_fail(err, file_status(errno), "cannot create '%s': %s", file->part,
                               strerror(errno));
        }
    }
    if (status == MPCF_OK) {
        *out = file;
    } else {
        write_destroy(file);
    }
    return status;
}

mpcf_status file_write_begin(const char *path, struct file_write **out, mpcf_error *err)
{
    return begin(path, 0666, out, err);
}

FILE *file_write_stream(struct file_write *file)
{
    return file->stream;
}

/* The rename is durable only once the folder is on the disk. */
static void sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        (void) fsync(fd);
        (void) close(fd);
    }
}

mpcf_status file_write_commit(struct file_write *file, mpcf_error *err)
{
    bool is_whole =
        fflush(file->stream) == 0 && !ferror(file->stream) && fsync(fileno(file->stream)) == 0;
    int cause = errno;
    mpcf_status status = MPCF_OK;

    if (fclose(file->stream) != 0 && is_whole) {
        cause = errno;
        is_whole = false;
    }
    if (is_whole && rename(file->part, file->path) != 0) {
        cause = errno;
        is_whole = false;
    }
    if (is_whole) {
        sync_folder(file->folder);
    } else {
        (void) unlink(file->part);
        status = mpcf_fail(err, MPCF_E_IO, "cannot write '%s': %s", file->path, strerror(cause));
    }
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

static mpcf_status write_all(const char *path, mode_t mode, const void *data, size_t length,
                             mpcf_error *err)
{
    struct file_write *file = NULL;

    MPCF_TRY(begin(path, mode, &file, err));
    /* A short write leaves the stream's error set; commit reports it. */
    (void) !fwrite(data, 1, length, file->stream);
    return file_write_commit(file, err);
}

mpcf_status file_write_whole(const char *path, const void *data, size_t length, mpcf_error *err)
{
    return write_all(path, 0666, data, length, err);
}

mpcf_status file_write_private(const char *path, const void *data, size_t length, mpcf_error *err)
{
    return write_all(path, S_IRUSR | S_IWUSR, data, length, err);
}

static mpcf_status copy_stream(FILE *in, struct file_write *out, const char *from, mpcf_error *err)
{
    char block[65536];
    size_t got = 0;

    while ((got = fread(block, 1, sizeof block, in)) > 0) {
        if (fwrite(block, 1, got, file_write_stream(out)) != got) {
            break;
        }
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
