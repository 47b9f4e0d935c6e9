/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of a role as a file, and whose they are.
 */
#include "channel/key_file.h"

#include <stdio.h>

#include "base/memory.h"
#include "channel/private_file.h"

#define FILE_LIMIT ((size_t) 4096)

mpcf_status key_file_read(const char *path, struct role_keys **out, mpcf_error *err)
{
    char *text = NULL;
    size_t length = 0;

    MPCF_TRY(private_file_read(path, FILE_LIMIT, &text, &length, err));
    mpcf_status status = role_keys_parse(text, length, path, out, err);
    mpcf_secret_free(text);
    return status;
}

mpcf_status key_file_read_as(const char *path, enum role role, struct role_keys **out,
                             mpcf_error *err)
{
    struct role_keys *keys = NULL;

    MPCF_TRY(key_file_read(path, &keys, err));
    if (keys != NULL && keys->role != role) { /* NULL: never, which clang-tidy does not see */
        mpcf_status status =
            mpcf_fail(err, MPCF_E_CONFIG, "'%s' has the keys of the %s, not of the %s", path,
                      role_name(keys->role), role_name(role));
        role_keys_destroy(keys);
        return status;
    }
    *out = keys;
    return MPCF_OK;
}

mpcf_status key_file_create(const char *path, const struct role_keys *keys, mpcf_error *err)
{
    const size_t limit = 160 + ROLE_KEYS_TEXT;
    char *text = mpcf_secret_alloc(limit, 1);

    if (text == NULL) {
        return mpcf_fail_memory(err, limit, "keys as text");
    }
    int head = snprintf(text, 160,
                        "# Keys of the %s. Who reads this file can pose as the %s to the others.\n"
                        "# No other role needs it.\n",
                        role_name(keys->role), role_name(keys->role));
    size_t length = (size_t) head + role_keys_print(keys, text + head);
    mpcf_status status = private_file_create(path, text, length, err);
    mpcf_secret_free(text);
    return status;
}
