/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first bytes of a stranger: a hello that is taken is sent again as it came but for its MAC,
 * which proves nothing; and what speaks another protocol is told at any length.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "channel/foreign.h"
#include "channel/handshake.h"
#include "channel/hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void tell_foreign(const uint8_t *data, size_t size)
{
    for (size_t length = 0; length <= size && length <= FOREIGN_BYTES; length++) {
        uint8_t *exact = malloc(length + 1); /* a byte behind it is a finding */
        if (exact == NULL) {
            abort();
        }
        memcpy(exact + 1, data, length);
        const char *name = foreign_protocol(exact + 1, length);
        if (length == 0 && name != NULL) {
            abort();
        }
        free(exact);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t key[LINK_KEY_BYTES] = {1};
    uint8_t wire[HELLO_BYTES] = {0}, again[HELLO_BYTES], own[HELLO_BYTES];
    struct hello h,
        mine = {HANDSHAKE_PROTOCOL, ROLE_USER, ROLE_DEALER, true, false, {2}, false, {0}};
    tell_foreign(data, size);
    memcpy(wire, data, size < sizeof(wire) ? size : sizeof(wire));
    if (hello_decode(wire, &h, NULL) != MPCF_OK || h.protocol != HANDSHAKE_PROTOCOL) {
        return 0;
    }
    hello_encode(&h, again);
    if (memcmp(wire, again, HELLO_BYTES - HELLO_MAC_BYTES) != 0) {
        abort();
    }
    hello_encode(&mine, own);
    if (hello_check_seal(own, wire, key, NULL) != MPCF_E_AUTH) {
        abort();
    }
    return 0;
}
