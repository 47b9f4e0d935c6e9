/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPCF_DRAFT_WRITE_H
#define MPCF_DRAFT_WRITE_H

#include "base/text.h"
#include "draft/lengths.h"
#include "draft/sketch.h"

/* The pipeline file, with a comment beside each choice. */
void draft_write(const struct sketch *s, const mpcf_task *task, const struct draft_lengths *lengths,
                 struct text_buffer *out);
/* What was found, in a few lines. */
void draft_tell(const struct sketch *s, const mpcf_task *task, const struct draft_lengths *lengths,
                struct text_buffer *out);

#endif
