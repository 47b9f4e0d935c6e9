/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stage needs to go on after an interruption: named arrays of floats and a few facts.
 *
 * The file is a safetensors file whose facts stand in its metadata under "mpcf". It appears whole
 * or not at all.
 */
#ifndef MPCF_TRAIN_STATE_H
#define MPCF_TRAIN_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>
#include <mpcf/error.h>

struct state_array {
    const char *name;
    float *data;
    size_t count; /* 0: not saved */
};

mpcf_status state_save(const char *path, const json_t *facts, const struct state_array *arrays,
                       size_t count, mpcf_error *err);
/* Facts alone, to see whether a state fits; *FACTS is json_decref()'d by the caller. */
mpcf_status state_facts(const char *path, json_t **facts, mpcf_error *err);
/* Fills every array of ARRAYS; a missing one or another length: MPCF_E_FORMAT, with nothing of
 * the arrays changed. */
mpcf_status state_load(const char *path, const struct state_array *arrays, size_t count,
                       mpcf_error *err);

#endif
