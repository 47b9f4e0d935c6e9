/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stored session writes and reads, and in which order, so that a crash uses nothing twice.
 */
#include "preprocess/store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/file_room.h"
#include "base/folder.h"
#include "base/memory.h"
#include "preprocess/store_folder.h"

static const char session_magic[8] = "MPCFSES2", inference_magic[8] = "MPCFINF1";

struct store {
    char *folder;
    uint8_t session[STORE_ID_BYTES];
    uint32_t next;
    int lock; /* of store_folder_lock(); negative: none */
};

struct session_file {
    char magic[8];
    struct store_identity identity;
};

struct inference_header {
    char magic[8];
    uint8_t session[STORE_ID_BYTES];
    char digest[64];
    uint64_t inference, length;
};

void store_close(struct store *s)
{
    if (s == NULL) {
        return;
    }
    store_folder_unlock(s->lock);
    mpcf_free(s->folder);
    mpcf_free(s);
}

static mpcf_status path_of(const struct store *s, char **path, mpcf_error *err, const char *name)
{
    *path = file_join(s->folder, name);
    return *path != NULL ? MPCF_OK : mpcf_fail_memory(err, strlen(name), "a path");
}

static mpcf_status new_store(const char *folder, struct store **out, mpcf_error *err)
{
    struct store *s = mpcf_alloc_array(1, sizeof *s);

    if (s != NULL) {
        s->lock = -1;
        s->folder = mpcf_strdup(folder);
    }
    if (s == NULL || s->folder == NULL) {
        store_close(s);
        return mpcf_fail_memory(err, sizeof *s, "a store");
    }
    *out = s;
    return MPCF_OK;
}

/* --- Small files, whole or not at all --- */

static mpcf_status put(struct store *s, const char *name, const void *data, size_t length,
                       mpcf_error *err)
{
    char *path = NULL;

    MPCF_TRY(path_of(s, &path, err, name));
    mpcf_status status = file_write_whole_private(path, data, length, err);
    mpcf_free(path);
    return status;
}

/* Exactly LENGTH bytes. */
static mpcf_status get(struct store *s, const char *name, void *data, size_t length,
                       mpcf_error *err)
{
    char *path = NULL, *text = NULL;
    size_t found = 0;

    MPCF_TRY(path_of(s, &path, err, name));
    mpcf_status status = file_read(path, length, &text, &found, err);
    if (status == MPCF_OK && found != length) {
        status =
            mpcf_fail(err, MPCF_E_FORMAT, "'%s': %zu bytes, expected %zu", path, found, length);
    }
    if (status == MPCF_OK) {
        memcpy(data, text, length);
        mpcf_wipe(text, length);
    }
    mpcf_free(text);
    mpcf_free(path);
    return status;
}

static mpcf_status write_consumed(struct store *s, uint32_t next, mpcf_error *err)
{
    uint8_t bytes[4];

    for (unsigned i = 0; i < 4; i++) {
        bytes[i] = (uint8_t) (next >> (8 * i));
    }
    MPCF_TRY(put(s, "consumed", bytes, sizeof bytes, err));
    s->next = next;
    return MPCF_OK;
}

/* --- Life --- */

static mpcf_status fill_new(struct store *s, const struct store_identity *identity, mpcf_error *err)
{
    struct session_file file = {.identity = *identity};

    MPCF_TRY(store_folder_make(s->folder, err));
    MPCF_TRY(store_folder_lock(s->folder, &s->lock, err));
    MPCF_TRY(store_folder_empty(s->folder, err));
    memcpy(file.magic, session_magic, sizeof file.magic);
    memcpy(s->session, identity->session, sizeof s->session);
    mpcf_status status = write_consumed(s, 0, err);
    if (status == MPCF_OK) {
        status = put(s, "session", &file, sizeof file, err);
    }
    mpcf_wipe(&file, sizeof file);
    return status;
}

mpcf_status store_create(const char *folder, const struct store_identity *identity,
                         struct store **out, mpcf_error *err)
{
    struct store *s = NULL;

    MPCF_TRY(new_store(folder, &s, err));
    mpcf_status status = fill_new(s, identity, err);
    if (status != MPCF_OK) {
        store_close(s);
        return status;
    }
    *out = s;
    return MPCF_OK;
}

static mpcf_status read_session(struct store *s, struct store_identity *identity, mpcf_error *err)
{
    struct session_file file;
    uint8_t bytes[4] = {0};

    MPCF_TRY(get(s, "session", &file, sizeof file, err));
    bool is_good = memcmp(file.magic, session_magic, sizeof file.magic) == 0;
    *identity = file.identity;
    mpcf_wipe(&file, sizeof file);
    if (!is_good) {
        return mpcf_fail(err, MPCF_E_FORMAT, "'%s/session' is no session of this version",
                         s->folder);
    }
    memcpy(s->session, identity->session, sizeof s->session);
    MPCF_TRY(get(s, "consumed", bytes, sizeof bytes, err));
    for (unsigned i = 0; i < 4; i++) {
        s->next |= (uint32_t) bytes[i] << (8 * i);
    }
    return MPCF_OK;
}

static mpcf_status take_session(struct store *s, struct store_identity *identity, mpcf_error *err)
{
    if (!file_is_folder(s->folder)) {
        return mpcf_fail(err, MPCF_E_IO, "no stored session in '%s'", s->folder);
    }
    MPCF_TRY(store_folder_lock(s->folder, &s->lock, err));
    MPCF_TRY(read_session(s, identity, err));
    MPCF_TRY(store_folder_check(s->folder, err));
    store_folder_forget(s->folder, s->next); /* of what a crash cut off */
    return MPCF_OK;
}

mpcf_status store_open(const char *folder, struct store_identity *identity, struct store **out,
                       mpcf_error *err)
{
    struct store *s = NULL;

    MPCF_TRY(new_store(folder, &s, err));
    mpcf_status status = take_session(s, identity, err);
    if (status != MPCF_OK) {
        store_close(s);
        return status;
    }
    *out = s;
    return MPCF_OK;
}

mpcf_status store_look(const char *folder, struct store_label *out, mpcf_error *err)
{
    struct store *s = NULL;
    struct store_identity identity = {.facts = {0}};

    MPCF_TRY(new_store(folder, &s, err));
    mpcf_status status = read_session(s, &identity, err);
    if (status == MPCF_OK) {
        *out = (struct store_label){.next = s->next};
        memcpy(out->session, identity.session, sizeof out->session);
        memcpy(out->facts, identity.facts, sizeof identity.facts);
    }
    mpcf_wipe(&identity, sizeof identity);
    store_close(s);
    return status;
}

uint32_t store_next(const struct store *s)
{
    return s->next;
}

static mpcf_status check_unused(const struct store *s, uint32_t inference, mpcf_error *err)
{
    if (inference < s->next) {
        return mpcf_fail(err, MPCF_E_INVALID,
                         "inference %" PRIu32 " of '%s' is used up (next: %" PRIu32 ")", inference,
                         s->folder, s->next);
    }
    return MPCF_OK;
}

mpcf_status store_consume(struct store *s, uint32_t inference, mpcf_error *err)
{
    MPCF_TRY(check_unused(s, inference, err));
    return write_consumed(s, inference + 1, err);
}

mpcf_status store_skip_to(struct store *s, uint32_t next, mpcf_error *err)
{
    MPCF_TRY(check_unused(s, next, err));
    if (next > s->next) {
        MPCF_TRY(write_consumed(s, next, err));
        store_folder_forget(s->folder, next);
    }
    return MPCF_OK;
}

/* --- Corrections --- */

static mpcf_status inference_path(const struct store *s, uint32_t inference, char **path,
                                  mpcf_error *err)
{
    char name[32];

    (void) snprintf(name, sizeof name, "inference-%" PRIu32, inference);
    return path_of(s, path, err, name);
}

static struct inference_header header_of(const struct store *s, uint32_t inference,
                                         const char *digest)
{
    struct inference_header h = {.inference = inference};

    memcpy(h.magic, inference_magic, sizeof h.magic);
    memcpy(h.session, s->session, sizeof h.session);
    memcpy(h.digest, digest, sizeof h.digest);
    return h;
}

/* What was to be written, and what there is room for: a number that is known beforehand, and is what
 * a person needs. */
static mpcf_status fail_writing(const struct store *s, const char *path, uint64_t bytes, int cause,
                                mpcf_error *err)
{
    const uint64_t room = file_room_free(s->folder);

    if (room == UINT64_MAX) {
        return mpcf_fail(err, MPCF_E_IO, "cannot write '%s', of %.3f MB: %s", path,
                         (double) bytes / 1e6, strerror(cause));
    }
    return mpcf_fail(err, MPCF_E_IO, "cannot write '%s', of %.3f MB where %.3f MB are free: %s",
                     path, (double) bytes / 1e6, (double) room / 1e6, strerror(cause));
}

/* *CAUSE: errno of a write that failed, else 0. */
static mpcf_status copy_part(struct source *from, uint8_t *part, size_t length, FILE *file,
                             int *cause, mpcf_error *err)
{
    MPCF_TRY(from->read(from, part, length, err));
    if (fwrite(part, 1, length, file) == length) {
        return MPCF_OK;
    }
    *cause = errno;
    return MPCF_E_IO;
}

static mpcf_status copy_parts(struct source *from, const size_t *lengths, size_t count, FILE *file,
                              int *cause, mpcf_error *err)
{
    size_t longest = 0;

    for (size_t i = 0; i < count; i++) {
        longest = lengths[i] > longest ? lengths[i] : longest;
    }
    uint8_t *part = mpcf_secret_alloc(longest, 1);
    if (part == NULL) {
        return mpcf_fail_memory(err, longest, "a correction");
    }
    mpcf_status status = MPCF_OK;
    for (size_t i = 0; i < count && status == MPCF_OK; i++) {
        if (lengths[i] > 0) {
            status = copy_part(from, part, lengths[i], file, cause, err);
        }
    }
    mpcf_secret_free(part);
    return status;
}

uint64_t store_bytes(const size_t *lengths, size_t count)
{
    uint64_t bytes = sizeof(struct inference_header);

    for (size_t i = 0; i < count; i++) {
        bytes += lengths[i];
    }
    return bytes;
}

static mpcf_status fill_file(struct store *s, const char *path, const struct inference_header *h,
                             struct source *from, const size_t *lengths, size_t count,
                             mpcf_error *err)
{
    struct file_write *file = NULL;
    int cause = 0;

    MPCF_TRY(file_write_begin_private(path, &file, err));
    FILE *stream = file_write_stream(file);
    mpcf_status status = MPCF_OK;
    if (fwrite(h, sizeof *h, 1, stream) != 1) {
        cause = errno;
        status = MPCF_E_IO;
    }
    if (status == MPCF_OK) {
        status = copy_parts(from, lengths, count, stream, &cause, err);
    }
    /* Here, so that what commit says is not all that is said of a full disk. */
    if (status == MPCF_OK && fflush(stream) != 0) {
        cause = errno;
        status = MPCF_E_IO;
    }
    if (cause != 0) {
        (void) fail_writing(s, path, store_bytes(lengths, count), cause, err);
    }
    if (status == MPCF_OK) {
        return file_write_commit(file, err);
    }
    file_write_cancel(file);
    return status;
}

mpcf_status store_fill(struct store *s, uint32_t inference, const char *digest, struct source *from,
                       const size_t *lengths, size_t count, mpcf_error *err)
{
    char *path = NULL;
    struct inference_header h = header_of(s, inference, digest);

    h.length = store_bytes(lengths, count) - sizeof h;
    MPCF_TRY(inference_path(s, inference, &path, err));
    mpcf_status status = fill_file(s, path, &h, from, lengths, count, err);
    mpcf_free(path);
    return status;
}

static mpcf_status read_stored(struct source *source, void *data, size_t length, mpcf_error *err)
{
    if (fread(data, 1, length, source->context) == length) {
        return MPCF_OK;
    }
    return ferror(source->context)
               ? mpcf_fail(err, MPCF_E_IO, "cannot read corrections: %s", strerror(errno))
               : mpcf_fail(err, MPCF_E_FORMAT, "a store of corrections is cut short");
}

static mpcf_status read_header(const struct store *s, uint32_t inference, const char *path,
                               FILE *file, struct inference_header *h, mpcf_error *err)
{
    if (fread(h, sizeof *h, 1, file) != 1 ||
        memcmp(h->magic, inference_magic, sizeof h->magic) != 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "'%s' holds no corrections of this version", path);
    }
    if (memcmp(h->session, s->session, sizeof h->session) != 0 || h->inference != inference) {
        return mpcf_fail(err, MPCF_E_FORMAT, "'%s' is of another session or inference", path);
    }
    return MPCF_OK;
}

/* *FILE stands behind the header of INFERENCE; the caller's to close. */
static mpcf_status open_corrections(const struct store *s, uint32_t inference, FILE **file,
                                    struct inference_header *h, mpcf_error *err)
{
    char *path = NULL;

    MPCF_TRY(inference_path(s, inference, &path, err));
    FILE *opened = fopen(path, "rbe");
    mpcf_status status =
        opened != NULL
            ? read_header(s, inference, path, opened, h, err)
            : mpcf_fail(err, MPCF_E_IO, "no corrections of inference %" PRIu32 " ('%s'): %s",
                        inference, path, strerror(errno));
    if (status == MPCF_OK) {
        *file = opened;
    } else if (opened != NULL) {
        (void) fclose(opened);
    }
    mpcf_free(path);
    return status;
}

mpcf_status store_source(struct store *s, uint32_t inference, const char *digest,
                         struct source *out, mpcf_error *err)
{
    struct inference_header h;
    FILE *file = NULL;

    MPCF_TRY(open_corrections(s, inference, &file, &h, err));
    if (memcmp(h.digest, digest, sizeof h.digest) != 0) {
        (void) fclose(file);
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "inference %" PRIu32 " of '%s' was dealt for another program (%.12s, now "
                         "%.12s)",
                         inference, s->folder, h.digest, digest);
    }
    *out = (struct source){.read = read_stored, .context = file};
    return MPCF_OK;
}

mpcf_status store_program(struct store *s, uint32_t inference, char digest[FILE_DIGEST_SIZE],
                          mpcf_error *err)
{
    struct inference_header h;
    FILE *file = NULL;

    MPCF_TRY(open_corrections(s, inference, &file, &h, err));
    (void) fclose(file);
    memcpy(digest, h.digest, sizeof h.digest);
    digest[sizeof h.digest] = '\0';
    return MPCF_OK;
}

void store_source_close(struct store *s, uint32_t inference, struct source *source)
{
    char *path = NULL;

    (void) fclose(source->context);
    source->context = NULL;
    if (inference_path(s, inference, &path, NULL) == MPCF_OK) {
        store_folder_drop(path);
    }
    mpcf_free(path);
}

/* --- Masked weights --- */

mpcf_status store_masked_weights(struct store *s, const char *id, const char *digest,
                                 mpcf_error *err)
{
    char *path = NULL, *name = mpcf_format("packing-%s", id), known[FILE_DIGEST_SIZE - 1];

    if (name == NULL) {
        return mpcf_fail_memory(err, strlen(id), "a path");
    }
    mpcf_status status = path_of(s, &path, err, name);
    if (status == MPCF_OK && !file_exists(path)) {
        status = put(s, name, digest, sizeof known, err);
    } else if (status == MPCF_OK) {
        status = get(s, name, known, sizeof known, err);
        if (status == MPCF_OK && memcmp(known, digest, sizeof known) != 0) {
            status = mpcf_fail(err, MPCF_E_INVALID,
                               "the weights are not those this session was dealt for ('%s'): "
                               "start a new session",
                               path);
        }
    }
    mpcf_free(name);
    mpcf_free(path);
    return status;
}
