/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a tokenizer, of whatever kind: one list for all who copy or compare them.
 */
#ifndef MPCF_TEXT_TOKENIZER_FILES_H
#define MPCF_TEXT_TOKENIZER_FILES_H

#include <stdbool.h>

#include <mpcf/error.h>

#include "base/digest.h"

/* Every name that a tokenizer's file has in a folder; NULL ends. */
extern const char *const tokenizer_file_names[];

/* Whether FOLDER has one that words are read from. */
bool tokenizer_files_have_words(const char *folder);
/* Those that FOLDER has, into the folder TO, which is made; each is whole or not there. Others of them that
 * TO has go. */
mpcf_status tokenizer_files_copy(const char *folder, const char *to, mpcf_error *err);

/* Each that FOLDER has, and its config.json, with their names, into DIGEST. */
mpcf_status tokenizer_files_digest(const char *folder, struct digest *digest, mpcf_error *err);

#endif
