/* SPDX-License-Identifier: Apache-2.0 */
/* Which storages a pickle refers to. */
#include "format/torch_storage.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static mpcf_status read_storage(const struct pickle *p, uint32_t value, struct torch_storage *s,
                                mpcf_error *err)
{
    uint32_t items[5];

    if (!pickle_take(p, value, items, 5)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "'%s': a storage lacks its facts", p->name);
    }
    s->type = pickle_kind(p, items[1]) == PICKLE_GLOBAL ? p->values[items[1]].as.global : NULL;
    s->key = pickle_text(p, items[2], &s->key_length);
    if (s->type == NULL || s->type->size == 0 || s->key == NULL ||
        !pickle_number(p, items[4], &s->count)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "'%s': a storage without type, key or size", p->name);
    }
    return MPCF_OK;
}

static int compare_keys(const void *a, const void *b)
{
    const struct torch_storage *x = a;
    const struct torch_storage *y = b;
    const size_t shorter = x->key_length < y->key_length ? x->key_length : y->key_length;
    const int order = memcmp(x->key, y->key, shorter);

    return order != 0 ? order : (x->key_length > y->key_length) - (x->key_length < y->key_length);
}

/* Equal keys are one storage; that they agree is judged where their bytes are given. */
static void drop_copies(struct torch_storages *storages)
{
    size_t kept = 0;

    for (size_t i = 0; i < storages->count; i++) {
        if (kept == 0 || compare_keys(&storages->items[kept - 1], &storages->items[i]) != 0) {
            storages->items[kept++] = storages->items[i];
        }
    }
    storages->count = kept;
}

mpcf_status torch_storages_list(struct pickle *p, struct torch_storages *out, mpcf_error *err)
{
    size_t count = 0;

    *out = (struct torch_storages){0};
    for (size_t i = 0; i < p->value_count; i++) {
        count += p->values[i].kind == PICKLE_STORAGE;
    }
    MPCF_TRY(pickle_reserve(p, count * sizeof *out->items, err));
    out->items = mpcf_alloc_array(count + 1, sizeof *out->items);
    if (out->items == NULL) {
        return mpcf_fail_memory(err, count * sizeof *out->items, "a list of storages");
    }
    for (size_t i = 0; i < p->value_count; i++) {
        if (p->values[i].kind == PICKLE_STORAGE) {
            MPCF_TRY(read_storage(p, (uint32_t) i, &out->items[out->count], err));
            out->count++;
        }
    }
    qsort(out->items, out->count, sizeof *out->items, compare_keys);
    drop_copies(out);
    return MPCF_OK;
}

void torch_storages_clear(struct torch_storages *storages)
{
    mpcf_free(storages->items);
    *storages = (struct torch_storages){0};
}

struct torch_storage *torch_storages_find(const struct torch_storages *storages, const char *key,
                                          size_t length)
{
    const struct torch_storage wanted = {.key = key, .key_length = length};

    return bsearch(&wanted, storages->items, storages->count, sizeof wanted, compare_keys);
}

bool torch_storage_bytes(const struct torch_storage *storage, uint64_t *bytes)
{
    return !__builtin_mul_overflow(storage->count, storage->type->size, bytes);
}

mpcf_status torch_storage_set(const struct pickle *p, struct torch_storage *storage,
                              const unsigned char *data, size_t length, mpcf_error *err)
{
    uint64_t bytes = 0;

    if (!torch_storage_bytes(storage, &bytes) || bytes > length) {
        return mpcf_fail(
            err, MPCF_E_FORMAT,
            "'%s': storage '%.*s' should have %llu elements of %u bytes, but there are "
            "%zu bytes: the file is truncated or not whole",
            p->name, (int) (storage->key_length < 60 ? storage->key_length : 60), storage->key,
            (unsigned long long) storage->count, storage->type->size, length);
    }
    storage->data = data;
    return MPCF_OK;
}
