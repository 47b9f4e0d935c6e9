/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the library's own restricted reader lets through, without what no weight needs.
 * Source: torch/_weights_only_unpickler.py and torch/serialization.py of PyTorch 2.
 */
#include "format/pickle_globals.h"

#include <string.h>

#define STORAGES(prefix)                                                                           \
    {prefix "FloatStorage", CALL_NEVER, TENSOR_F32, 4},                                            \
        {prefix "DoubleStorage", CALL_NEVER, TENSOR_F64, 8},                                       \
        {prefix "HalfStorage", CALL_NEVER, TENSOR_F16, 2},                                         \
        {prefix "BFloat16Storage", CALL_NEVER, TENSOR_BF16, 2},                                    \
        {prefix "ByteStorage", CALL_NEVER, TENSOR_U8, 1},                                          \
        {prefix "CharStorage", CALL_NEVER, TENSOR_I8, 1},                                          \
        {prefix "ShortStorage", CALL_NEVER, TENSOR_I16, 2},                                        \
        {prefix "IntStorage", CALL_NEVER, TENSOR_I32, 4},                                          \
        {prefix "LongStorage", CALL_NEVER, TENSOR_I64, 8},                                         \
        {prefix "BoolStorage", CALL_NEVER, TENSOR_BOOL, 1},                                        \
        {prefix "ComplexFloatStorage", CALL_NEVER, TENSOR_OTHER, 8},                               \
    {                                                                                              \
        prefix "ComplexDoubleStorage", CALL_NEVER, TENSOR_OTHER, 16                                \
    }

static const struct pickle_global globals[] = {
    {"collections.OrderedDict", CALL_DICT, 0, 0},
    {"collections.Counter", CALL_OTHER, 0, 0},
    {"collections.defaultdict", CALL_OTHER, 0, 0},
    {"builtins.set", CALL_OTHER, 0, 0},
    {"builtins.frozenset", CALL_OTHER, 0, 0},
    {"builtins.bytearray", CALL_OTHER, 0, 0},
    {"builtins.complex", CALL_OTHER, 0, 0},
    {"builtins.dict", CALL_DICT, 0, 0},
    {"builtins.int", CALL_OTHER, 0, 0},
    {"builtins.float", CALL_OTHER, 0, 0},
    {"__builtin__.set", CALL_OTHER, 0, 0},
    {"__builtin__.bytearray", CALL_OTHER, 0, 0},
    {"_codecs.encode", CALL_OTHER, 0, 0},
    {"torch._utils._rebuild_tensor", CALL_TENSOR, 0, 0},
    {"torch._utils._rebuild_tensor_v2", CALL_TENSOR, 0, 0},
    {"torch._utils._rebuild_tensor_v3", CALL_TENSOR, 0, 0},
    {"torch._utils._rebuild_parameter", CALL_PARAMETER, 0, 0},
    {"torch._utils._rebuild_parameter_with_state", CALL_PARAMETER, 0, 0},
    {"torch._tensor._rebuild_from_type_v2", CALL_FROM_TYPE, 0, 0},
    {"torch._utils._rebuild_sparse_tensor", CALL_OTHER, 0, 0},
    {"torch._utils._rebuild_qtensor", CALL_OTHER, 0, 0},
    {"torch._utils._rebuild_meta_tensor_no_storage", CALL_OTHER, 0, 0},
    {"torch.serialization._get_layout", CALL_OTHER, 0, 0},
    {"torch.Size", CALL_FIRST, 0, 0},
    {"torch.device", CALL_OTHER, 0, 0},
    {"torch.Tensor", CALL_NEVER, 0, 0},
    {"torch.nn.parameter.Parameter", CALL_NEVER, 0, 0},
    {"torch.per_tensor_affine", CALL_NEVER, 0, 0},
    {"torch.per_channel_affine", CALL_NEVER, 0, 0},
    {"torch.per_tensor_symmetric", CALL_NEVER, 0, 0},
    {"torch.per_channel_symmetric", CALL_NEVER, 0, 0},
    STORAGES("torch."),
    STORAGES("torch.cuda."),
    {"torch.QInt8Storage", CALL_NEVER, TENSOR_OTHER, 1},
    {"torch.QUInt8Storage", CALL_NEVER, TENSOR_OTHER, 1},
    {"torch.QInt32Storage", CALL_NEVER, TENSOR_OTHER, 4},
    {"torch.storage.UntypedStorage", CALL_NEVER, TENSOR_OTHER, 1},
    {"torch.storage._UntypedStorage", CALL_NEVER, TENSOR_OTHER, 1},
    {"torch.qint8", CALL_NEVER, TENSOR_OTHER, 1},
    {"torch.quint8", CALL_NEVER, TENSOR_OTHER, 1},
    {"torch.qint32", CALL_NEVER, TENSOR_OTHER, 4},
    {"torch.float32", CALL_NEVER, TENSOR_F32, 4},
    {"torch.float64", CALL_NEVER, TENSOR_F64, 8},
    {"torch.float16", CALL_NEVER, TENSOR_F16, 2},
    {"torch.bfloat16", CALL_NEVER, TENSOR_BF16, 2},
    {"torch.float8_e4m3fn", CALL_NEVER, TENSOR_F8_E4M3, 1},
    {"torch.float8_e5m2", CALL_NEVER, TENSOR_F8_E5M2, 1},
    {"torch.float8_e4m3fnuz", CALL_NEVER, TENSOR_OTHER, 1},
    {"torch.float8_e5m2fnuz", CALL_NEVER, TENSOR_OTHER, 1},
    {"torch.float8_e8m0fnu", CALL_NEVER, TENSOR_OTHER, 1},
    {"torch.float4_e2m1fn_x2", CALL_NEVER, TENSOR_OTHER, 1},
    {"torch.int8", CALL_NEVER, TENSOR_I8, 1},
    {"torch.int16", CALL_NEVER, TENSOR_I16, 2},
    {"torch.int32", CALL_NEVER, TENSOR_I32, 4},
    {"torch.int64", CALL_NEVER, TENSOR_I64, 8},
    {"torch.uint8", CALL_NEVER, TENSOR_U8, 1},
    {"torch.uint16", CALL_NEVER, TENSOR_U16, 2},
    {"torch.uint32", CALL_NEVER, TENSOR_U32, 4},
    {"torch.uint64", CALL_NEVER, TENSOR_U64, 8},
    {"torch.bool", CALL_NEVER, TENSOR_BOOL, 1},
    {"torch.complex32", CALL_NEVER, TENSOR_OTHER, 4},
    {"torch.complex64", CALL_NEVER, TENSOR_OTHER, 8},
    {"torch.complex128", CALL_NEVER, TENSOR_OTHER, 16},
};

const struct pickle_global *pickle_global_find(const char *module, size_t module_length,
                                               const char *name, size_t name_length)
{
    for (size_t i = 0; i < sizeof globals / sizeof globals[0]; i++) {
        const char *known = globals[i].name;

        if (strlen(known) == module_length + 1 + name_length &&
            memcmp(known, module, module_length) == 0 && known[module_length] == '.' &&
            memcmp(known + module_length + 1, name, name_length) == 0) {
            return &globals[i];
        }
    }
    return NULL;
}
