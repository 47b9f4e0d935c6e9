/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stranger's precompiled_charsmap, behind a byte that says how many bytes of text come first.
 */
#include <stdint.h>

#include "fuzz_unigram.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct precompiled p;
    size_t text = size > 0 ? data[0] : 0;

    if (size < 1 + text) {
        return 0;
    }
    if (precompiled_read(&p, data + 1 + text, size - 1 - text, "fuzz", NULL) == MPCF_OK) {
        fuzz_precompiled(&p, (const char *) data + 1, text);
        precompiled_clear(&p);
    }
    return 0;
}
