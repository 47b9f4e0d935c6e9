/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pipeline file for the user's role from a folder student/public, where there is no file.
 */
#ifndef MPCF_CLIENT_PUBLIC_TEXT_H
#define MPCF_CLIENT_PUBLIC_TEXT_H

#include <mpcf/client.h>

#include "base/text.h"

/* Lines of the file into OUT: output, model, approximations of FOLDER, addresses and keys of O. What the folder
 * does not say (lengths, the task, what infer agrees on) is left to its default and to O's settings. MPCF_E_INVALID:
 * no such folder, no address. MPCF_E_FORMAT: its approximations.json. */
mpcf_status public_text(const mpcf_client_options *o, struct text_buffer *out, mpcf_error *err);
/* "activation 0-3 quad a=0.125", "normaliser all heads=0,3 2quad c=5", as student/public/approximations.json has
 * it, as an entry of the file. It is another's word: MPCF_E_FORMAT for all but letters, digits and "_.+-", of
 * heads also ",". */
mpcf_status public_text_entry(const char *line, struct text_buffer *out, mpcf_error *err);

#endif
