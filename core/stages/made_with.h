/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stage's result was made with, as its record keeps it in words: a stage that is asked for alone stands
 * on results that no stage of this run makes anew.
 */
#ifndef MPCF_STAGES_MADE_WITH_H
#define MPCF_STAGES_MADE_WITH_H

#include <jansson.h>

#include "pipeline/pipeline.h"

/* {"approximations", "plugins", "own_plugins", "settings"}, texts; NULL: memory. STAGE is one of those that make a network. */
json_t *made_with(const struct pipeline *p, enum pipeline_stage stage);
/* Whether MADE, of a record (may be NULL), is what STAGE would be made with now. */
bool made_with_is_same(const json_t *made, const struct pipeline *p, enum pipeline_stage stage);
/* MPCF_E_CONFIG where it is not, of ASKED, which goes on from what STAGE made: both texts, and what helps. */
mpcf_status made_with_check(const json_t *made, const struct pipeline *p, enum pipeline_stage stage,
                            enum pipeline_stage asked, mpcf_error *err);

#endif
