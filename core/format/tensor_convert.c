/* SPDX-License-Identifier: Apache-2.0 */
/* What the elements of a tensor are as floats or integers, whatever type the file has them in. */
#include "format/tensor_convert.h"

#include <assert.h>
#include <math.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tensors are copied as they lie");

static const struct {
    const char *name;
    size_t size;
} types[] = {
    [TENSOR_F32] = {"F32", 4},   [TENSOR_F16] = {"F16", 2}, [TENSOR_BF16] = {"BF16", 2},
    [TENSOR_F64] = {"F64", 8},   [TENSOR_I8] = {"I8", 1},   [TENSOR_U8] = {"U8", 1},
    [TENSOR_I16] = {"I16", 2},   [TENSOR_I32] = {"I32", 4}, [TENSOR_I64] = {"I64", 8},
    [TENSOR_BOOL] = {"BOOL", 1},
};
#define TYPE_COUNT (sizeof(types) / sizeof(types[0]))

size_t tensor_type_size(enum tensor_type type)
{
    assert((size_t) type < TYPE_COUNT);
    return types[type].size;
}

const char *tensor_type_name(enum tensor_type type)
{
    assert((size_t) type < TYPE_COUNT);
    return types[type].name;
}

bool tensor_type_parse(const char *name, enum tensor_type *type)
{
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (strcmp(name, types[i].name) == 0) {
            *type = (enum tensor_type) i;
            return true;
        }
    }
    return false;
}

static float float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* 1 sign, 5 exponent (bias 15), 10 mantissa bits; every value is a float. */
static float float_of_half(uint16_t half)
{
    uint32_t sign = (uint32_t) (half & 0x8000u) << 16;
    uint32_t exponent = (half >> 10) & 0x1fu;
    uint32_t mantissa = half & 0x3ffu;
    if (exponent == 0) { /* zero or subnormal: mantissa * 2^-24 */
        float size = (float) mantissa * 0x1p-24f;
        return sign == 0 ? size : -size;
    }
    uint32_t wide = exponent == 31 ? 255u : exponent + (127u - 15u);
    return float_of_bits(sign | wide << 23 | mantissa << 13);
}

static void floats_from_halves(const unsigned char *data, size_t count, float *out)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t half;
        memcpy(&half, data + 2 * i, sizeof(half));
        out[i] = float_of_half(half);
    }
}

/* bfloat16 is the upper half of a float. */
static void floats_from_bfloats(const unsigned char *data, size_t count, float *out)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t upper;
        memcpy(&upper, data + 2 * i, sizeof(upper));
        out[i] = float_of_bits((uint32_t) upper << 16);
    }
}

static mpcf_status floats_from_doubles(const struct tensor *t, float *out, mpcf_error *err)
{
    const unsigned char *data = t->data;
    for (size_t i = 0; i < t->count; i++) {
        double value;
        memcpy(&value, data + 8 * i, sizeof(value));
        float rounded = (float) value;
        if (isinf(rounded) && !isinf(value)) {
            return mpcf_fail(err, MPCF_E_FORMAT, "tensor '%.200s': %g at element %zu is no float",
                             t->name, value, i);
        }
        out[i] = rounded;
    }
    return MPCF_OK;
}

mpcf_status tensor_floats(const struct tensor *t, float *out, mpcf_error *err)
{
    switch (t->type) {
    case TENSOR_F32:
        if (t->count > 0) {
            memcpy(out, t->data, t->count * sizeof(*out));
        }
        return MPCF_OK;
    case TENSOR_F16:
        floats_from_halves(t->data, t->count, out);
        return MPCF_OK;
    case TENSOR_BF16:
        floats_from_bfloats(t->data, t->count, out);
        return MPCF_OK;
    case TENSOR_F64:
        return floats_from_doubles(t, out, err);
    default:
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "tensor '%.200s' has type %s, expected F32, F16, BF16 or F64", t->name,
                         tensor_type_name(t->type));
    }
}

/* Copies T's elements, SIZE bytes each, with their sign where they have one. */
#define INTEGERS_FROM(type)                                                                        \
    for (size_t i = 0; i < t->count; i++) {                                                        \
        type value;                                                                                \
        memcpy(&value, data + sizeof(value) * i, sizeof(value));                                   \
        out[i] = (int64_t) value;                                                                  \
    }                                                                                              \
    return MPCF_OK

mpcf_status tensor_integers(const struct tensor *t, int64_t *out, mpcf_error *err)
{
    const unsigned char *data = t->data;
    switch (t->type) {
    case TENSOR_I8:
        INTEGERS_FROM(int8_t);
    case TENSOR_U8:
        INTEGERS_FROM(uint8_t);
    case TENSOR_I16:
        INTEGERS_FROM(int16_t);
    case TENSOR_I32:
        INTEGERS_FROM(int32_t);
    case TENSOR_I64:
        INTEGERS_FROM(int64_t);
    case TENSOR_BOOL:
        for (size_t i = 0; i < t->count; i++) {
            out[i] = data[i] != 0;
        }
        return MPCF_OK;
    default:
        return mpcf_fail(err, MPCF_E_FORMAT, "tensor '%.200s' has type %s, expected whole numbers",
                         t->name, tensor_type_name(t->type));
    }
}
