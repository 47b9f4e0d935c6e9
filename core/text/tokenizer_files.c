/* SPDX-License-Identifier: Apache-2.0 */
/* Which names a tokenizer's files have, and copies of them. */
#include "text/tokenizer_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"

/* The first of them are those that words are read from. */
enum { WORD_FILES = 4 };
const char *const tokenizer_file_names[] = {"tokenizer.json",
                                            "vocab.txt",
                                            "vocab.json",
                                            "sentencepiece.bpe.model",
                                            "merges.txt",
                                            "added_tokens.json",
                                            "special_tokens_map.json",
                                            "tokenizer_config.json",
                                            NULL};

bool tokenizer_files_have_words(const char *folder)
{
    bool found = false;

    for (size_t i = 0; i < WORD_FILES && !found; i++) {
        char *path = file_join(folder, tokenizer_file_names[i]);

        found = path != NULL && file_exists(path);
        mpcf_free(path);
    }
    return found;
}

static bool is_same_file(const char *a, const char *b)
{
    char *x = realpath(a, NULL), *y = realpath(b, NULL);
    const bool is_same = x != NULL && y != NULL && strcmp(x, y) == 0;

    free(x);
    free(y);
    return is_same;
}

/* What an earlier copy left and is no more would go on being read. */
static mpcf_status remove_one(const char *path, mpcf_error *err)
{
    return remove(path) == 0 || errno == ENOENT
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_IO, "cannot remove '%s': %s", path, strerror(errno));
}

static mpcf_status copy_one(const char *folder, const char *to, const char *name, mpcf_error *err)
{
    char *source = file_join(folder, name), *target = file_join(to, name);
    mpcf_status status = MPCF_OK;

    if (source == NULL || target == NULL) {
        status = mpcf_fail_memory(err, strlen(folder) + strlen(name), "a path");
    } else if (!file_exists(source)) {
        status = remove_one(target, err);
    } else if (!is_same_file(source, target)) {
        status = file_copy(source, target, err);
    }
    mpcf_free(source);
    mpcf_free(target);
    return status;
}

mpcf_status tokenizer_files_copy(const char *folder, const char *to, mpcf_error *err)
{
    MPCF_TRY(file_make_folder(to, err));
    for (size_t i = 0; tokenizer_file_names[i] != NULL; i++) {
        MPCF_TRY(copy_one(folder, to, tokenizer_file_names[i], err));
    }
    return MPCF_OK;
}

static mpcf_status digest_one(const char *folder, const char *name, struct digest *digest,
                              mpcf_error *err)
{
    char *path = file_join(folder, name);
    char text[FILE_DIGEST_SIZE] = "";
    mpcf_status status =
        path != NULL ? MPCF_OK : mpcf_fail_memory(err, strlen(folder) + strlen(name), "a path");

    if (status == MPCF_OK && file_exists(path)) {
        status = file_digest(path, text, err);
    }
    digest_add(digest, name, strlen(name) + 1);
    digest_add(digest, text, sizeof text);
    mpcf_free(path);
    return status;
}

mpcf_status tokenizer_files_digest(const char *folder, struct digest *digest, mpcf_error *err)
{
    for (size_t i = 0; tokenizer_file_names[i] != NULL; i++) {
        MPCF_TRY(digest_one(folder, tokenizer_file_names[i], digest, err));
    }
    return digest_one(folder, "config.json", digest, err);
}
