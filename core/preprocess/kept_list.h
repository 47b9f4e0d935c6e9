/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folders of masked weights that are kept in one place, and which of them go.
 */
#ifndef MPCF_PREPROCESS_KEPT_LIST_H
#define MPCF_PREPROCESS_KEPT_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEPT_MARK "kept" /* the file that makes a folder one that is taken up */

struct kept_entry {
    char *name;
    int64_t used_ns; /* by the system's clock */
    bool is_whole;   /* it has a mark; else it is being begun, or was removed in part */
};

struct kept_entries {
    struct kept_entry *items; /* the one used last first */
    size_t count;
};

/* Those that there is memory for. */
struct kept_entries kept_list(const char *root);
void kept_list_clear(struct kept_entries *entries);
/* FOLDER with all in it, where no process has it; the log says so. */
void kept_folder_remove(const char *folder);

/* Keeps the KEEP folders of ROOT that were used last, and those that a process has; none that was not
 * used for AGE_NS (0: however long). What a removal or a beginning that was cut off left goes after an hour. */
void kept_tidy(const char *root, size_t keep, int64_t age_ns);

#endif
