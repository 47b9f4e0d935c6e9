/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the keys of three roles come into a folder: all of them, and over none that is there.
 */
#include "channel/key_folder.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/memory.h"
#include "channel/key_file.h"

static mpcf_status check_folder(const char *folder, mpcf_error *err)
{
    struct stat facts;

    if (stat(folder, &facts) != 0) {
        return mpcf_fail(err, file_status(errno), "'%s': %s", folder, strerror(errno));
    }
    if (!S_ISDIR(facts.st_mode)) {
        return mpcf_fail(err, MPCF_E_CONFIG, "'%s' is not a folder", folder);
    }
    if ((facts.st_uid != geteuid() && facts.st_uid != 0) ||
        (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "others can write into '%s' (mode %04o): keys go into a folder of your "
                         "own, or into one that is not there yet",
                         folder, (unsigned) facts.st_mode & 07777u);
    }
    return MPCF_OK;
}

static mpcf_status make_named(const char *folder, mpcf_error *err)
{
    char *above = file_folder_of(folder);

    if (above == NULL) {
        return mpcf_fail_memory(err, strlen(folder), "a folder name");
    }
    mpcf_status status = file_make_folder(above, err);
    mpcf_free(above);
    MPCF_TRY(status);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        return mpcf_fail(err, file_status(errno), "cannot create folder '%s': %s", folder,
                         strerror(errno));
    }
    return check_folder(folder, err);
}

/* "a/b/" is the b in a. */
mpcf_status key_folder_make(const char *folder, mpcf_error *err)
{
    size_t length = strlen(folder);

    while (length > 1 && folder[length - 1] == '/') {
        length--;
    }
    char *name = mpcf_format("%.*s", (int) length, folder);
    if (name == NULL) {
        return mpcf_fail_memory(err, length, "a folder name");
    }
    mpcf_status status = make_named(name, err);
    mpcf_free(name);
    return status;
}

/* The first MADE files, when one after them could not be made. */
static void remove_files(char *const paths[3], size_t made)
{
    for (size_t i = 0; i < made; i++) {
        (void) unlink(paths[i]);
    }
}

static mpcf_status make_files(char *const paths[3], struct role_keys *const sets[3],
                              mpcf_error *err)
{
    for (size_t i = 0; i < 3; i++) {
        mpcf_status status = key_file_create(paths[i], sets[i], err);
        if (status != MPCF_OK) {
            remove_files(paths, i);
            return status;
        }
    }
    return MPCF_OK;
}

static mpcf_status fill_folder(const char *folder, struct role_keys *const sets[3], mpcf_error *err)
{
    char *paths[3];

    for (unsigned r = 0; r < 3; r++) {
        paths[r] = mpcf_format("%s/%s.key", folder, role_name((enum role) r));
    }
    mpcf_status status = paths[0] != NULL && paths[1] != NULL && paths[2] != NULL
                             ? make_files(paths, sets, err)
                             : mpcf_fail_memory(err, strlen(folder), "a file name");
    for (unsigned r = 0; r < 3; r++) {
        mpcf_free(paths[r]);
    }
    return status;
}

mpcf_status key_folder_create(const char *folder, mpcf_error *err)
{
    struct role_keys *sets[3];

    MPCF_TRY(key_folder_make(folder, err));
    MPCF_TRY(role_keys_draw(sets, err));
    mpcf_status status = fill_folder(folder, sets, err);
    for (size_t r = 0; r < 3; r++) {
        role_keys_destroy(sets[r]);
    }
    return status;
}
