/* SPDX-License-Identifier: Apache-2.0 */
/*
 * head, an entry for each item, all ids, SHA-256 of what is before it; as this machine has numbers.
 */
#include "corpus/corpus_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"

static const char magic[8] = {'m', 'p', 'c', 'f', 't', 'o', 'k', '1'};

struct head {
    char magic[8];
    char key[64];
    uint64_t count, rows, tokens;
};

struct entry {
    double label;
    uint64_t id;
    uint32_t length, zeros; /* leading types that are 0; the others are 1 */
    uint32_t has_label, is_cut;
};

enum { BLOCK = 4096, FILE_DIGITS = FILE_DIGEST_SIZE - 1 };

static char *path_of(const struct corpus_cache *cache)
{
    return mpcf_format("%s/tokens-%.16s.bin", cache->folder, cache->key);
}

/* --- Reading --- */

struct reading {
    FILE *file;
    struct digest *digest;
    const struct corpus_cache_limits *limits;
    const int32_t *ramp;
};

static bool take(struct reading *r, void *data, size_t length)
{
    if (fread(data, 1, length, r->file) != length) {
        return false;
    }
    digest_add(r->digest, data, length);
    return true;
}

/* Of its user's alone, and of the length that HEAD says. */
static bool is_sound(struct reading *r, const struct corpus_cache *cache, struct head *head)
{
    struct stat facts;
    const size_t most = r->limits->count * r->limits->max_tokens;

    return fstat(fileno(r->file), &facts) == 0 && S_ISREG(facts.st_mode) &&
           facts.st_uid == geteuid() && (facts.st_mode & (S_IRWXG | S_IRWXO)) == 0 &&
           take(r, head, sizeof *head) && memcmp(head->magic, magic, sizeof magic) == 0 &&
           memcmp(head->key, cache->key, sizeof head->key) == 0 &&
           head->count == r->limits->count && head->rows == r->limits->rows &&
           head->tokens >= head->count && head->tokens <= most &&
           (uint64_t) facts.st_size == sizeof *head + head->count * sizeof(struct entry) +
                                           head->tokens * sizeof(int32_t) + FILE_DIGITS;
}

static bool take_entries(struct reading *r, struct corpus_item *items, uint64_t tokens)
{
    const size_t most = r->limits->max_tokens;
    uint64_t sum = 0;

    for (size_t i = 0; i < r->limits->count; i++) {
        struct entry e;

        if (!take(r, &e, sizeof e) || e.length == 0 || e.length > most || e.zeros > e.length ||
            e.has_label > 1 || e.is_cut > 1) {
            return false;
        }
        sum += e.length;
        items[i] = (struct corpus_item){.types = r->ramp + most - e.zeros,
                                        .length = e.length,
                                        .label = e.label,
                                        .has_label = e.has_label != 0,
                                        .is_cut = e.is_cut != 0,
                                        .id = e.id};
    }
    return sum == tokens;
}

static bool take_ids(struct reading *r, int32_t *ids, size_t count)
{
    for (size_t done = 0; done < count;) {
        const size_t n = count - done < BLOCK ? count - done : BLOCK;

        if (!take(r, ids + done, n * sizeof *ids)) {
            return false;
        }
        for (size_t i = 0; i < n; i++) {
            if (ids[done + i] < 0 || ids[done + i] >= r->limits->vocab_size) {
                return false;
            }
        }
        done += n;
    }
    return true;
}

/* The end compares the digest, which it takes. */
static bool ends_well(struct reading *r)
{
    char want[FILE_DIGEST_SIZE], found[FILE_DIGEST_SIZE] = "";

    digest_end(r->digest, want);
    r->digest = NULL;
    return fread(found, 1, FILE_DIGITS, r->file) == FILE_DIGITS &&
           memcmp(found, want, FILE_DIGITS) == 0;
}

static bool read_file(struct reading *r, const struct corpus_cache *cache, struct arena *memory,
                      struct corpus_item *items)
{
    struct head head;
    int32_t *ids = NULL;

    if (!is_sound(r, cache, &head) || !take_entries(r, items, head.tokens)) {
        return false;
    }
    ids = arena_alloc(memory, head.tokens, sizeof *ids);
    if (ids == NULL || !take_ids(r, ids, head.tokens) || !ends_well(r)) {
        return false;
    }
    for (size_t i = 0; i < r->limits->count; i++) {
        items[i].ids = ids;
        ids += items[i].length;
    }
    return true;
}

/* A link or a pipe in its place is no file of ours. */
static FILE *open_file(const char *path)
{
    const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, "rb") : NULL;

    if (file == NULL && fd >= 0) {
        (void) close(fd);
    }
    return file;
}

bool corpus_cache_read(const struct corpus_cache *cache, const struct corpus_cache_limits *limits,
                       struct arena *memory, const int32_t *ramp, struct corpus_item *items)
{
    char *path = path_of(cache);
    struct reading r = {.limits = limits, .ramp = ramp};
    bool is_read = false;

    r.file = path != NULL ? open_file(path) : NULL;
    if (r.file != NULL) {
        r.digest = digest_begin();
        is_read = r.digest != NULL && read_file(&r, cache, memory, items);
        if (r.digest != NULL) {
            char unused[FILE_DIGEST_SIZE];

            digest_end(r.digest, unused);
        }
        (void) futimens(fileno(r.file), NULL); /* used last: it stays longer */
        (void) fclose(r.file);                 /* only read */
        if (!is_read) {
            log_line(LOG_INFO, "'%s' is damaged, or not this user's alone: it is made again", path);
            (void) unlink(path);
        }
    }
    mpcf_free(path);
    return is_read;
}

/* --- Room --- */

struct found {
    char *name;
    struct timespec used;
};

static int compare_used(const void *a, const void *b)
{
    const struct found *x = a, *y = b;

    if (x->used.tv_sec != y->used.tv_sec) {
        return x->used.tv_sec < y->used.tv_sec ? 1 : -1;
    }
    return (x->used.tv_nsec < y->used.tv_nsec) - (x->used.tv_nsec > y->used.tv_nsec);
}

/* What is not finished, of a process that ended, counts with the others. */
static size_t list_files(int folder, struct found *files, size_t room)
{
    DIR *list = fdopendir(folder);
    size_t count = 0;

    for (struct dirent *d = list != NULL ? readdir(list) : NULL; d != NULL && count < room;
         d = readdir(list)) {
        struct stat facts;

        if (text_starts_with(d->d_name, "tokens-") &&
            fstatat(folder, d->d_name, &facts, AT_SYMLINK_NOFOLLOW) == 0) {
            files[count].name = mpcf_strdup(d->d_name);
            files[count].used = facts.st_mtim;
            count += files[count].name != NULL;
        }
    }
    if (list != NULL) {
        (void) closedir(list);
    }
    return count;
}

static void make_room(const char *path)
{
    struct found files[64] = {{NULL, {0, 0}}};
    const int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int again = folder >= 0 ? dup(folder) : -1; /* closedir() closes the other */
    size_t count = 0;

    if (again >= 0) {
        count = list_files(folder, files, sizeof files / sizeof *files);
        qsort(files, count, sizeof *files, compare_used);
    } else if (folder >= 0) {
        (void) close(folder);
    }
    for (size_t i = 0; i < count; i++) {
        if (i + 1 >= CORPUS_CACHE_FILES) {
            (void) unlinkat(again, files[i].name, 0);
        }
        mpcf_free(files[i].name);
    }
    if (again >= 0) {
        (void) close(again);
    }
}

/* --- Writing --- */

static bool put(FILE *file, struct digest *digest, const void *data, size_t length)
{
    digest_add(digest, data, length);
    return fwrite(data, 1, length, file) == length;
}

struct split {
    const struct corpus_item *items;
    size_t count, rows;
};

/* Types as an entry can say them. */
static bool zeros_of(const struct corpus_item *item, uint32_t *zeros)
{
    size_t n = 0;

    while (n < item->length && item->types[n] == 0) {
        n++;
    }
    *zeros = (uint32_t) n;
    while (n < item->length && item->types[n] == 1) {
        n++;
    }
    return n == item->length;
}

static bool put_all(FILE *file, struct digest *digest, const struct corpus_cache *cache,
                    const struct split *split)
{
    struct head head = {.count = split->count, .rows = split->rows};
    bool good = true;

    memcpy(head.magic, magic, sizeof magic);
    memcpy(head.key, cache->key, sizeof head.key);
    for (size_t i = 0; i < split->count; i++) {
        head.tokens += split->items[i].length;
    }
    good = put(file, digest, &head, sizeof head);
    for (size_t i = 0; good && i < split->count; i++) {
        const struct corpus_item *item = &split->items[i];
        struct entry e = {.label = item->label,
                          .id = item->id,
                          .length = (uint32_t) item->length,
                          .has_label = item->has_label,
                          .is_cut = item->is_cut};

        good = zeros_of(item, &e.zeros) && put(file, digest, &e, sizeof e);
    }
    for (size_t i = 0; good && i < split->count; i++) {
        good = put(file, digest, split->items[i].ids,
                   split->items[i].length * sizeof *split->items[i].ids);
    }
    return good;
}

static mpcf_status write_file(const char *path, const struct corpus_cache *cache,
                              const struct split *split, mpcf_error *err)
{
    struct file_write *file = NULL;
    struct digest *digest = NULL;
    char text[FILE_DIGEST_SIZE];
    bool good = false;

    MPCF_TRY(file_write_begin_private(path, &file, err));
    digest = digest_begin();
    if (digest != NULL) {
        good = put_all(file_write_stream(file), digest, cache, split);
        digest_end(digest, text);
    }
    if (!good) {
        file_write_cancel(file);
        return mpcf_fail(err, MPCF_E_IO, "cannot write '%s'", path);
    }
    if (fwrite(text, 1, FILE_DIGITS, file_write_stream(file)) != FILE_DIGITS) {
        file_write_cancel(file);
        return mpcf_fail(err, MPCF_E_IO, "cannot write '%s': %s", path, strerror(errno));
    }
    return file_write_commit(file, err);
}

void corpus_cache_write(const struct corpus_cache *cache, const struct corpus_item *items,
                        size_t count, size_t rows)
{
    const struct split split = {items, count, rows};
    mpcf_error *err = mpcf_error_create();
    char *path = path_of(cache);
    mpcf_status status = path != NULL && err != NULL ? MPCF_OK : MPCF_E_NOMEM;

    if (status == MPCF_OK) {
        status = file_make_private_folder(cache->folder, err);
    }
    if (status == MPCF_OK) {
        make_room(cache->folder);
        status = write_file(path, cache, &split, err);
    }
    if (status != MPCF_OK) {
        log_line(LOG_INFO, "tokens are not kept for the next run: %s",
                 err != NULL ? mpcf_error_text(err) : "memory is short");
    }
    mpcf_free(path);
    mpcf_error_destroy(err);
}
