/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two forms of such a file. The older: pickles of a magic number, the form's version, the facts
 * of the machine, the object, the keys of its storages; then each storage, a length before it.
 * Source: torch/serialization.py of PyTorch.
 */
#include "format/torch_file.h"

#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/memory.h"
#include "format/pickle.h"
#include "format/torch_storage.h"
#include "format/torch_tensor.h"
#include "format/torch_zip.h"

struct torch_file {
    struct arena *arena;
    struct file_map map; /* data NULL where the caller holds the bytes */
    struct torch_zip *zip;
    const char *name;
    struct tensor *tensors;
    size_t count;
};

/* What is needed while it is read. */
struct source {
    const unsigned char *data;
    size_t length, at;
    struct pickle pickle;
    struct torch_storages storages;
};

/* --- The archive --- */

static mpcf_status check_byte_order(struct torch_file *f, mpcf_error *err)
{
    const unsigned char *bytes = NULL;
    size_t length = 0;
    mpcf_error *why = mpcf_error_create(); /* older archives lack the member */
    const mpcf_status status =
        why != NULL ? torch_zip_member(f->zip, "byteorder", 9, &bytes, &length, why) : MPCF_E_NOMEM;

    mpcf_error_destroy(why);
    if (status == MPCF_E_NOMEM) {
        return mpcf_fail_memory(err, 9, "a member of an archive");
    }
    if (bytes != NULL && (length != 6 || memcmp(bytes, "little", 6) != 0)) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED, "'%s': its byte order is '%.*s', not little",
                         f->name, (int) (length < 20 ? length : 20), (const char *) bytes);
    }
    return MPCF_OK;
}

static mpcf_status read_zip_storage(struct torch_file *f, const struct source *s,
                                    struct torch_storage *storage, mpcf_error *err)
{
    enum { LONGEST = 200 };
    const unsigned char *bytes = NULL;
    size_t length = 0;
    char member[LONGEST + 8] = "data/";

    if (storage->key_length > LONGEST) {
        return mpcf_fail(err, MPCF_E_FORMAT, "'%s': a storage's key has %zu bytes", f->name,
                         storage->key_length);
    }
    memcpy(member + 5, storage->key, storage->key_length);
    MPCF_TRY(torch_zip_member(f->zip, member, storage->key_length + 5, &bytes, &length, err));
    return torch_storage_set(&s->pickle, storage, bytes, length, err);
}

static mpcf_status read_zip(struct torch_file *f, struct source *s, mpcf_error *err)
{
    const unsigned char *bytes = NULL;
    size_t length = 0, used = 0;

    MPCF_TRY(torch_zip_open(s->data, s->length, f->name, &f->zip, err));
    MPCF_TRY(check_byte_order(f, err));
    MPCF_TRY(torch_zip_member(f->zip, "data.pkl", 8, &bytes, &length, err));
    MPCF_TRY(pickle_read(bytes, length, f->name, &s->pickle, &used, err));
    MPCF_TRY(torch_storages_list(&s->pickle, &s->storages, err));
    for (size_t i = 0; i < s->storages.count; i++) {
        MPCF_TRY(read_zip_storage(f, s, &s->storages.items[i], err));
    }
    return MPCF_OK;
}

/* --- The stream --- */

static mpcf_status next_pickle(const struct torch_file *f, struct source *s, struct pickle *p,
                               mpcf_error *err)
{
    size_t used = 0;

    MPCF_TRY(pickle_read(s->data + s->at, s->length - s->at, f->name, p, &used, err));
    s->at += used;
    return MPCF_OK;
}

/* 0x1950a86a20f9469cfc6c */
static bool is_magic(const struct pickle *p)
{
    static const unsigned char magic[] = {0x6c, 0xfc, 0x9c, 0x46, 0xf9,
                                          0x20, 0x6a, 0xa8, 0x50, 0x19};
    size_t length = 0;
    const char *bytes = pickle_text(p, p->root, &length);

    return bytes != NULL && length == sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

static bool says_big_endian(const struct pickle *p)
{
    static const char word[] = "little_endian";
    struct pickle_walk walk = pickle_items(p, p->root);
    uint32_t key = 0, value = 0;

    while (pickle_next(p, &walk, &key) && pickle_next(p, &walk, &value)) {
        size_t length = 0;
        const char *text = pickle_text(p, key, &length);

        if (text != NULL && length == sizeof word - 1 && memcmp(text, word, length) == 0) {
            return value == VALUE_FALSE;
        }
    }
    return false;
}

/* The three pickles before the object. */
static mpcf_status read_beginning(const struct torch_file *f, struct source *s, mpcf_error *err)
{
    struct pickle p = {0};
    mpcf_status status = next_pickle(f, s, &p, err);

    if (status == MPCF_OK && !is_magic(&p)) {
        status =
            mpcf_fail(err, MPCF_E_FORMAT, "'%s' is a pickle, but none of torch.save()", f->name);
    }
    for (int i = 0; status == MPCF_OK && i < 2; i++) {
        pickle_clear(&p);
        status = next_pickle(f, s, &p, err);
    }
    if (status == MPCF_OK && says_big_endian(&p)) {
        status = mpcf_fail(err, MPCF_E_UNSUPPORTED, "'%s': its byte order is not little", f->name);
    }
    pickle_clear(&p);
    return status;
}

/* The storage KEY, which comes next; one that nothing refers to cannot be skipped. */
static mpcf_status read_stream_storage(const struct torch_file *f, struct source *s,
                                       const struct pickle *keys, uint32_t key, mpcf_error *err)
{
    size_t length = 0;
    const char *text = pickle_text(keys, key, &length);
    struct torch_storage *storage =
        text != NULL ? torch_storages_find(&s->storages, text, length) : NULL;
    uint64_t count = 0, bytes = 0;

    if (storage == NULL) {
        return mpcf_fail(err, MPCF_E_FORMAT, "'%s': a storage that no tensor refers to", f->name);
    }
    if (s->length - s->at >= sizeof count) {
        memcpy(&count, s->data + s->at, sizeof count);
        s->at += sizeof count;
    }
    if (count != storage->count || !torch_storage_bytes(storage, &bytes)) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "'%s': a storage has %llu elements, its pickle says %llu: the file is "
                         "truncated or damaged",
                         f->name, (unsigned long long) count, (unsigned long long) storage->count);
    }
    MPCF_TRY(torch_storage_set(&s->pickle, storage, s->data + s->at, s->length - s->at, err));
    s->at += (size_t) bytes;
    return MPCF_OK;
}

static mpcf_status read_stream(const struct torch_file *f, struct source *s, mpcf_error *err)
{
    struct pickle keys = {0};
    struct pickle_walk walk;
    uint32_t key = 0;
    mpcf_status status;

    MPCF_TRY(read_beginning(f, s, err));
    MPCF_TRY(next_pickle(f, s, &s->pickle, err));
    MPCF_TRY(torch_storages_list(&s->pickle, &s->storages, err));
    status = next_pickle(f, s, &keys, err);
    if (status == MPCF_OK) {
        walk = pickle_items(&keys, keys.root);
        while (status == MPCF_OK && pickle_next(&keys, &walk, &key)) {
            status = read_stream_storage(f, s, &keys, key, err);
        }
    }
    pickle_clear(&keys);
    return status;
}

/* --- The file --- */

static mpcf_status read_all(struct torch_file *f, struct source *s, mpcf_error *err)
{
    if (torch_zip_is(s->data, s->length)) {
        MPCF_TRY(read_zip(f, s, err));
    } else if (s->length > 0 && s->data[0] == 0x80) {
        MPCF_TRY(read_stream(f, s, err));
    } else {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "'%s' is not of torch.save(): it begins neither as a zip archive nor as a "
                         "pickle",
                         f->name);
    }
    return torch_tensors_list(&s->pickle, &s->storages, f->arena, &f->tensors, &f->count, err);
}

static struct torch_file *create(const char *name)
{
    struct arena *arena = arena_create();
    struct torch_file *f = arena == NULL ? NULL : arena_alloc(arena, 1, sizeof *f);
    const char *kept = f == NULL ? NULL : arena_strdup(arena, name);

    if (kept == NULL) {
        arena_destroy(arena);
        return NULL;
    }
    f->arena = arena;
    f->name = kept;
    return f;
}

mpcf_status torch_file_parse(const void *data, size_t length, const char *name,
                             struct torch_file **out, mpcf_error *err)
{
    struct torch_file *f = create(name);
    struct source s = {.data = data, .length = length};
    mpcf_status status;

    if (f == NULL) {
        return mpcf_fail_memory(err, sizeof *f, "a reader of torch.save()'s files");
    }
    status = read_all(f, &s, err);
    torch_storages_clear(&s.storages);
    pickle_clear(&s.pickle);
    if (status != MPCF_OK) {
        torch_file_close(f);
        return status;
    }
    *out = f;
    return MPCF_OK;
}

mpcf_status torch_file_open(const char *path, struct torch_file **out, mpcf_error *err)
{
    struct file_map map = {0};
    struct torch_file *f = NULL;
    mpcf_status status;

    MPCF_TRY(file_map_open(path, &map, err));
    status = torch_file_parse(map.data, map.length, path, &f, err);
    if (status != MPCF_OK) {
        file_map_close(&map);
        return status;
    }
    f->map = map;
    *out = f;
    return MPCF_OK;
}

void torch_file_close(struct torch_file *f)
{
    if (f == NULL) {
        return;
    }
    torch_zip_close(f->zip);
    if (f->map.data != NULL) {
        file_map_close(&f->map);
    }
    arena_destroy(f->arena);
}

size_t torch_file_count(const struct torch_file *f)
{
    return f->count;
}

const struct tensor *torch_file_tensor(const struct torch_file *f, size_t i)
{
    return i < f->count ? &f->tensors[i] : NULL;
}
