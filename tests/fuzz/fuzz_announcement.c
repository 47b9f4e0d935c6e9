/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's announcement of an inference: what is taken is within bounds and can be sent again.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "inference/announcement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t wire[ANNOUNCEMENT_BYTES] = {0}, again[ANNOUNCEMENT_BYTES];
    struct announcement a, other;

    memcpy(wire, data, size < sizeof wire ? size : sizeof wire);
    if (announcement_decode(wire, &a, NULL) != MPCF_OK) {
        return 0;
    }
    announcement_encode(&a, again);
    if (announcement_decode(again, &other, NULL) != MPCF_OK || other.kind != a.kind ||
        other.shape.tokens != a.shape.tokens || other.number != a.number ||
        announcement_questions(&other) != announcement_questions(&a) ||
        announcement_is_beyond(&other, &other.limit) != announcement_is_beyond(&a, &a.limit) ||
        strcmp(other.digest, a.digest) != 0) {
        abort();
    }
    return 0;
}
