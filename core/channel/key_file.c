/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a file of keys is one that only its owner can read, and how one is made so.
 */
#include "channel/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/memory.h"

#define FILE_LIMIT ((size_t) 4096)

/* --- reading --- */

static mpcf_status check_file(int fd, const char *path, mpcf_error *err)
{
    struct stat facts;

    if (fstat(fd, &facts) != 0) {
        return mpcf_fail(err, file_status(errno), "'%s': %s", path, strerror(errno));
    }
    if (!S_ISREG(facts.st_mode)) {
        return mpcf_fail(err, MPCF_E_CONFIG, "'%s' is not a regular file", path);
    }
    if (facts.st_uid != geteuid() && facts.st_uid != 0) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "'%s' belongs to user %u: keys must belong to the user that runs the "
                         "role, %u, or to root",
                         path, (unsigned) facts.st_uid, (unsigned) geteuid());
    }
    if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "others can reach the keys in '%s' (mode %04o): if nobody has read them, "
                         "`chmod 600` it, else make new ones",
                         path, (unsigned) facts.st_mode & 07777u);
    }
    return MPCF_OK;
}

/* To the end; *LENGTH bytes are in TEXT, of FILE_LIMIT + 1. */
static mpcf_status read_text(int fd, const char *path, char *text, size_t *length, mpcf_error *err)
{
    size_t used = 0;
    ssize_t n = 1;

    while (n != 0 && used <= FILE_LIMIT) {
        n = read(fd, text + used, FILE_LIMIT + 1 - used);
        if (n < 0 && errno != EINTR) {
            return mpcf_fail(err, file_status(errno), "cannot read '%s': %s", path,
                             strerror(errno));
        }
        used += n > 0 ? (size_t) n : 0;
    }
    if (used > FILE_LIMIT) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: larger than a file of keys, %zu bytes at most",
                         path, FILE_LIMIT);
    }
    *length = used;
    return MPCF_OK;
}

static mpcf_status read_open(int fd, const char *path, struct role_keys **out, mpcf_error *err)
{
    size_t length = 0;

    MPCF_TRY(check_file(fd, path, err));
    char *text = mpcf_secret_alloc(FILE_LIMIT + 1, 1);
    if (text == NULL) {
        return mpcf_fail_memory(err, FILE_LIMIT, path);
    }
    mpcf_status status = read_text(fd, path, text, &length, err);
    if (status == MPCF_OK) {
        status = role_keys_parse(text, length, path, out, err);
    }
    mpcf_secret_free(text);
    return status;
}

mpcf_status key_file_read(const char *path, struct role_keys **out, mpcf_error *err)
{
    /* A pipe without a writer would be waited for. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return mpcf_fail(err, file_status(errno), "cannot open '%s': %s", path, strerror(errno));
    }
    mpcf_status status = read_open(fd, path, out, err);
    (void) close(fd);
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

/* --- making --- */

static bool write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, text, length);
        if (n < 0 && errno != EINTR) {
            return false;
        }
        text += n > 0 ? n : 0;
        length -= n > 0 ? (size_t) n : 0;
    }
    return true;
}

static bool write_keys(int fd, const struct role_keys *keys)
{
    char head[160];
    char *text = mpcf_secret_alloc(ROLE_KEYS_TEXT, 1);

    if (text == NULL) {
        errno = ENOMEM;
        return false;
    }
    int length =
        snprintf(head, sizeof(head),
                 "# Keys of the %s. Who reads this file can pose as the %s to the others.\n"
                 "# No other role needs it.\n",
                 role_name(keys->role), role_name(keys->role));
    bool written = write_all(fd, head, (size_t) length) &&
                   write_all(fd, text, role_keys_print(keys, text)) && fsync(fd) == 0;
    int cause = errno;
    mpcf_secret_free(text);
    errno = cause;
    return written;
}

/* A name is on the disk once its folder is; some file systems cannot be asked (EINVAL). */
static bool sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
    int cause = errno;

    if (fd >= 0) {
        (void) close(fd);
    }
    errno = cause;
    return synced;
}

/* The part gets its name by link(), which, unlike rename(), replaces nothing. */
static bool place(int fd, const char *part, const char *path, const char *folder,
                  const struct role_keys *keys)
{
    if (!write_keys(fd, keys) || link(part, path) != 0) {
        return false;
    }
    if (!sync_folder(folder)) {
        int cause = errno;
        (void) unlink(path);
        errno = cause;
        return false;
    }
    return true;
}

static mpcf_status create_in(const char *folder, const char *path, const struct role_keys *keys,
                             mpcf_error *err)
{
    char *part = mpcf_format("%s/.mpcf-keys-XXXXXX", folder);

    if (part == NULL) {
        return mpcf_fail_memory(err, strlen(folder), "a file name");
    }
    int fd = mkostemp(part, O_CLOEXEC); /* 0600 */
    bool placed = fd >= 0 && place(fd, part, path, folder, keys);
    int cause = errno;
    if (fd >= 0) {
        (void) close(fd);
        (void) unlink(part);
    }
    mpcf_free(part);
    if (placed) {
        return MPCF_OK;
    }
    if (cause == EEXIST) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "'%s' is there already: keys are never replaced; remove it, or name "
                         "another folder",
                         path);
    }
    return mpcf_fail(err, file_status(cause), "cannot write '%s': %s", path, strerror(cause));
}

mpcf_status key_file_create(const char *path, const struct role_keys *keys, mpcf_error *err)
{
    char *folder = file_folder_of(path);

    if (folder == NULL) {
        return mpcf_fail_memory(err, strlen(path), "a file name");
    }
    mpcf_status status = create_in(folder, path, keys, err);
    mpcf_free(folder);
    return status;
}
