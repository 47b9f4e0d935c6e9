/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of files, and the folders that they are in: nothing here reads or writes a file.
 */
#ifndef MPCF_BASE_FOLDER_H
#define MPCF_BASE_FOLDER_H

#include <stdbool.h>

#include <mpcf/error.h>

/* What a call of the system that failed with CAUSE (errno) is: MPCF_E_NOMEM, else MPCF_E_IO. */
mpcf_status file_status(int cause);
bool file_exists(const char *path);
bool file_is_folder(const char *path);
/* With all folders above it. */
mpcf_status file_make_folder(const char *path, mpcf_error *err);
/* The same, and the last is its owner's alone (0700), also where it was there. */
mpcf_status file_make_private_folder(const char *path, mpcf_error *err);
/* What was created, renamed and removed in PATH outlasts a crash. */
mpcf_status file_sync_folder(const char *path, mpcf_error *err);
/* Removes a folder and all in it; a missing one is no error. */
mpcf_status file_remove_tree(const char *path, mpcf_error *err);
/* FOLDER/NAME, or NAME where it is absolute; mpcf_free. NULL: memory. */
char *file_join(const char *folder, const char *name);
/* The folder part of PATH ("." where it has none); mpcf_free. */
char *file_folder_of(const char *path);
char *file_absolute(const char *path); /* need not exist; mpcf_free */

#endif
