/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handshake of a peer: what is taken can be sent again, and compares as equal to itself. A
 * refusal has a reason that can be printed, and any text can be one.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "channel/handshake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_reason(const struct handshake *h)
{
    size_t length = strlen(h->refusal);
    if (length >= HANDSHAKE_REFUSAL || (h->kind != REFUSAL_NONE) != (length != 0) ||
        (handshake_heed(h, NULL) == MPCF_OK) == (h->kind != REFUSAL_NONE)) {
        abort();
    }
    for (size_t i = 0; i < length; i++) {
        if (h->refusal[i] < ' ' || h->refusal[i] > '~') {
            abort();
        }
    }
}

static void refuse(struct handshake *h, const uint8_t *data, size_t size)
{
    static uint8_t wire[HANDSHAKE_BYTES];
    static struct handshake other;
    char text[2 * HANDSHAKE_REFUSAL] = "";
    memcpy(text, data, size < sizeof(text) ? size : sizeof(text) - 1);
    handshake_refuse(h, (enum handshake_refusal_kind)(1 + size % 3), text);
    handshake_encode(h, wire);
    if (handshake_decode(wire, sizeof(wire), &other, NULL) != MPCF_OK || other.kind != h->kind ||
        strcmp(other.refusal, h->refusal) != 0) {
        abort();
    }
    check_reason(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t wire[HANDSHAKE_BYTES], again[HANDSHAKE_BYTES];
    static struct handshake h, other;
    memset(wire, 0, sizeof(wire));
    memcpy(wire, data, size < sizeof(wire) ? size : sizeof(wire));
    if (handshake_decode(wire, sizeof(wire), &h, NULL) != MPCF_OK ||
        h.protocol != HANDSHAKE_PROTOCOL) {
        return 0;
    }
    handshake_encode(&h, again);
    if (handshake_decode(again, sizeof(again), &other, NULL) != MPCF_OK) {
        abort();
    }
    check_reason(&h);
    other.role = (h.role + 1) % 3;
    if (handshake_compare(&h, &other, NULL) != MPCF_OK) {
        abort();
    }
    refuse(&h, data, size);
    refuse(&h, data + size / 2, size - size / 2);
    return 0;
}
