/* SPDX-License-Identifier: Apache-2.0 */
/* Which id the token has that a key of the settings names. Inside core/text only. */
#ifndef MPCF_TEXT_NAMED_TOKEN_H
#define MPCF_TEXT_NAMED_TOKEN_H

#include "text/tokenizer_parts.h"
#include "text/tokenizer_settings.h"

/* KEY: "cls_token". MPCF_E_FORMAT where no file and no class names one, where neither texts nor words
 * have it, or where the network has no row for it. */
mpcf_status tokenizer_find_named(const struct tokenizer *t, const struct tokenizer_settings *s,
                                 const char *key, int32_t *id, mpcf_error *err);

#endif
