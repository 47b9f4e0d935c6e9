/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's ids, as the steps read them.
 */
#ifndef MPCF_PROTOCOL_USER_IDS_H
#define MPCF_PROTOCOL_USER_IDS_H

#include "protocol/step_operations.h"

/* Whether NAME is an input of ids: "input_ids", "token_type_ids". */
bool user_ids_known(const char *name);
/* The ids that step S names, batch * tokens of them, in 0 .. ROWS - 1; else MPCF_E_INVALID. */
mpcf_status user_ids(const struct program *p, const struct step *s, const struct secure_input *in,
                     size_t rows, const int32_t **out, mpcf_error *err);

#endif
