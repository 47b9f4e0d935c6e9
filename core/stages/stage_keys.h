/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys: digests of all that a stage's result depends on.
 */
#ifndef MPCF_STAGES_STAGE_KEYS_H
#define MPCF_STAGES_STAGE_KEYS_H

#include "base/digest.h"
#include "stages/context.h"

/* Of convert or distill: of all that the student is made from, of its weights, and of the teacher's folder. */
struct stage_keys {
    char all[FILE_DIGEST_SIZE], weights[FILE_DIGEST_SIZE], teacher[FILE_DIGEST_SIZE];
};

/* Digest of the settings of STAGE, the files of the plug-ins that it uses, the context's key and EXTRA (may be
 * NULL): the stage's key. A corpus was loaded before. */
mpcf_status stage_key(const struct stage_context *c, enum pipeline_stage stage, const char *extra,
                      char key[FILE_DIGEST_SIZE], mpcf_error *err);
/* The same of the weights that convert or distill makes, without what only calibration is made from: of
 * EXTRA and what the file says. Not of the stages before: EXTRA has what they made. */
mpcf_status stage_weights_key(const struct stage_context *c, enum pipeline_stage stage,
                              const char *extra, char key[FILE_DIGEST_SIZE], mpcf_error *err);
/* Digest of a checkpoint's config, weights and tokenizer's files. */
mpcf_status stage_folder_digest(const char *folder, char text[FILE_DIGEST_SIZE], mpcf_error *err);

#endif
