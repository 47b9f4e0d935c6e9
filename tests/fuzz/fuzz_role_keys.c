/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of keys: what is taken has all four keys of its role, and reads the same when it is
 * printed. A refusal names the line and quotes nothing.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "channel/role_keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool equal(const struct role_keys *a, const struct role_keys *b)
{
    bool same = a->role == b->role;
    for (unsigned peer = 0; peer < 3; peer++) {
        same = same && a->has[peer] == (peer != (unsigned) a->role) &&
               b->has[peer] == a->has[peer] &&
               memcmp(&a->links[peer], &b->links[peer], sizeof(a->links[peer])) == 0;
    }
    return same;
}

static void check_same_when_printed(const struct role_keys *keys)
{
    char text[ROLE_KEYS_TEXT];
    struct role_keys *again = NULL;
    size_t length = role_keys_print(keys, text);
    if (length >= sizeof(text) || strlen(text) != length ||
        role_keys_parse(text, length, "text", &again, NULL) != MPCF_OK || !equal(keys, again)) {
        abort();
    }
    role_keys_destroy(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct role_keys *keys = NULL;
    mpcf_error *err = mpcf_error_create();
    mpcf_status status = role_keys_parse((const char *) data, size, "text", &keys, err);
    if (status == MPCF_OK) {
        check_same_when_printed(keys);
    } else if (status != MPCF_E_FORMAT || keys != NULL ||
               strncmp(mpcf_error_text(err), "text:", 5) != 0) {
        abort();
    }
    role_keys_destroy(keys);
    mpcf_error_destroy(err);
    return 0;
}
