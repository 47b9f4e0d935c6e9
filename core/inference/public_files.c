/* SPDX-License-Identifier: Apache-2.0 */
/* The names of student/public, and a fact of the handshake for each file that is there. */
#include "inference/public_files.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/folder.h"
#include "base/memory.h"
#include "pipeline/output.h"
#include "text/tokenizer_files.h"

#define FOLDER "student/public/"

const char *public_file_name(size_t i)
{
    static const char *const names[] = {"config.json", "approximations.json", "ranges.json",
                                        "digest.json"};
    const size_t count = sizeof names / sizeof names[0];

    return i < count ? names[i] : tokenizer_file_names[i - count];
}

static mpcf_status add_file(const char *path, const char *name, struct handshake *handshake,
                            mpcf_error *err)
{
    char digest[FILE_DIGEST_SIZE];

    MPCF_TRY(file_digest(path, digest, err));
    return handshake_add(handshake, err, name, "%s", digest);
}

mpcf_status public_files_add(const struct pipeline *p, struct handshake *handshake, mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    for (size_t i = 0; status == MPCF_OK && public_file_name(i) != NULL; i++) {
        char name[HANDSHAKE_NAME], *path = NULL;

        (void) snprintf(name, sizeof name, FOLDER "%s", public_file_name(i));
        path = output_path(p, name);
        if (path == NULL) {
            status = mpcf_fail_memory(err, strlen(name), "a path");
        } else if (file_exists(path)) {
            status = add_file(path, name, handshake, err);
        }
        mpcf_free(path);
    }
    return status;
}
