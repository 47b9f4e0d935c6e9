/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message being written or read: arrays of k-bit numbers, each starting at a whole byte.
 */
#ifndef MPCF_PROTOCOL_MESSAGE_H
#define MPCF_PROTOCOL_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

struct message {
    uint8_t *data;
    size_t length; /* of data */
    size_t at;
};

/* The place of the next COUNT numbers of BITS bits, which it steps over. */
struct packed_array {
    uint8_t *data;
    unsigned bits;
};
struct packed_array message_array(struct message *m, size_t count, unsigned bits);
/* N numbers from element FIRST on, which starts at a whole byte. */
void packed_write(struct packed_array a, size_t first, const uint64_t *x, size_t n);
void packed_read(struct packed_array a, size_t first, uint64_t *x, size_t n);
/* Bits of an array of COUNT numbers, in whole bytes: what costs are made of. BITS may be beyond 64
 * while rings are searched. */
uint64_t packed_cost(size_t count, unsigned bits);

#endif
