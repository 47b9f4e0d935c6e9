/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of Python that a state dict's pickle may hold, and what is made of a call of each. Nothing
 * of Python is run: a name is a row of this table or the file is refused.
 */
#ifndef MPCF_FORMAT_PICKLE_GLOBALS_H
#define MPCF_FORMAT_PICKLE_GLOBALS_H

#include <stddef.h>
#include <stdint.h>

#include "format/tensor.h"

enum pickle_call {
    CALL_NEVER,     /* a type of elements or of storages: nobody calls it */
    CALL_DICT,      /* OrderedDict(), OrderedDict([[key, value], ...]) */
    CALL_TENSOR,    /* (storage, offset, sizes, strides, ...) */
    CALL_PARAMETER, /* (tensor, ...): the tensor */
    CALL_FROM_TYPE, /* (function, type, arguments, state): the function of the arguments */
    CALL_FIRST,     /* torch.Size((2, 3)): its argument */
    CALL_OTHER      /* something that is passed over */
};

struct pickle_global {
    const char *name; /* "torch._utils._rebuild_tensor_v2" */
    enum pickle_call call;
    enum tensor_type type; /* of a storage or a torch.dtype */
    uint8_t size;          /* bytes of its element; 0: the name is neither */
};

/* Of MODULE.NAME, whose parts have so many bytes; NULL: no state dict has it. */
const struct pickle_global *pickle_global_find(const char *module, size_t module_length,
                                               const char *name, size_t name_length);

#endif
