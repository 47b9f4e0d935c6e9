/* SPDX-License-Identifier: Apache-2.0 */
/* Which fields a message of Protocol Buffers has. */
#include "text/protobuf_wire.h"

#include <string.h>

#define VARINT_BYTES 10

static bool read_varint(struct wire *w, uint64_t *value)
{
    *value = 0;
    for (unsigned i = 0; i < VARINT_BYTES && w->at < w->end; i++) {
        const uint8_t byte = *w->at++;

        *value |= (uint64_t) (byte & 0x7f) << (7 * i);
        if ((byte & 0x80) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_fixed(struct wire *w, unsigned bytes, uint64_t *value)
{
    *value = 0;
    if ((size_t) (w->end - w->at) < bytes) {
        return false;
    }
    for (unsigned i = 0; i < bytes; i++) {
        *value |= (uint64_t) *w->at++ << (8 * i);
    }
    return true;
}

static bool read_bytes(struct wire *w, struct wire_field *field)
{
    uint64_t length = 0;

    if (!read_varint(w, &length) || length > (size_t) (w->end - w->at)) {
        return false;
    }
    field->bytes = w->at;
    field->length = (size_t) length;
    w->at += length;
    return true;
}

static bool read_value(struct wire *w, struct wire_field *field)
{
    switch (field->type) {
    case WIRE_VARINT:
        return read_varint(w, &field->value);
    case WIRE_FIXED64:
        return read_fixed(w, 8, &field->value);
    case WIRE_BYTES:
        return read_bytes(w, field);
    case WIRE_FIXED32:
        return read_fixed(w, 4, &field->value);
    default:
        return false;
    }
}

bool wire_next(struct wire *w, struct wire_field *field)
{
    uint64_t key = 0;

    *field = (struct wire_field){0};
    if (w->at == w->end || w->is_broken) {
        return false;
    }
    w->is_broken = !read_varint(w, &key) || key >> 3 == 0 || key > UINT32_MAX;
    if (!w->is_broken) {
        field->number = (uint32_t) (key >> 3);
        field->type = (enum wire_type)(key & 7);
        w->is_broken = !read_value(w, field);
    }
    return !w->is_broken;
}

struct wire wire_inside(const struct wire_field *field)
{
    return (struct wire){.at = field->bytes, .end = field->bytes + field->length};
}

float wire_float(const struct wire_field *field)
{
    const uint32_t bits = (uint32_t) field->value;
    float value = 0;

    memcpy(&value, &bits, sizeof value);
    return value;
}
