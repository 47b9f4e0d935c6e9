/* SPDX-License-Identifier: Apache-2.0 */
/* Which sessions lie in a role's folder, which was used last, and which are to go. */
#include "preprocess/store_sessions.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "preprocess/store_folder.h"

enum { NAME_LENGTH = 2 * STORE_ID_BYTES };

/* A folder without a session may be one that another process is about to fill. */
#define UNFINISHED_NS INT64_C(3600000000000)

/* --- Names --- */

static char *join_name(const char *root, const char *name, const char *file)
{
    return file == NULL ? file_join(root, name) : mpcf_format("%s/%s/%s", root, name, file);
}

char *store_sessions_folder(const char *root, const uint8_t id[STORE_ID_BYTES])
{
    char name[NAME_LENGTH + 1];

    for (size_t i = 0; i < STORE_ID_BYTES; i++) {
        (void) snprintf(name + 2 * i, 3, "%02x", id[i]);
    }
    return file_join(root, name);
}

static bool is_session_name(const char *name)
{
    return strlen(name) == NAME_LENGTH && strspn(name, "0123456789abcdef") == NAME_LENGTH;
}

mpcf_status store_sessions_check(const char *root, mpcf_error *err)
{
    char *session = file_join(root, "session");
    mpcf_status status = session != NULL ? MPCF_OK : mpcf_fail_memory(err, strlen(root), "a path");

    if (status == MPCF_OK && file_exists(session)) {
        status =
            mpcf_fail(err, MPCF_E_CONFIG,
                      "'%s' is the store of an earlier version of mpcf, whose session this one "
                      "cannot go on with: remove that folder, or set stages.infer.store",
                      root);
    }
    mpcf_free(session);
    return status;
}

mpcf_status store_sessions_open(const char *root, mpcf_error *err)
{
    MPCF_TRY(store_folder_make(root, err));
    return store_sessions_check(root, err);
}

/* --- All that lie there --- */

struct entry {
    char name[NAME_LENGTH + 1];
    int64_t used_ns; /* when it was used last, or at least made; by the system's clock */
    bool is_whole;   /* it has a session */
};

struct entries {
    struct entry *items; /* the one used last first */
    size_t count;
};

static bool changed_at(const char *root, const char *name, const char *file, int64_t *at_ns)
{
    struct stat facts;
    char *path = join_name(root, name, file);
    const bool found = path != NULL && stat(path, &facts) == 0;

    if (found) {
        *at_ns = (int64_t) facts.st_mtim.tv_sec * 1000000000 + facts.st_mtim.tv_nsec;
    }
    mpcf_free(path);
    return found;
}

static bool add(struct entries *entries, const struct entry *entry)
{
    struct entry *grown =
        mpcf_grow_array(entries->items, entries->count, entries->count + 1, sizeof *grown);

    if (grown == NULL) {
        return false;
    }
    entries->items = grown;
    entries->items[entries->count++] = *entry;
    return true;
}

static int last_used_first(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    return x->used_ns == y->used_ns ? strcmp(x->name, y->name) : x->used_ns < y->used_ns ? 1 : -1;
}

/* What a process writes whenever it uses an inference is younger than the rest. */
static struct entries list(const char *root)
{
    struct entries entries = {0};
    DIR *listing = opendir(root);

    for (struct dirent *e = listing != NULL ? readdir(listing) : NULL; e != NULL;
         e = readdir(listing)) {
        struct entry entry = {.used_ns = 0};
        int64_t made_ns = 0;

        if (!is_session_name(e->d_name)) {
            continue;
        }
        memcpy(entry.name, e->d_name, sizeof entry.name);
        entry.is_whole = changed_at(root, entry.name, "session", &made_ns) &&
                         changed_at(root, entry.name, "consumed", &entry.used_ns);
        if ((!entry.is_whole && !changed_at(root, entry.name, NULL, &entry.used_ns)) ||
            !add(&entries, &entry)) {
            continue; /* it went meanwhile, or there is no room: not looked at */
        }
    }
    if (listing != NULL) {
        (void) closedir(listing);
    }
    if (entries.count > 0) {
        qsort(entries.items, entries.count, sizeof *entries.items, last_used_first);
    }
    return entries;
}

/* --- Looking --- */

static bool look_free(const char *folder, struct store_label *out)
{
    return folder != NULL && !store_folder_is_in_use(folder) &&
           store_look(folder, out, NULL) == MPCF_OK;
}

bool store_sessions_look(const char *root, const uint8_t id[STORE_ID_BYTES],
                         struct store_label *out)
{
    char *folder = store_sessions_folder(root, id);
    const bool found = look_free(folder, out) && memcmp(out->session, id, sizeof out->session) == 0;

    mpcf_free(folder);
    return found;
}

bool store_sessions_find(const char *root, const char *facts, struct store_label *out,
                         bool *has_other)
{
    struct entries entries = list(root);
    bool found = false;

    *has_other = false;
    for (size_t i = 0; i < entries.count && !found; i++) {
        char *folder = file_join(root, entries.items[i].name);
        struct store_label label;

        if (look_free(folder, &label)) {
            found = strcmp(label.facts, facts) == 0;
            if (found || !*has_other) {
                *out = label;
                *has_other = !found;
            }
        }
        mpcf_free(folder);
    }
    mpcf_free(entries.items);
    return found;
}

/* --- Removing --- */

static bool remove_named(const char *root, const char *name)
{
    char *folder = file_join(root, name);
    mpcf_error *why = mpcf_error_create();
    bool is_gone = false;

    if (folder != NULL && !store_folder_is_in_use(folder)) {
        is_gone = store_folder_remove(folder, why) == MPCF_OK;
        if (!is_gone) {
            log_line(LOG_WARN, "a stored session is left: %s", mpcf_error_text(why));
        }
    }
    mpcf_error_destroy(why);
    mpcf_free(folder);
    return is_gone;
}

void store_sessions_remove(const char *root, const uint8_t id[STORE_ID_BYTES])
{
    char *folder = store_sessions_folder(root, id);

    if (folder != NULL && file_is_folder(folder)) {
        (void) remove_named(root, folder + strlen(folder) - NAME_LENGTH);
    }
    mpcf_free(folder);
}

/* By the system's clock, as files are. One that jumped back makes nothing old. */
static int64_t now_ns(void)
{
    struct timespec now = {0};

    (void) clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool is_too_old(const struct entry *entry, int64_t now, int64_t age_ns)
{
    const int64_t limit = entry->is_whole ? age_ns : UNFINISHED_NS;

    return limit > 0 && now - entry->used_ns > limit;
}

void store_sessions_tidy(const char *root, size_t keep, int64_t age_ns)
{
    struct entries entries = list(root);
    const int64_t now = now_ns();
    size_t left = 0;

    for (size_t i = 0; i < entries.count; i++) {
        left += entries.items[i].is_whole;
    }
    for (size_t i = entries.count; i > 0; i--) {
        const struct entry *entry = &entries.items[i - 1];
        const bool is_beyond = entry->is_whole && left > keep;

        if ((is_beyond || is_too_old(entry, now, age_ns)) && remove_named(root, entry->name)) {
            log_line(LOG_INFO, "stored session %.8s is removed: %s", entry->name,
                     is_beyond ? "more are kept than stages.infer.store_sessions says"
                               : "it was not used for longer than stages.infer.store_age");
            left -= entry->is_whole;
        }
    }
    mpcf_free(entries.items);
}
