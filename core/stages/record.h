/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each stage was made from, so that one whose inputs are unchanged is skipped.
 */
#ifndef MPCF_STAGES_RECORD_H
#define MPCF_STAGES_RECORD_H

#include "base/digest.h"
#include "stages/context.h"
#include "stages/stage_keys.h"

/* What calibration sees; raised where it sees something else, so that students are calibrated anew. 1, or none in a
 * record: rows alone. 2: texts of other lengths, too. 3: and every row of the tables. */
enum { CALIBRATION_SCHEME = 3 };

/* STAGE's record; NULL: there is none that can be read. json_decref(). */
json_t *stage_record(const struct pipeline *p, enum pipeline_stage stage);
/* The key that STAGE's record holds, of a run before; untouched where there is none. */
void stage_recorded_key(const struct stage_context *c, enum pipeline_stage stage,
                        char key[FILE_DIGEST_SIZE]);
/* convert's, where what it measured holds for a student that is made of TEACHER now; else untouched. */
void stage_converted_key(const struct stage_context *c, const char *teacher,
                         char key[FILE_DIGEST_SIZE]);
/* *DONE: STAGE is done with this KEY and its results are there: then it says that it is skipped, and KEY is
 * the context's. Results that an earlier version made, whose inputs cannot be compared, are not written over:
 * MPCF_E_CONFIG; nor are weights that somebody put in the place of those that STAGE made. Weights that cannot be
 * read are made anew. */
mpcf_status stage_is_done(struct stage_context *c, enum pipeline_stage stage, const char *key,
                          bool *done, mpcf_error *err);
/* convert or distill, not done with KEYS: whether the student's weights are what it would make, so that only its
 * calibration has to be made anew. Those that an earlier version made are where all else is as it was. */
bool stage_weights_are_made(const struct stage_context *c, enum pipeline_stage stage,
                            const struct stage_keys *keys);
/* As stage_begin_writing(), where the weights stay. */
mpcf_status stage_begin_calibrating(const struct stage_context *c, enum pipeline_stage stage,
                                    const struct stage_keys *keys, mpcf_error *err);
/* The same, before anything was read: MPCF_E_CONFIG with the commands that make STAGE anew. */
mpcf_status stage_refuse_older(const struct pipeline *p, enum pipeline_stage stage,
                               mpcf_error *err);
/* Before results are written over: what the record says of STAGE and those behind it, and the report of those
 * behind it, is true no longer, whatever happens from here on. */
mpcf_status stage_begin_writing(const struct stage_context *c, enum pipeline_stage stage,
                                mpcf_error *err);
mpcf_status stage_mark_done(struct stage_context *c, enum pipeline_stage stage, const char *key,
                            mpcf_error *err);
mpcf_status stage_mark_made(struct stage_context *c, enum pipeline_stage stage,
                            const struct stage_keys *keys, mpcf_error *err);

#endif
