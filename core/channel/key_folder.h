/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder with the files of keys of all three roles, before each goes to its own.
 */
#ifndef MPCF_CHANNEL_KEY_FOLDER_H
#define MPCF_CHANNEL_KEY_FOLDER_H

#include <mpcf/error.h>

/* Makes FOLDER, 0700, where it is missing; one that others can write into or own is refused:
 * MPCF_E_CONFIG. */
mpcf_status key_folder_make(const char *folder, mpcf_error *err);
/* Draws keys and makes FOLDER/provider.key, user.key and dealer.key, all three or none
 * (key_file_create()), in a folder that is as above; where any of the three is there: MPCF_E_CONFIG. */
mpcf_status key_folder_create(const char *folder, mpcf_error *err);

#endif
