/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wire format of Protocol Buffers, field by field, in place
 * (protobuf.dev/programming-guides/encoding).
 *
 * Our own: protobuf-c's packages bring a C++ compiler of schemas into the build, its unpacker an
 * allocation for each of 250,000 pieces and errors without a place, for four kinds of value.
 */
#ifndef MPCF_TEXT_PROTOBUF_WIRE_H
#define MPCF_TEXT_PROTOBUF_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wire_type { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

/* A message that is being read; all it points to is the caller's. */
struct wire {
    const uint8_t *at, *end;
    bool is_broken; /* cut, or nothing of this format */
};

struct wire_field {
    uint32_t number;
    enum wire_type type;
    uint64_t value;       /* VARINT, FIXED64, FIXED32 */
    const uint8_t *bytes; /* BYTES */
    size_t length;
};

/* False: the message ends here, or W->is_broken. Groups, which nobody writes, are broken. */
bool wire_next(struct wire *w, struct wire_field *field);
/* The message inside a field of BYTES. */
struct wire wire_inside(const struct wire_field *field);
/* A FIXED32's bits as a float. */
float wire_float(const struct wire_field *field);

#endif
