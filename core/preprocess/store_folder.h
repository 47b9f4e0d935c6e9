/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder of a stored session: one process at a time, and nothing removed but what a store wrote.
 */
#ifndef MPCF_PREPROCESS_STORE_FOLDER_H
#define MPCF_PREPROCESS_STORE_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include <mpcf/error.h>

/* Makes FOLDER for its owner alone where it is missing, with those above it. */
mpcf_status store_folder_make(const char *folder, mpcf_error *err);
/* Takes FOLDER for this process, by a file `lock` in it, until unlock or its end, however it ends.
 * Another has it: MPCF_E_INVALID; it is not there: MPCF_E_IO. */
mpcf_status store_folder_lock(const char *folder, int *lock, mpcf_error *err);
/* The same for several that only read what lies there: each keeps others from taking it alone. */
mpcf_status store_folder_share(const char *folder, int *lock, mpcf_error *err);
void store_folder_unlock(int lock); /* negative is fine */
/* Whether a process has it; one that is not there: no. */
bool store_folder_is_in_use(const char *folder);

/* Empties a FOLDER that is this process's. With a file in it that no store writes, of whatever
 * name: MPCF_E_INVALID, and nothing is touched. */
mpcf_status store_folder_empty(const char *folder, mpcf_error *err);
/* Removes FOLDER, the seeds first. It is in use, or not a store's alone: MPCF_E_INVALID, and
 * nothing is touched. */
mpcf_status store_folder_remove(const char *folder, mpcf_error *err);

/* Refuses (MPCF_E_CONFIG) a folder that others than its owner may look into. */
mpcf_status store_folder_check(const char *folder, mpcf_error *err);

/* Removes the file PATH of a store, and says so where it cannot: the number of what is used up
 * guards it, but what it holds stays readable. */
void store_folder_drop(const char *path);

/* Removes the corrections of inferences below NEXT, also those half written. */
void store_folder_forget(const char *folder, uint32_t next);

#endif
