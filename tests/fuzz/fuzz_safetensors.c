/* SPDX-License-Identifier: Apache-2.0 */
/*
 * safetensors files of strangers: whatever the bytes are, an accepted tensor lies inside them.
 */
#include <stdint.h>
#include <stdlib.h>

#include "format/safetensors.h"

#define COUNT_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads all of T, so that the sanitizers see a place outside. */
static void read_all(const struct tensor *t)
{
    static union {
        float floats[COUNT_MAX];
        int64_t integers[COUNT_MAX];
    } out;
    if (t->count <= COUNT_MAX) {
        (void) tensor_floats(t, out.floats, NULL);
        (void) tensor_integers(t, out.integers, NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct safetensors *s = NULL;
    if (safetensors_parse(data, size, "fuzz", &s, NULL) != MPCF_OK) {
        return 0;
    }
    for (size_t i = 0; i < safetensors_count(s); i++) {
        const struct tensor *t = safetensors_tensor(s, i);
        read_all(t);
        if (safetensors_find(s, t->name) != t) {
            abort();
        }
    }
    safetensors_close(s);
    return 0;
}
