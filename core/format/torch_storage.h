/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The storages that a state dict's tensors lie in: blocks of elements, each under a key.
 */
#ifndef MPCF_FORMAT_TORCH_STORAGE_H
#define MPCF_FORMAT_TORCH_STORAGE_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "format/pickle_values.h"

struct torch_storage {
    const char *key; /* in the pickle's data, not ended by a zero */
    size_t key_length;
    const struct pickle_global *type;
    uint64_t count;            /* elements, as the pickle says */
    const unsigned char *data; /* NULL: not yet found; else COUNT elements, perhaps unaligned */
};

struct torch_storages {
    struct torch_storage *items; /* in order of their keys */
    size_t count;
};

/* All that P refers to, each once; torch_storages_clear(). */
mpcf_status torch_storages_list(struct pickle *p, struct torch_storages *out, mpcf_error *err);
void torch_storages_clear(struct torch_storages *storages);
/* NULL: there is none. */
struct torch_storage *torch_storages_find(const struct torch_storages *storages, const char *key,
                                          size_t length);
/* DATA, of LENGTH bytes, are those of STORAGE, if they suffice. */
mpcf_status torch_storage_set(const struct pickle *p, struct torch_storage *storage,
                              const unsigned char *data, size_t length, mpcf_error *err);
/* Bytes of its elements; false: more than 64 bits hold. */
bool torch_storage_bytes(const struct torch_storage *storage, uint64_t *bytes);

#endif
