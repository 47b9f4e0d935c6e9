/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks a tar archive, plain or by gzip, and keeps the reviews of one split. The archive comes from
 * elsewhere: how much of it is unpacked, how many entries it has and how much is kept have limits, some ten times
 * what the original needs (100,000 reviews, half of them without a label, 130 MB).
 */
#include "review_archive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>
#include <mpcf/plugin.h>
#include <mpcf/tsv.h>
#include <mpcf/unpack.h>

#define MIB            ((size_t) 1 << 20)
#define UNPACKED_LIMIT ((int64_t) 4096 << 20)
#define ENTRY_LIMIT    ((size_t) 1 << 20)
#define TEXTS_LIMIT    (512 * MIB)
#define TEXTS_RATIO    16 /* to the file's size, and */
#define TEXTS_LEAST    (4 * MIB)
#define PATH_LIMIT     8192
#define BLOCK          (64 << 10)

struct walk {
    struct archive *archive;
    struct archive_entry *entry; /* the library's own may be missing where memory is short */
    mpcf_unpack *unpack;
    unsigned char *block;
    int64_t unpacked;
    mpcf_status unpack_status; /* what ERR has of it */
    mpcf_error *err;
    const char *name, *split;
    struct reviews *reviews;
    size_t entries;
    size_t texts_limit;
};

static mpcf_status refuse_size(const struct walk *w, mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_FORMAT,
                     "%s: more than %zu entries or %lld MiB, which the original archive has not",
                     w->name, ENTRY_LIMIT, (long long) UNPACKED_LIMIT >> 20);
}

/* What unpacking, and else the archive's library, has to say. */
static mpcf_status fail(const struct walk *w, mpcf_error *err)
{
    const char *text = archive_error_string(w->archive);

    if (w->unpack_status != MPCF_OK) {
        return w->unpack_status;
    }
    if (archive_errno(w->archive) == ENOMEM || text == NULL) { /* it has words for the rest */
        return mpcf_fail(err, MPCF_E_NOMEM, "%s: out of memory for an archive", w->name);
    }
    return mpcf_fail(err, MPCF_E_FORMAT, "%s: damaged, or no tar archive: %s", w->name, text);
}

static mpcf_status unpack_block(struct walk *w, size_t *got, mpcf_error *err)
{
    MPCF_TRY(mpcf_unpack_read(w->unpack, w->block, BLOCK, got, err));
    w->unpacked += (int64_t) *got;
    return w->unpacked > UNPACKED_LIMIT ? refuse_size(w, err) : MPCF_OK;
}

/* The archive's library asks for bytes. */
static la_ssize_t give_block(struct archive *archive, void *context, const void **block)
{
    struct walk *w = context;
    size_t got = 0;

    *block = w->block;
    if (w->unpack_status == MPCF_OK) {
        w->unpack_status = unpack_block(w, &got, w->err);
    }
    if (w->unpack_status != MPCF_OK) {
        archive_set_error(archive, EIO, "cannot be unpacked");
        return -1;
    }
    return (la_ssize_t) got;
}

/* What stands behind the archive's end: the checksum is there. */
static mpcf_status read_rest(struct walk *w, mpcf_error *err)
{
    size_t got = 0;

    do {
        MPCF_TRY(unpack_block(w, &got, err));
    } while (got > 0);
    return MPCF_OK;
}

/* "aclImdb/train/neg/0_3.txt", "./train/neg/0_3.txt": the class, and where the file's name begins; -1: another file. */
static int32_t class_of(const char *name, const char *split, const char **file)
{
    const size_t length = strlen(split);

    while (strncmp(name, "./", 2) == 0) {
        name += 2;
    }
    for (int folder = 0; folder < 2; folder++) { /* in one folder, or in none */
        if (strncmp(name, split, length) == 0 && name[length] == '/') {
            const char *rest = name + length + 1;

            for (int32_t i = 0; i < 2; i++) {
                if (strncmp(rest, review_classes[i], 3) == 0 && rest[3] == '/') {
                    *file = rest + 4;
                    return strchr(*file, '/') == NULL && **file != '\0' ? i : -1;
                }
            }
            return -1;
        }
        name = strchr(name, '/');
        if (name == NULL) {
            return -1;
        }
        name++;
    }
    return -1;
}

/* Room for the longest text behind those that are there. */
static mpcf_status make_room(const struct walk *w, mpcf_error *err)
{
    struct reviews *r = w->reviews;
    const size_t wanted = r->texts_length + MPCF_LINE_LIMIT + 2;
    size_t capacity = r->texts_capacity == 0 ? 4 * MIB : r->texts_capacity;
    char *grown = NULL;

    if (r->texts_length > w->texts_limit) {
        return mpcf_fail(
            err, MPCF_E_FORMAT,
            "%s: more than %zu MiB of reviews, which is too much for a file of its size", w->name,
            w->texts_limit / MIB);
    }
    while (capacity < wanted) {
        capacity *= 2;
    }
    if (capacity == r->texts_capacity) {
        return MPCF_OK;
    }
    grown = realloc(r->texts, capacity);
    if (grown == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for %zu MiB of reviews", capacity / MIB);
    }
    r->texts = grown;
    r->texts_capacity = capacity;
    return MPCF_OK;
}

/* The entry's bytes, behind those of the reviews before. */
static mpcf_status keep_text(const struct walk *w, const char *name, mpcf_error *err)
{
    struct reviews *r = w->reviews;
    struct review *review = &r->items[r->count - 1];
    la_ssize_t got = 0;

    MPCF_TRY(make_room(w, err));
    review->at = r->texts_length;
    do {
        review->length += (size_t) got;
        got = archive_read_data(w->archive, r->texts + review->at + review->length,
                                MPCF_LINE_LIMIT + 1 - review->length);
    } while (got > 0);
    if (got < 0) {
        return fail(w, err);
    }
    if (review->length > MPCF_LINE_LIMIT) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: %s is longer than %zu bytes", w->name, name,
                         MPCF_LINE_LIMIT);
    }
    r->texts[review->at + review->length] = '\0';
    r->texts_length = review->at + review->length + 1;
    return MPCF_OK;
}

static mpcf_status take_entry(struct walk *w, struct archive_entry *entry, mpcf_error *err)
{
    const char *name = archive_entry_pathname(entry), *file = NULL;
    char where[PATH_LIMIT];
    bool is_one = false;
    int32_t label = -1;

    if (name == NULL) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: entry %zu has a name that cannot be read",
                         w->name, w->entries);
    }
    label = class_of(name, w->split, &file);
    if (label < 0 || archive_entry_filetype(entry) == AE_IFDIR) {
        return MPCF_OK;
    }
    (void) snprintf(where, sizeof(where), "%s/%.*s", w->name, (int) (file - name - 1), name);
    MPCF_TRY(reviews_add(w->reviews, where, file, label, &is_one, err));
    if (!is_one) {
        return MPCF_OK;
    }
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != NULL) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: %s is a link, expected a file", w->name, name);
    }
    return keep_text(w, name, err);
}

static mpcf_status check_limits(struct walk *w, mpcf_error *err)
{
    if (mpcf_interrupted()) {
        return mpcf_fail(err, MPCF_E_INTERRUPTED, "reading '%s' was stopped", w->name);
    }
    w->entries++;
    return w->entries > ENTRY_LIMIT ? refuse_size(w, err) : MPCF_OK;
}

static mpcf_status walk_entries(struct walk *w, mpcf_error *err)
{
    for (;;) {
        const int got = archive_read_next_header2(w->archive, w->entry);

        if (got == ARCHIVE_EOF) {
            return read_rest(w, err);
        }
        if (got != ARCHIVE_OK && got != ARCHIVE_WARN) {
            return fail(w, err);
        }
        MPCF_TRY(check_limits(w, err));
        MPCF_TRY(take_entry(w, w->entry, err));
    }
}

/* Reviews are a third of their size when they are packed. */
static mpcf_status limit_texts(struct walk *w, FILE *file, mpcf_error *err)
{
    const off_t size = fseeko(file, 0, SEEK_END) == 0 ? ftello(file) : -1;

    if (size < 0 || fseeko(file, 0, SEEK_SET) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "cannot read '%s': %s", w->name, strerror(errno));
    }
    w->texts_limit = (uint64_t) size < TEXTS_LIMIT / TEXTS_RATIO
                         ? (size_t) size * TEXTS_RATIO + TEXTS_LEAST
                         : TEXTS_LIMIT;
    return MPCF_OK;
}

static mpcf_status open_and_walk(struct walk *w, FILE *file, mpcf_error *err)
{
    w->archive = archive_read_new();
    w->entry = archive_entry_new();
    w->block = malloc(BLOCK);
    if (w->archive == NULL || w->entry == NULL || w->block == NULL) {
        return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for an archive");
    }
    MPCF_TRY(limit_texts(w, file, err));
    MPCF_TRY(mpcf_unpack_open(file, w->name, &w->unpack, err));
    if (archive_read_support_format_tar(w->archive) != ARCHIVE_OK ||
        archive_read_set_read_callback(w->archive, give_block) != ARCHIVE_OK ||
        archive_read_set_callback_data(w->archive, w) != ARCHIVE_OK ||
        archive_read_open1(w->archive) != ARCHIVE_OK) {
        return fail(w, err);
    }
    return walk_entries(w, err);
}

mpcf_status archive_list_stream(FILE *file, const char *name, const char *split,
                                struct reviews *reviews, mpcf_error *err)
{
    struct walk w = {.name = name, .split = split, .reviews = reviews, .err = err};
    const mpcf_status status = open_and_walk(&w, file, err);

    if (w.archive != NULL) {
        (void) archive_read_free(w.archive); /* only read */
    }
    archive_entry_free(w.entry);
    mpcf_unpack_close(w.unpack);
    free(w.block);
    return status == MPCF_OK ? reviews_sort(reviews, name, err) : status;
}

mpcf_status archive_list(const char *path, const char *split, struct reviews *reviews,
                         mpcf_error *err)
{
    FILE *file = fopen(path, "rb");
    mpcf_status status = MPCF_OK;

    if (file == NULL) {
        return mpcf_fail(err, MPCF_E_IO, "cannot open '%s': %s", path, strerror(errno));
    }
    status = archive_list_stream(file, path, split, reviews, err);
    (void) fclose(file); /* only read */
    return status;
}
