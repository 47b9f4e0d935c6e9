/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hello of a peer: what is taken can be sent again, and compares as equal to itself.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "channel/hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t wire[HELLO_BYTES], again[HELLO_BYTES];
    static struct hello h, other;
    memset(wire, 0, sizeof(wire));
    memcpy(wire, data, size < sizeof(wire) ? size : sizeof(wire));
    if (hello_decode(wire, sizeof(wire), &h, NULL) != MPCF_OK || h.protocol != HELLO_PROTOCOL) {
        return 0;
    }
    hello_encode(&h, again);
    if (hello_decode(again, sizeof(again), &other, NULL) != MPCF_OK) {
        abort();
    }
    other.role = (h.role + 1) % 3;
    if (hello_compare(&h, &other, NULL) != MPCF_OK) {
        abort();
    }
    return 0;
}
