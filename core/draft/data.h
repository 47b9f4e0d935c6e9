/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPCF_DRAFT_DATA_H
#define MPCF_DRAFT_DATA_H

#include "draft/sketch.h"

/* The reader that takes S's data, with its options, into S; *OUT is the pipeline with both. None does:
 * MPCF_E_CONFIG with what each says. */
mpcf_status draft_data(struct sketch *s, struct pipeline **out, mpcf_error *err);

#endif
