/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder of a store: one process at a time, and nothing removed but what a store wrote.
 */
#ifndef MPCF_PREPROCESS_STORE_FOLDER_H
#define MPCF_PREPROCESS_STORE_FOLDER_H

#include <stdint.h>

#include <mpcf/error.h>

/* Takes FOLDER for this process, by FOLDER.lock beside it, until unlock or its end, however it
 * ends. Another has it: MPCF_E_INVALID. */
mpcf_status store_folder_lock(const char *folder, int *lock, mpcf_error *err);
void store_folder_unlock(int lock); /* negative is fine */

/* Empties FOLDER, or makes it, for its owner alone. With a file in it that no store writes, of
 * whatever name: MPCF_E_INVALID, and nothing is touched. */
mpcf_status store_folder_renew(const char *folder, mpcf_error *err);

/* Refuses (MPCF_E_CONFIG) a folder that others than its owner may look into. */
mpcf_status store_folder_check(const char *folder, mpcf_error *err);

/* Removes the file PATH of a store, and says so where it cannot: the number of what is used up
 * guards it, but what it holds stays readable. */
void store_folder_drop(const char *path);

/* Removes the corrections of inferences below NEXT, also those half written. */
void store_folder_forget(const char *folder, uint32_t next);

#endif
