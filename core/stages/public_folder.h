/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OUTPUT/student/public: what user and dealer need of the student.
 */
#ifndef MPCF_STAGES_PUBLIC_FOLDER_H
#define MPCF_STAGES_PUBLIC_FOLDER_H

#include "network/loaded_network.h"
#include "pass/ranges.h"
#include "stages/context.h"
#include "stages/record.h"

/* Calibrates N on training rows: PLAIN is its network as user and dealer build it from FOLDER, GRAPH that after passes,
 * with RANGES. All three are the caller's also after a failure, NULL or zero before. */
mpcf_status public_folder_measure(struct stage_context *c, const struct loaded_network *n,
                                  const char *folder, struct loaded_network *plain,
                                  mpcf_graph **graph, struct ranges **ranges, mpcf_error *err);
/* Calibrates N on training rows and writes OUTPUT/student/public. */
mpcf_status public_folder_write(struct stage_context *c, const struct loaded_network *n,
                                const char *student, mpcf_error *err);
/* Unless that is done: convert or distill, STAGE, would make the very student that is there, which is only calibrated
 * anew, with KEYS in its record then; *DONE. Where distill is to write over it, convert leaves it as it is. */
mpcf_status public_folder_write_anew(struct stage_context *c, enum pipeline_stage stage,
                                     const struct stage_keys *keys, const char *student, bool *done,
                                     mpcf_error *err);
/* The embedding tables in OUTPUT/student/public, or none there, as the file now says: the
 * folder may have been written for another choice. */
mpcf_status public_folder_update(const struct pipeline *p, mpcf_error *err);

#endif
