/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where plug-ins are looked for: --plugin-dir, $MPCF_PLUGIN_PATH (folders with ':' between),
 * then the folder that belongs to this copy of the library, in a build tree or installed.
 */
#ifndef MPCF_PLUGIN_PLUGIN_FOLDERS_H
#define MPCF_PLUGIN_PLUGIN_FOLDERS_H

#include <stdbool.h>
#include <stddef.h>

#include <mpcf/error.h>

#include "base/text.h"

struct name_list {
    char **items;
    size_t count, capacity;
};
void name_list_clear(struct name_list *list);

struct folder_list {
    struct name_list folders; /* absolute, those that exist, no repeats */
    struct name_list own;     /* those of them that belong to the library */
};
/* FIRST may be NULL; one that is given and not there is MPCF_E_CONFIG. */
mpcf_status folder_list_fill(struct folder_list *list, const char *first, mpcf_error *err);
/* The folders NAME-MAJOR that belong to this copy of the library, alone. */
mpcf_status folder_list_beside(struct folder_list *list, const char *name, mpcf_error *err);
void folder_list_clear(struct folder_list *list);
/* Path of mpcf-NAME.so in the first folder that has it (mpcf_free); *OUT NULL: none. */
mpcf_status folder_list_find(const struct folder_list *list, const char *name, char **out,
                             mpcf_error *err);
/* Whether PATH lies in one that belongs to the library. */
bool folder_list_is_own(const struct folder_list *list, const char *path);
/* Plug-in names that the files promise, sorted, no repeats. */
void folder_list_names(const struct folder_list *list, struct name_list *out);
void folder_list_print(const struct folder_list *list, struct text_buffer *out);

#endif
