/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys new, keys show: files of keys, and by which fingerprints two of them are compared.
 */
#include <stdio.h>
#include <string.h>

#include "channel/key_file.h"
#include "channel/key_folder.h"
#include "host.h"
#include "standard_output.h"

static void tell_what_to_do(const char *folder)
{
    const size_t length = strlen(folder);
    const char *slash = length > 0 && folder[length - 1] == '/' ? "" : "/";

    for (int r = 0; r < 3; r++) {
        const char *name = role_name((enum role) r);

        (void) fprintf(standard_output(), "%s%s%s.key: for the %s, and nobody else\n", folder,
                       slash, name, name);
    }
    (void) fprintf(
        standard_output(), "%s\n",
        "\nEach file must get to its role's machine in private, as a password does (scp, not\n"
        "mail), and be named in the pipeline file there, as in\n\n"
        "  parties:\n"
        "    user: {keys: user.key}\n\n"
        "Who reads a file can pose as its role. Remove what is left here once all have\n"
        "theirs; `mpcf-host keys show FILE` prints fingerprints, to compare.");
}

int cmd_keys_new(const struct args *args)
{
    mpcf_error *err = mpcf_error_create();
    int result = EXIT_DONE;

    if (key_folder_create(args->operands[0], err) == MPCF_OK) {
        tell_what_to_do(args->operands[0]);
    } else {
        result = host_refused(err);
    }
    mpcf_error_destroy(err);
    return result;
}

static mpcf_status show_key(enum role from, enum role to, const uint8_t key[LINK_KEY_BYTES],
                            mpcf_error *err)
{
    char name[32], fingerprint[KEY_FINGERPRINT_SIZE];

    MPCF_TRY(role_keys_fingerprint(key, fingerprint, err));
    (void) snprintf(name, sizeof name, "%s>%s", role_name(from), role_name(to));
    (void) fprintf(standard_output(), "  %-16s %s\n", name, fingerprint);
    return MPCF_OK;
}

static mpcf_status show_keys(const struct role_keys *keys, mpcf_error *err)
{
    for (int r = 0; r < 3; r++) {
        const enum role peer = (enum role) r;

        if (keys->has[peer]) {
            MPCF_TRY(show_key(keys->role, peer, keys->links[peer].mine, err));
            MPCF_TRY(show_key(peer, keys->role, keys->links[peer].theirs, err));
        }
    }
    (void) fprintf(
        standard_output(), "%s\n",
        "Two roles understand each other where both of their files show these lines for them.");
    return MPCF_OK;
}

int cmd_keys_show(const struct args *args)
{
    const char *path = args->operands[0];
    mpcf_error *err = mpcf_error_create();
    struct role_keys *keys = NULL;
    mpcf_status status = key_file_read(path, &keys, err);

    if (status == MPCF_OK) {
        (void) fprintf(standard_output(), "%s: the keys of the %s\n", path, role_name(keys->role));
        status = show_keys(keys, err);
    }
    role_keys_destroy(keys);
    const int result = status == MPCF_OK ? EXIT_DONE : host_refused(err);
    mpcf_error_destroy(err);
    return result;
}
