/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run's folder for measuring: a network of a given shape with random weights (or a
 * checkpoint's), a vocabulary, random texts, and the pipeline file that ties them together.
 *
 *   FOLDER/model/         config.json, tokenizer
 *   FOLDER/data/          train.tsv (calibration), dev.tsv: every text fills all tokens
 *   FOLDER/pipeline.yaml
 *   FOLDER/run/           the run's output
 */
#ifndef MPCF_BENCH_BENCH_FOLDER_H
#define MPCF_BENCH_BENCH_FOLDER_H

#include <stdbool.h>

#include <jansson.h>
#include <mpcf/error.h>

#include "bench/bench_secure_request.h"

struct bench_folder {
    char *path;
    char *pipeline;      /* path of pipeline.yaml */
    const char *family;  /* config.json's model_type */
    json_t *config;      /* config.json */
    bool has_checkpoint; /* request->model is a folder with weights */
};

/* Makes a folder under $TMPDIR and writes all but the run. MPCF_E_CONFIG: an unknown shape, too
 * many tokens. */
mpcf_status bench_folder_create(const struct bench_secure_request *request,
                                struct bench_folder *out, mpcf_error *err);
/* stages.infer.length of the run. */
const char *bench_length(const struct bench_secure_request *request);
/* STATUS. Who reads of the file, which is the bench's own, knows the options of the command alone: where ERR names
 * the file's lines it names NAME ("bench secure:") instead. */
mpcf_status bench_folder_say(const struct bench_folder *folder, const char *name,
                             mpcf_status status, mpcf_error *err);
/* Removes it with all in it. */
void bench_folder_remove(struct bench_folder *folder);

#endif
