/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a plug-in's file gives away without being loaded.
 */
#ifndef MPCF_PLUGIN_PLUGIN_WORDS_H
#define MPCF_PLUGIN_PLUGIN_WORDS_H

#include <stdbool.h>

#include "plugin/component.h"

/* Both are for hints in messages: a file may be built so that they are wrong, or not be read. */

/* Whether the file at PATH calls the function that registers components of KIND. */
bool plugin_file_offers(const char *path, enum component_kind kind);
/* Whether a text of it is WORD. */
bool plugin_file_says(const char *path, const char *word);

#endif
