/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPCF_DRAFT_LABELS_H
#define MPCF_DRAFT_LABELS_H

#include "draft/columns.h"

/* Which labels there are and in which order, into S, from LABEL, all rows' cells of D's files, and config.json.
 * MPCF_E_CONFIG: no labels; MPCF_E_FORMAT: some that are most likely misspelt, with file and line of each. */
mpcf_status draft_labels(struct sketch *s, const struct table_data *d, const struct column *label,
                         mpcf_error *err);

#endif
