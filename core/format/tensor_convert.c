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
    [TENSOR_F32] = {"F32", 4},         [TENSOR_F16] = {"F16", 2},
    [TENSOR_BF16] = {"BF16", 2},       [TENSOR_F64] = {"F64", 8},
    [TENSOR_I8] = {"I8", 1},           [TENSOR_U8] = {"U8", 1},
    [TENSOR_I16] = {"I16", 2},         [TENSOR_I32] = {"I32", 4},
    [TENSOR_I64] = {"I64", 8},         [TENSOR_BOOL] = {"BOOL", 1},
    [TENSOR_U16] = {"U16", 2},         [TENSOR_U32] = {"U32", 4},
    [TENSOR_U64] = {"U64", 8},         [TENSOR_F8_E4M3] = {"F8_E4M3", 1},
    [TENSOR_F8_E5M2] = {"F8_E5M2", 1}, [TENSOR_OTHER] = {"another", 0},
};
#define TYPE_COUNT (sizeof(types) / sizeof(types[0]))

size_t tensor_type_size(enum tensor_type type)
{
    assert((size_t) type < TYPE_COUNT);
    return types[type].size;
}

size_t tensor_bytes(const struct tensor *t)
{
    return t->type == TENSOR_OTHER || t->stride != NULL ? t->bytes : t->count * types[t->type].size;
}

const char *tensor_type_name(enum tensor_type type)
{
    assert((size_t) type < TYPE_COUNT);
    return types[type].name;
}

bool tensor_type_parse(const char *name, enum tensor_type *type)
{
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (i != TENSOR_OTHER && strcmp(name, types[i].name) == 0) {
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

/* 1 sign, 4 exponent (bias 7), 3 mantissa bits; all ones is no number, and nothing is infinite.
 * Source: Micikevicius et al., FP8 Formats for Deep Learning, 2022, table 1. */
static float float_of_e4m3(uint8_t bits)
{
    const unsigned exponent = (bits >> 3) & 15u, mantissa = bits & 7u;
    float size = exponent == 0 ? (float) mantissa * 0x1p-9f
                               : ldexpf((float) (8u + mantissa), (int) exponent - 10);

    if ((bits & 0x7fu) == 0x7fu) {
        size = NAN;
    }
    return (bits & 0x80u) == 0 ? size : -size;
}

static void floats_from_e4m3(const unsigned char *data, size_t count, float *out)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = float_of_e4m3(data[i]);
    }
}

/* The upper half of a half. */
static void floats_from_e5m2(const unsigned char *data, size_t count, float *out)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = float_of_half((uint16_t) ((unsigned) data[i] << 8));
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

static mpcf_status dense_floats(const struct tensor *t, float *out, mpcf_error *err)
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
    case TENSOR_F8_E4M3:
        floats_from_e4m3(t->data, t->count, out);
        return MPCF_OK;
    case TENSOR_F8_E5M2:
        floats_from_e5m2(t->data, t->count, out);
        return MPCF_OK;
    default:
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "tensor '%.200s' has type %.40s, expected F32, F16, BF16, F64, F8_E4M3 or "
                         "F8_E5M2",
                         t->name, t->type_name != NULL ? t->type_name : tensor_type_name(t->type));
    }
}

/* --- Elements that do not lie densely --- */

/* Index is that of an element; the next one's, as rows are walked. */
static void next_index(const struct tensor *t, uint64_t *index)
{
    for (size_t i = t->rank; i > 0; i--) {
        if (++index[i - 1] < t->dim[i - 1]) {
            return;
        }
        index[i - 1] = 0;
    }
}

/* COUNT elements from INDEX on, close together in BLOCK. */
static void gather(const struct tensor *t, uint64_t *index, size_t count, unsigned char *block)
{
    const size_t size = tensor_type_size(t->type);

    for (size_t i = 0; i < count; i++) {
        uint64_t at = 0;

        for (size_t k = 0; k < t->rank; k++) {
            at += index[k] * t->stride[k];
        }
        memcpy(block + i * size, (const unsigned char *) t->data + at * size, size);
        next_index(t, index);
    }
}

#define PIECE 512
typedef mpcf_status dense_function(const struct tensor *t, void *out, mpcf_error *err);

/* DENSE on pieces of T; an element of OUT has SIZE bytes. */
static mpcf_status in_pieces(const struct tensor *t, dense_function *dense, size_t size, void *out,
                             mpcf_error *err)
{
    unsigned char block[8 * PIECE];
    uint64_t index[sizeof t->dim / sizeof t->dim[0]] = {0};

    if (t->stride == NULL || tensor_type_size(t->type) == 0) {
        return dense(t, out, err);
    }
    for (size_t i = 0; i < t->count; i += PIECE) {
        struct tensor piece = *t;

        piece.stride = NULL;
        piece.data = block;
        piece.count = t->count - i < PIECE ? t->count - i : PIECE;
        gather(t, index, piece.count, block);
        MPCF_TRY(dense(&piece, (unsigned char *) out + i * size, err));
    }
    return MPCF_OK;
}

static mpcf_status floats_function(const struct tensor *t, void *out, mpcf_error *err)
{
    return dense_floats(t, out, err);
}

mpcf_status tensor_floats(const struct tensor *t, float *out, mpcf_error *err)
{
    return in_pieces(t, floats_function, sizeof *out, out, err);
}

/* Copies T's elements, SIZE bytes each, with their sign where they have one. */
#define INTEGERS_FROM(type)                                                                        \
    for (size_t i = 0; i < t->count; i++) {                                                        \
        type value;                                                                                \
        memcpy(&value, data + sizeof(value) * i, sizeof(value));                                   \
        out[i] = (int64_t) value;                                                                  \
    }                                                                                              \
    return MPCF_OK

static mpcf_status dense_integers(const struct tensor *t, int64_t *out, mpcf_error *err)
{
    const unsigned char *data = t->data;
    switch (t->type) {
    case TENSOR_I8:
        INTEGERS_FROM(int8_t);
    case TENSOR_U8:
        INTEGERS_FROM(uint8_t);
    case TENSOR_U16:
        INTEGERS_FROM(uint16_t);
    case TENSOR_U32:
        INTEGERS_FROM(uint32_t);
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
        return mpcf_fail(
            err, MPCF_E_FORMAT,
            "tensor '%.200s' has type %.40s, expected whole numbers of 32 bits or with "
            "a sign",
            t->name, t->type_name != NULL ? t->type_name : tensor_type_name(t->type));
    }
}

static mpcf_status integers_function(const struct tensor *t, void *out, mpcf_error *err)
{
    return dense_integers(t, out, err);
}

mpcf_status tensor_integers(const struct tensor *t, int64_t *out, mpcf_error *err)
{
    return in_pieces(t, integers_function, sizeof *out, out, err);
}
