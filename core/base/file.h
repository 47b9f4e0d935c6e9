/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files: whole ones, mapped ones, and writing that leaves the old file until the new is whole.
 */
#ifndef MPCF_BASE_FILE_H
#define MPCF_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <mpcf/error.h>

/* Reads PATH whole; *DATA (mpcf_free) has a zero byte behind its *LENGTH. More than LIMIT
 * bytes, or a Git LFS pointer in its place: MPCF_E_FORMAT; not there or not readable: MPCF_E_IO. */
mpcf_status file_read(const char *path, size_t limit, char **data, size_t *length, mpcf_error *err);

/* A file mapped read-only. A Git LFS pointer in its place: MPCF_E_FORMAT. */
struct file_map {
    const unsigned char *data;
    size_t length;
};
mpcf_status file_map_open(const char *path, struct file_map *map, mpcf_error *err);
void file_map_close(struct file_map *map);

/*
 * A file that appears under its name only when whole: written beside it, synced, renamed, and the
 * rename synced. Writes may fail late (disk full): file_write_commit() reports it and removes the
 * part. Where only the last step fails the file is in its place, and it is an error all the same.
 */
struct file_write;
mpcf_status file_write_begin(const char *path, struct file_write **out, mpcf_error *err);
/* Readable by its owner alone, from its first byte on: secrets, and what a user asked. */
mpcf_status file_write_begin_private(const char *path, struct file_write **out, mpcf_error *err);
FILE *file_write_stream(struct file_write *file);
/* DATA into the stream. MPCF_E_IO says why not at once; what the stream keeps back, commit finds. */
mpcf_status file_write_put(struct file_write *file, const void *data, size_t length,
                           mpcf_error *err);
mpcf_status file_write_commit(struct file_write *file, mpcf_error *err); /* frees FILE */
void file_write_cancel(struct file_write *file);                         /* NULL is fine */
mpcf_status file_write_whole(const char *path, const void *data, size_t length, mpcf_error *err);
mpcf_status file_write_whole_private(const char *path, const void *data, size_t length,
                                     mpcf_error *err);
mpcf_status file_copy(const char *from, const char *to, mpcf_error *err);

#endif
