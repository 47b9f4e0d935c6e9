/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the arguments of _rebuild_tensor() to a tensor: each element that its sizes and strides name
 * lies in its storage, or the file is refused.
 * Source: torch/_utils.py of PyTorch.
 */
#include "format/torch_tensor.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

#define RANK_MAX (sizeof((struct tensor *) 0)->dim / sizeof((struct tensor *) 0)->dim[0])

/* What a state dict's value is made of. */
struct view {
    const struct torch_storage *storage;
    const struct pickle_global *type; /* of its elements */
    uint64_t offset;                  /* elements */
    uint64_t stride[RANK_MAX];
};

static mpcf_status fail_tensor(const struct pickle *p, const struct tensor *t, const char *what,
                               mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_FORMAT, "'%s': tensor '%.200s': %s", p->name, t->name, what);
}

static mpcf_status read_numbers(const struct pickle *p, uint32_t value, const struct tensor *t,
                                uint64_t *numbers, size_t *count, mpcf_error *err)
{
    struct pickle_walk walk = pickle_items(p, value);
    uint32_t item = 0;

    *count = 0;
    while (pickle_next(p, &walk, &item)) {
        if (*count == RANK_MAX) {
            return fail_tensor(p, t, "more than 8 dimensions", err);
        }
        if (!pickle_number(p, item, &numbers[(*count)++])) {
            return fail_tensor(p, t, "a size or stride is no whole number from 0 on", err);
        }
    }
    return MPCF_OK;
}

/* Elements, and whether the strides are those of rows without holes. */
static mpcf_status measure(const struct pickle *p, const struct view *v, struct tensor *t,
                           uint64_t *last, bool *is_dense, mpcf_error *err)
{
    uint64_t count = 1, way = 0;

    *last = v->offset;
    *is_dense = true;
    for (size_t i = t->rank; i > 0; i--) {
        const uint64_t dim = t->dim[i - 1];

        *is_dense = *is_dense && (dim == 1 || v->stride[i - 1] == count);
        if (__builtin_mul_overflow(count, dim, &count) || count > SIZE_MAX / 16) {
            return fail_tensor(p, t, "more elements than memory can hold", err);
        }
        if (dim > 0 && (__builtin_mul_overflow(dim - 1, v->stride[i - 1], &way) ||
                        __builtin_add_overflow(*last, way, last))) {
            return fail_tensor(p, t, "its strides lead out of its storage", err);
        }
    }
    t->count = (size_t) count;
    return MPCF_OK;
}

static mpcf_status place(const struct pickle *p, const struct view *v, struct arena *arena,
                         struct tensor *t, mpcf_error *err)
{
    uint64_t last = 0, room = v->storage->count;
    bool is_dense = true;

    if (v->type->size != v->storage->type->size) { /* an untyped one counts bytes */
        room = room * v->storage->type->size / v->type->size;
    }
    MPCF_TRY(measure(p, v, t, &last, &is_dense, err));
    if (t->count == 0) {
        t->data = v->storage->data;
        return MPCF_OK;
    }
    if (last >= room) {
        return fail_tensor(p, t, "its elements lie beyond the end of its storage", err);
    }
    t->data = v->storage->data + v->offset * v->type->size;
    t->bytes = (size_t) ((last - v->offset + 1) * v->type->size);
    if (!is_dense) {
        uint64_t *stride = arena_alloc(arena, RANK_MAX, sizeof *stride);

        if (stride == NULL) {
            return mpcf_fail_memory(err, RANK_MAX * sizeof *stride, "a tensor's strides");
        }
        memcpy(stride, v->stride, sizeof v->stride);
        t->stride = stride;
    }
    return MPCF_OK;
}

/* The storage of ITEM, and of which type its elements are. A torch.dtype says so itself. */
static mpcf_status find_storage(const struct pickle *p, const struct torch_storages *storages,
                                const uint32_t *items, const struct tensor *t, struct view *v,
                                mpcf_error *err)
{
    const bool has_type = pickle_kind(p, items[6]) == PICKLE_GLOBAL;
    uint32_t facts[6] = {0};
    size_t length = 0;
    const char *key = NULL;

    if (pickle_kind(p, items[0]) == PICKLE_STORAGE && pickle_take(p, items[0], facts, 5)) {
        key = pickle_text(p, facts[2], &length);
    }
    if (key == NULL) {
        return fail_tensor(p, t, "it has no storage", err);
    }
    if (pickle_take(p, items[0], facts, 6) && pickle_kind(p, facts[5]) != PICKLE_NONE) {
        return fail_tensor(p, t, "a view of a storage, as PyTorch 0.1 wrote it, is not read", err);
    }
    v->storage = torch_storages_find(storages, key, length);
    if (v->storage == NULL || v->storage->data == NULL) {
        return fail_tensor(p, t, "its storage is not in the file", err);
    }
    v->type = p->values[facts[1]].as.global;
    if (has_type) {
        v->type = p->values[items[6]].as.global;
    }
    if (v->type->size == 0 || (!has_type && v->type != v->storage->type)) {
        return fail_tensor(p, t, "its type is not that of its storage", err);
    }
    return MPCF_OK;
}

static mpcf_status read_tensor(const struct pickle *p, const struct torch_storages *storages,
                               uint32_t value, struct arena *arena, struct tensor *t,
                               mpcf_error *err)
{
    struct view v = {0};
    uint32_t items[7] = {0};
    size_t strides = 0;

    (void) pickle_take(p, value, items, 7); /* the last of older calls are not there */
    if (!pickle_take(p, value, items, 4) || !pickle_number(p, items[1], &v.offset)) {
        return fail_tensor(p, t, "it lacks storage, place, sizes or strides", err);
    }
    MPCF_TRY(find_storage(p, storages, items, t, &v, err));
    MPCF_TRY(read_numbers(p, items[2], t, t->dim, &t->rank, err));
    MPCF_TRY(read_numbers(p, items[3], t, v.stride, &strides, err));
    if (strides != t->rank) {
        return fail_tensor(p, t, "not a stride for each size", err);
    }
    t->type = v.type->type;
    t->type_name = t->type == TENSOR_OTHER ? v.type->name : NULL;
    return place(p, &v, arena, t, err);
}

/* --- The state dict --- */

static bool is_key(const struct pickle *p, uint32_t value, const char *word)
{
    size_t length = 0;
    const char *text = pickle_text(p, value, &length);

    return text != NULL && length == strlen(word) && memcmp(text, word, length) == 0;
}

/* DICT's pairs that are tensors; *INNER is what stands under `state_dict`. */
static size_t count_tensors(const struct pickle *p, uint32_t dict, uint32_t *inner)
{
    struct pickle_walk walk = pickle_items(p, dict);
    uint32_t key = 0, value = 0;
    size_t count = 0;

    while (pickle_next(p, &walk, &key) && pickle_next(p, &walk, &value)) {
        count += pickle_kind(p, value) == PICKLE_TENSOR;
        if (is_key(p, key, "state_dict") && pickle_kind(p, value) == PICKLE_DICT) {
            *inner = value;
        }
    }
    return count;
}

static mpcf_status name_tensor(const struct pickle *p, uint32_t key, struct arena *arena,
                               struct tensor *t, mpcf_error *err)
{
    size_t length = 0;
    const char *text = pickle_text(p, key, &length);
    char *name = NULL;

    if (text == NULL || text_utf8_valid(text, length) != length ||
        memchr(text, 0, length) != NULL) {
        return mpcf_fail(err, MPCF_E_FORMAT, "'%s': a tensor's name is no text", p->name);
    }
    name = arena_alloc(arena, length + 1, 1);
    if (name == NULL) {
        return mpcf_fail_memory(err, length + 1, "a tensor's name");
    }
    memcpy(name, text, length);
    t->name = name;
    return MPCF_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct tensor *) a)->name, ((const struct tensor *) b)->name);
}

static mpcf_status check_names(const struct pickle *p, const struct tensor *tensors, size_t count,
                               mpcf_error *err)
{
    for (size_t i = 1; i < count; i++) {
        if (strcmp(tensors[i - 1].name, tensors[i].name) == 0) {
            return fail_tensor(p, &tensors[i], "it is there twice", err);
        }
    }
    return MPCF_OK;
}

static mpcf_status read_all(const struct pickle *p, const struct torch_storages *storages,
                            uint32_t dict, struct arena *arena, struct tensor *tensors,
                            mpcf_error *err)
{
    struct pickle_walk walk = pickle_items(p, dict);
    uint32_t key = 0, value = 0;
    size_t at = 0;

    while (pickle_next(p, &walk, &key) && pickle_next(p, &walk, &value)) {
        if (pickle_kind(p, value) == PICKLE_TENSOR) {
            MPCF_TRY(name_tensor(p, key, arena, &tensors[at], err));
            MPCF_TRY(read_tensor(p, storages, value, arena, &tensors[at], err));
            at++;
        }
    }
    qsort(tensors, at, sizeof *tensors, compare_names);
    return check_names(p, tensors, at, err);
}

mpcf_status torch_tensors_list(struct pickle *p, const struct torch_storages *storages,
                               struct arena *arena, struct tensor **out, size_t *count,
                               mpcf_error *err)
{
    uint32_t dict = p->root, inner = 0;

    if (pickle_kind(p, dict) != PICKLE_DICT) {
        return mpcf_fail(err, MPCF_E_FORMAT, "'%s' holds no state dict", p->name);
    }
    *count = count_tensors(p, dict, &inner);
    if (*count == 0 && inner != 0) {
        dict = inner;
        *count = count_tensors(p, dict, &inner);
    }
    MPCF_TRY(pickle_reserve(p, *count * (sizeof **out + RANK_MAX * sizeof(uint64_t)), err));
    *out = arena_alloc(arena, *count + 1, sizeof **out);
    if (*out == NULL) {
        return mpcf_fail_memory(err, *count * sizeof **out, "a list of tensors");
    }
    return read_all(p, storages, dict, arena, *out, err);
}
