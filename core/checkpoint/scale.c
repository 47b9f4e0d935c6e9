/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Published checkpoints in 8 bits: weight = F8 * scale, the scale of a tensor (`weight_scale`), of
 * each row, or of blocks (`weight_scale_inv`, which is multiplied by, too).
 * Source: FineGrainedFP8Config and CompressedTensorsConfig of the library transformers.
 */
#include "checkpoint/scale.h"

#include "base/memory.h"
#include "format/tensor_convert.h"

#define BLOCK_DEFAULT 128

bool scale_is_needed(const struct tensor *t)
{
    return t->type == TENSOR_F8_E4M3 || t->type == TENSOR_F8_E5M2;
}

static mpcf_status find_scale(const struct checkpoint *c, const struct tensor *t,
                              const struct tensor **out, mpcf_error *err)
{
    static const char *const ends[] = {"_scale_inv", "_scale"};
    const struct tensor *found = NULL;

    for (size_t i = 0; found == NULL && i < sizeof ends / sizeof ends[0]; i++) {
        char *name = mpcf_format("%s%s", t->name, ends[i]);

        if (name == NULL) {
            return mpcf_fail_memory(err, 0, "a scale's name");
        }
        found = checkpoint_tensor(c, name);
        mpcf_free(name);
    }
    if (found == NULL) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                         "tensor '%.200s' has type %s and no scale: neither '%.200s_scale_inv' nor "
                         "'%.200s_scale' is there",
                         t->name, tensor_type_name(t->type), t->name, t->name);
    }
    *out = found;
    return MPCF_OK;
}

/* Rows and columns that share a number: AXIS 0 or 1. */
static uint64_t block_size(const struct checkpoint *c, size_t axis)
{
    const json_t *facts = json_object_get(checkpoint_config(c), "quantization_config");
    const json_t *size = json_array_get(json_object_get(facts, "weight_block_size"), axis);

    return json_is_integer(size) && json_integer_value(size) > 0
               ? (uint64_t) json_integer_value(size)
               : BLOCK_DEFAULT;
}

/* How many elements of T, along each of its two dimensions, one number of SCALE is for. */
static bool find_blocks(const struct checkpoint *c, const struct tensor *t,
                        const struct tensor *scale, uint64_t block[2])
{
    const uint64_t rows = t->rank > 0 ? t->dim[0] : 1;
    const uint64_t columns = rows > 0 ? t->count / rows : 0;

    if (scale->count == 1) {
        block[0] = rows;
        block[1] = columns;
        return true;
    }
    if (scale->count == rows && (scale->rank == 1 || (scale->rank == 2 && scale->dim[1] == 1))) {
        block[0] = 1;
        block[1] = columns;
        return true;
    }
    block[0] = block_size(c, 0);
    block[1] = block_size(c, 1);
    return t->rank == 2 && scale->rank == 2 && scale->dim[0] == (rows + block[0] - 1) / block[0] &&
           scale->dim[1] == (columns + block[1] - 1) / block[1];
}

static void multiply(const struct tensor *t, const struct tensor *scale, const float *factors,
                     const uint64_t block[2], float *values)
{
    const uint64_t rows = t->rank > 0 ? t->dim[0] : 1, columns = t->count / rows;
    const uint64_t across = scale->count == 1 || block[1] >= columns ? 1 : scale->dim[1];

    for (uint64_t i = 0; i < rows; i++) {
        for (uint64_t k = 0; k < columns; k++) {
            values[i * columns + k] *= factors[i / block[0] * across + k / block[1]];
        }
    }
}

mpcf_status scale_apply(const struct checkpoint *c, const struct tensor *t, float *values,
                        mpcf_error *err)
{
    const struct tensor *scale = NULL;
    uint64_t block[2] = {0};
    float *factors = NULL;
    mpcf_status status;

    MPCF_TRY(find_scale(c, t, &scale, err));
    if (t->count == 0) {
        return MPCF_OK;
    }
    if (scale->count > t->count || !find_blocks(c, t, scale, block)) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                         "'%.200s' is no scale of tensor '%.200s': neither one number, nor one a "
                         "row, nor one a block of %llu by %llu",
                         scale->name, t->name, (unsigned long long) block[0],
                         (unsigned long long) block[1]);
    }
    factors = mpcf_alloc_array(scale->count, sizeof *factors);
    if (factors == NULL) {
        return mpcf_fail_memory(err, scale->count * sizeof *factors, "scales");
    }
    status = tensor_floats(scale, factors, err);
    if (status == MPCF_OK) {
        multiply(t, scale, factors, block, values);
    }
    mpcf_free(factors);
    return status;
}
