/* SPDX-License-Identifier: Apache-2.0 */
/* Which folders lie there, whole or not, and how long each was not used. */
#include "preprocess/kept_list.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "preprocess/store_folder.h"

/* A folder without a mark may be one that another process is about to fill. */
#define UNFINISHED_NS INT64_C(3600000000000)

/* Whether ROOT/NAME is a folder; *OUT without its name. */
static bool look(const char *root, const char *name, struct kept_entry *out)
{
    struct stat folder_facts, mark_facts;
    char *folder = file_join(root, name), *mark = mpcf_format("%s/%s/" KEPT_MARK, root, name);
    const bool is_folder = folder != NULL && mark != NULL && stat(folder, &folder_facts) == 0 &&
                           S_ISDIR(folder_facts.st_mode);

    if (is_folder) {
        out->is_whole = stat(mark, &mark_facts) == 0;
        const struct timespec used = out->is_whole ? mark_facts.st_mtim : folder_facts.st_mtim;
        out->used_ns = (int64_t) used.tv_sec * 1000000000 + used.tv_nsec;
    }
    mpcf_free(mark);
    mpcf_free(folder);
    return is_folder;
}

static bool add(const char *root, const char *name, struct kept_entries *entries)
{
    struct kept_entry entry = {.name = NULL}, *grown = NULL;

    if (!look(root, name, &entry)) {
        return true;
    }
    grown = mpcf_grow_array(entries->items, entries->count, entries->count + 1, sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    entries->items = grown;
    entry.name = mpcf_strdup(name);
    if (entry.name == NULL) {
        return false;
    }
    entries->items[entries->count++] = entry;
    return true;
}

static int last_used_first(const void *a, const void *b)
{
    const struct kept_entry *x = a, *y = b;

    return x->used_ns == y->used_ns ? strcmp(x->name, y->name) : x->used_ns < y->used_ns ? 1 : -1;
}

struct kept_entries kept_list(const char *root)
{
    struct kept_entries entries = {0};
    DIR *listing = opendir(root);
    bool goes_on = listing != NULL;

    while (goes_on) {
        const struct dirent *e = readdir(listing);

        goes_on = e != NULL && (*e->d_name == '.' || add(root, e->d_name, &entries));
    }
    if (listing != NULL) {
        (void) closedir(listing);
    }
    if (entries.count > 0) {
        qsort(entries.items, entries.count, sizeof *entries.items, last_used_first);
    }
    return entries;
}

void kept_list_clear(struct kept_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++) {
        mpcf_free(entries->items[i].name);
    }
    mpcf_free(entries->items);
    *entries = (struct kept_entries){0};
}

void kept_folder_remove(const char *folder)
{
    mpcf_error *why = mpcf_error_create();

    if (!store_folder_is_in_use(folder)) {
        if (store_folder_remove(folder, why) == MPCF_OK) {
            log_line(LOG_INFO, "what was kept of masked weights in '%s' is removed", folder);
        } else {
            log_line(LOG_WARN, "what was kept of masked weights stays: %s", mpcf_error_text(why));
        }
    }
    mpcf_error_destroy(why);
}

static bool is_too_old(const struct kept_entry *entry, int64_t age_ns)
{
    const int64_t limit = entry->is_whole ? age_ns : UNFINISHED_NS;
    struct timespec now = {0};

    (void) clock_gettime(CLOCK_REALTIME, &now);
    return limit > 0 && (int64_t) now.tv_sec * 1000000000 + now.tv_nsec - entry->used_ns > limit;
}

void kept_tidy(const char *root, size_t keep, int64_t age_ns)
{
    struct kept_entries entries = kept_list(root);
    size_t whole = 0;

    for (size_t i = 0; i < entries.count; i++) {
        const struct kept_entry *e = &entries.items[i];
        char *folder = file_join(root, e->name);

        whole += e->is_whole;
        if (folder != NULL && ((e->is_whole && whole > keep) || is_too_old(e, age_ns))) {
            kept_folder_remove(folder);
        }
        mpcf_free(folder);
    }
    kept_list_clear(&entries);
}
