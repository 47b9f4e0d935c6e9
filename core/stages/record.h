/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each stage was made from, so that one whose inputs are unchanged is skipped.
 */
#ifndef MPCF_STAGES_RECORD_H
#define MPCF_STAGES_RECORD_H

#include "base/digest.h"
#include "stages/context.h"

/* Digest of the settings of STAGE, the files of the plug-ins that it uses, the context's key and EXTRA (may be
 * NULL): the stage's key. A corpus was loaded before. */
mpcf_status stage_key(const struct stage_context *c, enum pipeline_stage stage, const char *extra,
                      char key[FILE_DIGEST_SIZE], mpcf_error *err);
/* Digest of a checkpoint's config, weights and tokenizer's files. */
mpcf_status stage_folder_digest(const char *folder, char text[FILE_DIGEST_SIZE], mpcf_error *err);
/* The key that STAGE's record holds, of a run before; untouched where there is none. */
void stage_recorded_key(const struct stage_context *c, enum pipeline_stage stage,
                        char key[FILE_DIGEST_SIZE]);
/* *DONE: STAGE is done with this KEY and its results are there: then it says that it is skipped, and KEY is
 * the context's. Results that an earlier version made, whose inputs cannot be compared, are not written over:
 * MPCF_E_CONFIG. */
mpcf_status stage_is_done(struct stage_context *c, enum pipeline_stage stage, const char *key,
                          bool *done, mpcf_error *err);
/* The same, before anything was read: MPCF_E_CONFIG with the commands that make STAGE anew. */
mpcf_status stage_refuse_older(const struct pipeline *p, enum pipeline_stage stage,
                               mpcf_error *err);
/* Before results are written over: what the record says of STAGE and those behind it is true no
 * longer, whatever happens from here on. */
mpcf_status stage_begin_writing(const struct stage_context *c, enum pipeline_stage stage,
                                mpcf_error *err);
mpcf_status stage_mark_done(struct stage_context *c, enum pipeline_stage stage, const char *key,
                            mpcf_error *err);

#endif
