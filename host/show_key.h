/* SPDX-License-Identifier: Apache-2.0 */
/* What a file of keys is, to a person. */
#ifndef MPCF_HOST_SHOW_KEY_H
#define MPCF_HOST_SHOW_KEY_H

#include <mpcf/error.h>

/* Prints whose the keys in PATH are, their fingerprints, when they end. */
mpcf_status show_key_file(const char *path, mpcf_error *err);

#endif
