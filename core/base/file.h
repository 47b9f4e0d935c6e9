/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files: whole ones, mapped ones, and writing that leaves the old file until the new is whole.
 */
#ifndef MPCF_BASE_FILE_H
#define MPCF_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <mpcf/error.h>

/* Reads PATH whole; *DATA (mpcf_free) has a zero byte behind its *LENGTH. More than LIMIT
 * bytes: MPCF_E_FORMAT; not there or not readable: MPCF_E_IO. */
mpcf_status file_read(const char *path, size_t limit, char **data, size_t *length, mpcf_error *err);

/* A file mapped read-only. */
struct file_map {
    const unsigned char *data;
    size_t length;
};
mpcf_status file_map_open(const char *path, struct file_map *map, mpcf_error *err);
void file_map_close(struct file_map *map);

/*
 * A file that appears under its name only when whole: written beside it, synced, renamed.
 * Writes may fail late (disk full): file_write_commit() reports it and removes the part.
 */
struct file_write;
mpcf_status file_write_begin(const char *path, struct file_write **out, mpcf_error *err);
FILE *file_write_stream(struct file_write *file);
mpcf_status file_write_commit(struct file_write *file, mpcf_error *err); /* frees FILE */
void file_write_cancel(struct file_write *file);                         /* NULL is fine */
mpcf_status file_write_whole(const char *path, const void *data, size_t length, mpcf_error *err);

/* What a call of the system that failed with CAUSE (errno) is: MPCF_E_NOMEM, else MPCF_E_IO. */
mpcf_status file_status(int cause);
bool file_exists(const char *path);
bool file_is_folder(const char *path);
/* With all folders above it. */
mpcf_status file_make_folder(const char *path, mpcf_error *err);
mpcf_status file_copy(const char *from, const char *to, mpcf_error *err);
/* Removes a folder and all in it; a missing one is no error. */
mpcf_status file_remove_tree(const char *path, mpcf_error *err);
/* FOLDER/NAME, or NAME where it is absolute; mpcf_free. NULL: memory. */
char *file_join(const char *folder, const char *name);
/* The folder part of PATH ("." where it has none); mpcf_free. */
char *file_folder_of(const char *path);
char *file_absolute(const char *path); /* need not exist; mpcf_free */

/* SHA-256 in lower-case hex, 64 digits and a zero (OpenSSL). */
#define FILE_DIGEST_SIZE 65
mpcf_status file_digest(const char *path, char digest[FILE_DIGEST_SIZE], mpcf_error *err);
struct digest; /* incremental */
struct digest *digest_begin(void);
void digest_add(struct digest *digest, const void *data, size_t length);
void digest_end(struct digest *digest, char text[FILE_DIGEST_SIZE]); /* frees */

#endif
