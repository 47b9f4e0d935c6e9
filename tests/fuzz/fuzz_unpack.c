/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files by gzip and others: in small reads and in large ones the same bytes, or the same refusal.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpcf/unpack.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define UNPACKED_LIMIT ((uint64_t) 1 << 20) /* it may be a thousand times the input */

struct outcome {
    mpcf_status status;
    uint64_t length, sum;
};

static struct outcome walk(const uint8_t *data, size_t size, size_t step)
{
    struct outcome o = {MPCF_OK, 0, 0};
    FILE *file = fmemopen((void *) (uintptr_t) data, size, "rb");
    unsigned char piece[4096];
    mpcf_unpack *u = NULL;
    size_t got = 1;

    if (file == NULL) {
        return o;
    }
    o.status = mpcf_unpack_open(file, "fuzz", &u, NULL);
    while (o.status == MPCF_OK && got > 0 && o.length < UNPACKED_LIMIT) {
        o.status = mpcf_unpack_read(u, piece, step, &got, NULL);
        for (size_t i = 0; o.status == MPCF_OK && i < got; i++) {
            o.sum = o.sum * 31 + piece[i];
        }
        o.length += o.status == MPCF_OK ? got : 0;
    }
    mpcf_unpack_close(u);
    (void) fclose(file);
    return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct outcome small = size > 0 ? walk(data, size, 64) : (struct outcome){MPCF_OK, 0, 0};
    const struct outcome large = size > 0 ? walk(data, size, 4096) : small;

    if (small.status != large.status && small.length < UNPACKED_LIMIT &&
        large.length < UNPACKED_LIMIT) {
        abort();
    }
    if (small.status == MPCF_OK && large.status == MPCF_OK &&
        (small.length != large.length || small.sum != large.sum)) {
        abort();
    }
    return 0;
}
