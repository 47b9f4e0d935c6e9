/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of an open checkpoint, shared by the files of this folder.
 */
#ifndef MPCF_CHECKPOINT_CHECKPOINT_INSIDE_H
#define MPCF_CHECKPOINT_CHECKPOINT_INSIDE_H

#include <stddef.h>

#include <jansson.h>

#include "checkpoint/weights_file.h"

struct shard {
    char *name; /* in the folder */
    struct weights_file *file;
};

struct listed_tensor {
    const struct tensor *tensor;
    const struct shard *shard; /* that it is in */
};

struct checkpoint {
    char *folder;
    json_t *config;
    struct shard *shards;
    size_t shard_count;
    struct listed_tensor *tensors; /* of all shards, in order of their names */
    size_t tensor_count;
};

#endif
