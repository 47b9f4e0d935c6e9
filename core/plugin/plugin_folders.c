/* SPDX-License-Identifier: Apache-2.0 */
/* Which folders plug-ins are looked for in, in which order, and what lies there. */
#include "plugin/plugin_folders.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <mpcf/plugin.h>

#include "base/folder.h"
#include "base/memory.h"

#define TEXT_OF(number)      #number
#define TEXT_OF_VALUE(macro) TEXT_OF(macro)
#define MPCF_ABI_MAJOR_TEXT  TEXT_OF_VALUE(MPCF_ABI_MAJOR)

/* --- Lists of names --- */

void name_list_clear(struct name_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        mpcf_free(list->items[i]);
    }
    mpcf_free(list->items);
    *list = (struct name_list){0};
}

static bool name_list_has(const struct name_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* Room for one more. */
static bool name_list_grow(struct name_list *list)
{
    const size_t capacity = list->capacity == 0 ? 16 : 2 * list->capacity;
    char **items;

    if (list->count < list->capacity) {
        return true;
    }
    items = mpcf_grow_array(list->items, list->capacity, capacity, sizeof(char *));
    if (items == NULL) {
        return false;
    }
    list->items = items;
    list->capacity = capacity;
    return true;
}

/* Takes over NAME; drops one that is there already. false: memory. */
static bool name_list_add(struct name_list *list, char *name)
{
    const bool has = name != NULL && name_list_has(list, name);
    const bool taken = name != NULL && !has && name_list_grow(list);

    if (taken) {
        list->items[list->count++] = name;
    } else {
        mpcf_free(name);
    }
    return has || taken;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

/* --- Folders --- */

static bool add_folder(struct folder_list *list, const char *path)
{
    char *resolved, *copy;

    if (*path == '\0' || !file_is_folder(path)) {
        return true;
    }
    resolved = realpath(path, NULL);
    if (resolved == NULL) {
        return errno != ENOMEM;
    }
    copy = mpcf_strdup(resolved);
    free(resolved);
    return name_list_add(&list->folders, copy);
}

static bool add_path_variable(struct folder_list *list, const char *value)
{
    while (value != NULL && *value != '\0') {
        const char *colon = strchr(value, ':');
        char *part =
            colon == NULL ? mpcf_strdup(value) : mpcf_format("%.*s", (int) (colon - value), value);
        const bool added = part != NULL && add_folder(list, part);

        mpcf_free(part);
        if (!added) {
            return false;
        }
        value = colon == NULL ? NULL : colon + 1;
    }
    return true;
}

/* LIBRARY_FOLDER with one of the two places, "../" and "mpcf/", that NAME has beside the library. */
static bool add_beside(struct folder_list *list, const char *library_folder, const char *place,
                       const char *name)
{
    char *path = mpcf_format("%s/%s%s-" MPCF_ABI_MAJOR_TEXT, library_folder, place, name);
    const bool added = path != NULL && add_folder(list, path);

    mpcf_free(path);
    return added;
}

/* Relative to the library itself, so that an installed tree can be moved, and one in a build
 * folder finds what was built with it. */
static bool add_own(struct folder_list *list, const char *name)
{
    Dl_info where;

    /* A constant of this object file, so that no function pointer has to become data. */
    static const char inside = 0;
    char *library, *folder;
    bool added;

    if (dladdr(&inside, &where) == 0) {
        return true;
    }
    library = realpath(where.dli_fname, NULL);
    if (library == NULL) {
        return errno != ENOMEM;
    }
    folder = file_folder_of(library);
    free(library);
    if (folder == NULL) {
        return false;
    }
    added = add_beside(list, folder, "../", name) && add_beside(list, folder, "mpcf/", name);
    mpcf_free(folder);
    return added;
}

/* The same once more, whoever names the folder, too. */
static bool note_own(struct folder_list *list)
{
    struct folder_list own = {0};
    const bool noted = add_own(&own, "plugins");

    list->own = own.folders;
    return noted;
}

mpcf_status folder_list_fill(struct folder_list *list, const char *first, mpcf_error *err)
{
    if (first != NULL && !file_is_folder(first)) {
        return mpcf_fail(err, MPCF_E_CONFIG, "plug-in folder '%s' is not there", first);
    }
    if ((first != NULL && !add_folder(list, first)) ||
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread starts */
        !add_path_variable(list, getenv("MPCF_PLUGIN_PATH")) || !add_own(list, "plugins") ||
        !note_own(list)) {
        folder_list_clear(list);
        return mpcf_fail_memory(err, 0, "plug-in folders");
    }
    return MPCF_OK;
}

mpcf_status folder_list_beside(struct folder_list *list, const char *name, mpcf_error *err)
{
    if (!add_own(list, name)) {
        folder_list_clear(list);
        return mpcf_fail_memory(err, 0, "folders");
    }
    return MPCF_OK;
}

void folder_list_clear(struct folder_list *list)
{
    name_list_clear(&list->folders);
    name_list_clear(&list->own);
}

bool folder_list_is_own(const struct folder_list *list, const char *path)
{
    for (size_t i = 0; i < list->own.count; i++) {
        const size_t length = strlen(list->own.items[i]);

        if (strncmp(path, list->own.items[i], length) == 0 && path[length] == '/' &&
            strchr(path + length + 1, '/') == NULL) {
            return true;
        }
    }
    return false;
}

mpcf_status folder_list_find(const struct folder_list *list, const char *name, char **out,
                             mpcf_error *err)
{
    *out = NULL;
    for (size_t i = 0; i < list->folders.count; i++) {
        char *path = mpcf_format("%s/mpcf-%s.so", list->folders.items[i], name);

        if (path == NULL) {
            return mpcf_fail_memory(err, 0, "the path of a plug-in");
        }
        if (file_exists(path)) {
            *out = path;
            return MPCF_OK;
        }
        mpcf_free(path);
    }
    return MPCF_OK;
}

void folder_list_names(const struct folder_list *list, struct name_list *out)
{
    for (size_t i = 0; i < list->folders.count; i++) {
        DIR *folder = opendir(list->folders.items[i]);
        const struct dirent *entry;

        /* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is ours */
        while (folder != NULL && (entry = readdir(folder)) != NULL) {
            const size_t length = strlen(entry->d_name);

            if (length > 8 && text_starts_with(entry->d_name, "mpcf-") &&
                text_ends_with(entry->d_name, ".so")) {
                (void) name_list_add(out,
                                     mpcf_format("%.*s", (int) (length - 8), entry->d_name + 5));
            }
        }
        if (folder != NULL) {
            (void) closedir(folder);
        }
    }
    if (out->count > 1) {
        qsort(out->items, out->count, sizeof(char *), compare_names);
    }
}

void folder_list_print(const struct folder_list *list, struct text_buffer *out)
{
    for (size_t i = 0; i < list->folders.count; i++) {
        text_printf(out, "%s%s", i == 0 ? "" : ", ", list->folders.items[i]);
    }
}
