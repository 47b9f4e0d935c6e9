/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pytorch_model.bin of strangers, archives and streams: whatever the bytes are, an accepted tensor lies
 * inside them.
 */
#include <stdint.h>
#include <stdlib.h>

#include "format/tensor_convert.h"
#include "format/torch_file.h"

#define COUNT_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads all of T, so that the sanitizers see a place outside; and its last element, however many there are. */
static void read_all(const struct tensor *t)
{
    static union {
        float floats[COUNT_MAX];
        int64_t integers[COUNT_MAX];
    } out;
    const size_t bytes = tensor_bytes(t);

    if (t->count <= COUNT_MAX) {
        (void) tensor_floats(t, out.floats, NULL);
        (void) tensor_integers(t, out.integers, NULL);
    }
    if (t->count > 0 && bytes > 0) {
        (void) ((const volatile unsigned char *) t->data)[bytes - 1];
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct torch_file *f = NULL;

    if (torch_file_parse(data, size, "fuzz", &f, NULL) != MPCF_OK) {
        return 0;
    }
    for (size_t i = 0; i < torch_file_count(f); i++) {
        read_all(torch_file_tensor(f, i));
    }
    torch_file_close(f);
    return 0;
}
