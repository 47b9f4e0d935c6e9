/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the student, in floats, says of the splits whose labels a benchmark keeps, in files as it takes them:
 * a line "index<tab>prediction", then one for each row of the split, by its number there.
 */
#ifndef MPCF_STAGES_TEST_PREDICTIONS_H
#define MPCF_STAGES_TEST_PREDICTIONS_H

#include "network/loaded_network.h"
#include "stages/context.h"

/* Whether the test splits can be opened; nothing where the file does not ask for predictions. */
mpcf_status test_predictions_check(const struct pipeline *p, mpcf_error *err);
/* Whether all files are there. */
bool test_predictions_exist(const struct pipeline *p);
/* Of all test splits as read. */
mpcf_status test_predictions_digest(struct stage_context *c, char text[FILE_DIGEST_SIZE],
                                    mpcf_error *err);
/* OUTPUT/predictions/FILE of each test split, by STUDENT. */
mpcf_status test_predictions_write(struct stage_context *c, const struct loaded_network *student,
                                   mpcf_error *err);

#endif
