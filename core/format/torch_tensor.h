/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tensors of a state dict: names, and where in which storage their elements lie.
 */
#ifndef MPCF_FORMAT_TORCH_TENSOR_H
#define MPCF_FORMAT_TORCH_TENSOR_H

#include <stddef.h>

#include <mpcf/error.h>

#include "base/arena.h"
#include "format/tensor.h"
#include "format/torch_storage.h"

/* Those of P's dict, or of the dict under its key `state_dict`, in order of their names; what else is
 * in it is passed over. They live in ARENA, their elements in STORAGES. */
mpcf_status torch_tensors_list(struct pickle *p, const struct torch_storages *storages,
                               struct arena *arena, struct tensor **out, size_t *count,
                               mpcf_error *err);

#endif
