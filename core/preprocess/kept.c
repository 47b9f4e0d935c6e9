/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which folder is taken up, whose it is meanwhile, and that nothing in it is taken for whole that is
 * not.
 */
#include "preprocess/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "preprocess/kept_list.h"
#include "preprocess/kept_records.h"
#include "preprocess/store_folder.h"

#define MARK KEPT_MARK

struct kept {
    char *folder;
    struct kept_mark mark;
    int lock; /* of store_folder_lock() or _share(); negative: none */
};

/* --- Life --- */

void kept_close(struct kept *k)
{
    if (k == NULL) {
        return;
    }
    store_folder_unlock(k->lock);
    mpcf_free(k->folder);
    mpcf_secret_free(k);
}

/* Takes over FOLDER. */
static struct kept *create(char *folder)
{
    struct kept *k = folder != NULL ? mpcf_secret_alloc(1, sizeof *k) : NULL;

    if (k == NULL) {
        mpcf_free(folder);
        return NULL;
    }
    k->folder = folder;
    k->lock = -1;
    return k;
}

static bool read_mark(const char *folder, struct kept_mark *out)
{
    char *path = file_join(folder, MARK), *bytes = NULL;
    size_t length = 0;
    bool is_read = path != NULL && file_exists(path) &&
                   file_read(path, KEPT_MARK_BYTES, &bytes, &length, NULL) == MPCF_OK;

    if (is_read) {
        is_read = kept_mark_decode((const uint8_t *) bytes, length, out);
        mpcf_wipe(bytes, length);
    }
    mpcf_free(bytes);
    mpcf_free(path);
    return is_read;
}

/* Used now: what is not used for long goes. */
static void touch(const char *folder)
{
    char *path = file_join(folder, MARK);

    if (path != NULL && utimensat(AT_FDCWD, path, NULL, 0) != 0) {
        log_line(LOG_DEBUG, "the time of '%s' cannot be set", path); /* it goes somewhat earlier */
    }
    mpcf_free(path);
}

static bool is_private(const char *folder)
{
    mpcf_error *why = mpcf_error_create();
    const bool is = store_folder_check(folder, why) == MPCF_OK;

    if (!is) {
        log_line(LOG_WARN, "what is kept of masked weights is not taken up: %s",
                 mpcf_error_text(why));
    }
    mpcf_error_destroy(why);
    return is;
}

/* A seed of zeros is a user's, that has none. */
static bool is_providers(const struct kept_mark *mark, const uint8_t id[KEPT_ID_BYTES])
{
    static const uint8_t none[KEPT_SEED_BYTES];

    return memcmp(mark->id, id, KEPT_ID_BYTES) == 0 && memcmp(mark->seed, none, sizeof none) != 0;
}

/* Takes over FOLDER. */
static struct kept *open_shared(char *folder, const char *facts, const uint8_t *id)
{
    struct kept *k = create(folder);

    if (k == NULL) {
        return NULL;
    }
    if (!file_is_folder(k->folder) || store_folder_share(k->folder, &k->lock, NULL) != MPCF_OK ||
        !read_mark(k->folder, &k->mark) || strcmp(k->mark.facts, facts) != 0 ||
        (id != NULL && !is_providers(&k->mark, id)) || !is_private(k->folder)) {
        kept_close(k);
        return NULL;
    }
    touch(k->folder);
    return k;
}

struct kept *kept_open(const char *root, const char *name, const char *facts,
                       const uint8_t id[KEPT_ID_BYTES])
{
    return open_shared(file_join(root, name), facts, id);
}

static mpcf_status fill(struct kept *k, mpcf_error *err)
{
    uint8_t bytes[KEPT_MARK_BYTES];
    char *path = NULL;
    mpcf_status status = MPCF_OK;

    MPCF_TRY(store_folder_make(k->folder, err));
    MPCF_TRY(store_folder_lock(k->folder, &k->lock, err));
    MPCF_TRY(store_folder_empty(k->folder, err));
    path = file_join(k->folder, MARK);
    if (path == NULL || !kept_mark_encode(&k->mark, bytes)) {
        status = mpcf_fail_memory(err, sizeof bytes, "what is kept of masked weights");
    } else {
        status = file_write_whole_private(path, bytes, sizeof bytes, err);
    }
    mpcf_wipe(bytes, sizeof bytes);
    mpcf_free(path);
    return status;
}

mpcf_status kept_begin(const char *root, const char *name, const struct kept_mark *mark,
                       struct kept **out, mpcf_error *err)
{
    struct kept *k = NULL;

    MPCF_TRY(store_folder_make(root, err));
    k = create(file_join(root, name));
    if (k == NULL) {
        return mpcf_fail_memory(err, sizeof *k, "a folder");
    }
    k->mark = *mark;
    const mpcf_status status = fill(k, err);
    if (status != MPCF_OK) {
        kept_close(k);
        return status;
    }
    *out = k;
    return MPCF_OK;
}

const struct kept_mark *kept_mark(const struct kept *k)
{
    return &k->mark;
}

static char *path_of(const struct kept *k, const char *start, const char *set)
{
    return mpcf_format("%s/%s%s", k->folder, start, set);
}

bool kept_forget(const struct kept *k)
{
    char *path = path_of(k, MARK, "");
    bool is_gone = path != NULL && (unlink(path) == 0 || errno == ENOENT);

    if (is_gone) {
        is_gone = file_sync_folder(k->folder, NULL) == MPCF_OK;
    } else {
        log_line(LOG_WARN, "what is kept of masked weights in '%s' cannot be removed", k->folder);
    }
    mpcf_free(path);
    return is_gone;
}

/* --- All that lie there --- */

struct kept *kept_find(const char *root, const char *facts)
{
    struct kept_entries entries = kept_list(root);
    struct kept *found = NULL;

    for (size_t i = 0; i < entries.count && found == NULL; i++) {
        found = open_shared(file_join(root, entries.items[i].name), facts, NULL);
    }
    kept_list_clear(&entries);
    return found;
}

bool kept_has_id(const char *root, const uint8_t id[KEPT_ID_BYTES])
{
    struct kept_entries entries = kept_list(root);
    bool has = false;

    for (size_t i = 0; i < entries.count && !has; i++) {
        char *folder = file_join(root, entries.items[i].name);
        struct kept_mark mark = {.facts = {0}};

        has = folder != NULL && read_mark(folder, &mark) && memcmp(mark.id, id, KEPT_ID_BYTES) == 0;
        mpcf_wipe(&mark, sizeof mark);
        mpcf_free(folder);
    }
    kept_list_clear(&entries);
    return has;
}

/* Without its mark it is found no more, also where another process has it open yet. */
void kept_remove(struct kept *k)
{
    if (k != NULL) {
        (void) kept_forget(k);
        store_folder_unlock(k->lock);
        k->lock = -1;
        kept_folder_remove(k->folder);
        kept_close(k);
    }
}

/* --- The provider's digests --- */

/* Masks that are known no more cannot meet other weights in a later session. */
static mpcf_status give_up(const struct kept *k, const char *why, const char *path, mpcf_error *err)
{
    (void) kept_forget(k);
    return mpcf_fail(err, MPCF_E_INVALID,
                     "%s ('%s'): the seed that is kept for this user is given up, and the next "
                     "session begins anew",
                     why, path);
}

/* What cannot be recorded may be sent all the same where the seed is forgotten first, and is in no session
 * after this one. */
static mpcf_status record(const struct kept *k, const char *path, const char *digest,
                          enum kept_record *said, mpcf_error *err)
{
    mpcf_error *why = mpcf_error_create();
    mpcf_status status = kept_record_write(path, digest, said, why);

    if (status == MPCF_E_NOMEM) {
        status = mpcf_fail_memory(err, KEPT_DIGITS, "a record");
    } else if (status != MPCF_OK && kept_forget(k)) {
        log_line(LOG_WARN, "masks of weights are not kept: %s", mpcf_error_text(why));
        *said = KEPT_SAME;
        status = MPCF_OK;
    } else if (status != MPCF_OK) {
        status = mpcf_fail(err, status, "%s", mpcf_error_text(why));
    }
    mpcf_error_destroy(why);
    return status;
}

static mpcf_status check_record(const struct kept *k, const char *path, const char *digest,
                                bool was_sent, mpcf_error *err)
{
    enum kept_record said = KEPT_ABSENT;

    MPCF_TRY(kept_record_compare(path, digest, &said, err));
    if (said == KEPT_ABSENT && was_sent) {
        return give_up(k,
                       "the user has masked weights that this provider has no record of: an old "
                       "copy of what it keeps is in its place",
                       path, err);
    }
    if (said == KEPT_ABSENT) {
        MPCF_TRY(record(k, path, digest, &said, err));
    }
    return said == KEPT_SAME ? MPCF_OK
                             : give_up(k,
                                       "the weights are not those that were masked under the seed "
                                       "that is kept for this user",
                                       path, err);
}

mpcf_status kept_check(struct kept *k, const char *set, const char *digest, bool was_sent,
                       mpcf_error *err)
{
    char *path = path_of(k, "packing-", set);
    mpcf_status status = MPCF_OK;

    if (path == NULL) {
        return mpcf_fail_memory(err, strlen(set), "a path");
    }
    status = check_record(k, path, digest, was_sent, err);
    if (status != MPCF_OK) {
        (void) kept_forget(k);
    }
    mpcf_free(path);
    return status;
}

bool kept_is_recorded(const struct kept *k)
{
    return kept_records_any(k->folder);
}

/* --- The user's D --- */

static char *set_path(const struct kept *k, const char *set)
{
    return path_of(k, "weights-", set);
}

bool kept_has_set(const struct kept *k, const char *set, size_t length)
{
    struct stat facts;
    char *path = set_path(k, set);
    const bool has = path != NULL && stat(path, &facts) == 0 && S_ISREG(facts.st_mode) &&
                     (uint64_t) facts.st_size == (uint64_t) KEPT_SET_HEAD + length + KEPT_SET_TAIL;

    mpcf_free(path);
    return has;
}

static mpcf_status map_set(const struct kept *k, const char *path, const char *set, size_t length,
                           struct file_map *map, struct kept_set *out, mpcf_error *err)
{
    bool was_looked_at = false;

    MPCF_TRY(file_map_open(path, map, err));
    was_looked_at = kept_set_find(map->data, map->length, k->mark.id, set, length, &out->d);
    if (out->d != NULL) {
        out->map = map;
        return MPCF_OK;
    }
    file_map_close(map);
    if (!was_looked_at) {
        return mpcf_fail_memory(err, FILE_DIGEST_SIZE, "a digest");
    }
    store_folder_drop(path);
    return mpcf_fail(err, MPCF_E_FORMAT, "'%s' is damaged, or of other masks", path);
}

mpcf_status kept_set_open(const struct kept *k, const char *set, size_t length,
                          struct kept_set *out, mpcf_error *err)
{
    char *path = set_path(k, set);
    struct file_map *map = mpcf_alloc_array(1, sizeof *map);
    mpcf_status status = path != NULL && map != NULL ? map_set(k, path, set, length, map, out, err)
                                                     : mpcf_fail_memory(err, strlen(set), "a path");

    if (status != MPCF_OK) {
        mpcf_free(map);
    }
    mpcf_free(path);
    return status;
}

void kept_set_close(struct kept_set *set)
{
    file_map_close(set->map);
    mpcf_free(set->map);
    *set = (struct kept_set){.d = NULL};
}

static mpcf_status write_parts(const char *path, const uint8_t *head, const uint8_t *d,
                               size_t length, const char *tail, mpcf_error *err)
{
    struct file_write *file = NULL;
    mpcf_status status = file_write_begin_private(path, &file, err);

    if (status != MPCF_OK) {
        return status;
    }
    status = file_write_put(file, head, KEPT_SET_HEAD, err);
    if (status == MPCF_OK) {
        status = file_write_put(file, d, length, err);
    }
    if (status == MPCF_OK) {
        status = file_write_put(file, tail, KEPT_SET_TAIL, err);
    }
    if (status == MPCF_OK) {
        return file_write_commit(file, err);
    }
    file_write_cancel(file);
    return status;
}

mpcf_status kept_set_write(struct kept *k, const char *set, const uint8_t *d, size_t length,
                           mpcf_error *err)
{
    char *path = set_path(k, set);
    uint8_t head[KEPT_SET_HEAD];
    char tail[KEPT_SET_TAIL];
    mpcf_status status = MPCF_OK;

    kept_set_head(k->mark.id, set, length, head);
    if (path == NULL || !kept_set_tail(head, d, length, tail)) {
        status = mpcf_fail_memory(err, strlen(set), "a path");
    } else {
        status = write_parts(path, head, d, length, tail, err);
    }
    mpcf_free(path);
    return status;
}
