/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pickles of strangers: whatever the bytes are, every value refers to values that are there, and they take
 * memory in proportion.
 */
#include <stdint.h>
#include <stdlib.h>

#include "format/pickle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const struct pickle *p, uint32_t value)
{
    struct pickle_walk walk = pickle_items(p, value);
    uint32_t item = 0;
    size_t length = 0, count = 0;
    const char *text = pickle_text(p, value, &length);

    while (pickle_next(p, &walk, &item)) {
        if (item >= p->value_count) {
            abort();
        }
        count++;
    }
    if (text != NULL && ((const unsigned char *) text < p->data ||
                         length > p->length - (size_t) ((const unsigned char *) text - p->data))) {
        abort();
    }
    if (pickle_kind(p, value) == PICKLE_DICT && count % 2 != 0) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pickle p = {0};
    size_t used = 0;
    const mpcf_status status = pickle_read(data, size, "fuzz", &p, &used, NULL);

    if (status == MPCF_OK && (used > size || p.root >= p.value_count)) {
        abort();
    }
    for (size_t i = 0; i < p.value_count; i++) {
        look_at(&p, (uint32_t) i);
    }
    pickle_clear(&p);
    return 0;
}
