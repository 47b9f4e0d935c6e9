/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a file is one that only its owner can read, and how one is made so.
 */
#include "channel/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/memory.h"

/* --- reading --- */

static mpcf_status check_file(int fd, const char *path, bool secret, mpcf_error *err)
{
    const mode_t others = secret ? S_IRWXG | S_IRWXO : S_IWGRP | S_IWOTH;
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
    if ((facts.st_mode & others) != 0) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         secret ? "others can reach the keys in '%s' (mode %04o): if nobody has "
                                  "read them, `chmod 600` it, else make new ones"
                                : "others can write '%s' (mode %04o), and so say whom a role "
                                  "trusts: look at it, and `chmod go-w` it",
                         path, (unsigned) facts.st_mode & 07777u);
    }
    return MPCF_OK;
}

/* To the end; *LENGTH bytes are in TEXT, of LIMIT + 1. */
static mpcf_status read_text(int fd, const char *path, char *text, size_t limit, size_t *length,
                             mpcf_error *err)
{
    size_t used = 0;
    ssize_t n = 1;

    while (n != 0 && used <= limit) {
        n = read(fd, text + used, limit + 1 - used);
        if (n < 0 && errno != EINTR) {
            return mpcf_fail(err, file_status(errno), "cannot read '%s': %s", path,
                             strerror(errno));
        }
        used += n > 0 ? (size_t) n : 0;
    }
    if (used > limit) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: larger than a file of keys, %zu bytes at most",
                         path, limit);
    }
    *length = used;
    return MPCF_OK;
}

static mpcf_status read_open(int fd, const char *path, bool secret, size_t limit, char **out,
                             size_t *length, mpcf_error *err)
{
    MPCF_TRY(check_file(fd, path, secret, err));
    char *text = mpcf_secret_alloc(limit + 1, 1);
    if (text == NULL) {
        return mpcf_fail_memory(err, limit, path);
    }
    mpcf_status status = read_text(fd, path, text, limit, length, err);
    if (status != MPCF_OK) {
        mpcf_secret_free(text);
        return status;
    }
    *out = text;
    return MPCF_OK;
}

static mpcf_status read_checked(const char *path, bool secret, size_t limit, char **out,
                                size_t *length, mpcf_error *err)
{
    /* A pipe without a writer would be waited for. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return mpcf_fail(err, file_status(errno), "cannot open '%s': %s", path, strerror(errno));
    }
    mpcf_status status = read_open(fd, path, secret, limit, out, length, err);
    (void) close(fd);
    return status;
}

mpcf_status private_file_read(const char *path, size_t limit, char **out, size_t *length,
                              mpcf_error *err)
{
    return read_checked(path, true, limit, out, length, err);
}

mpcf_status public_file_read(const char *path, size_t limit, char **out, size_t *length,
                             mpcf_error *err)
{
    return read_checked(path, false, limit, out, length, err);
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
static bool place(int fd, const char *part, const char *path, const char *folder, const char *text,
                  size_t length)
{
    if (!write_all(fd, text, length) || fsync(fd) != 0 || link(part, path) != 0) {
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

static mpcf_status create_in(const char *folder, const char *path, const char *text, size_t length,
                             mpcf_error *err)
{
    char *part = mpcf_format("%s/.mpcf-keys-XXXXXX", folder);

    if (part == NULL) {
        return mpcf_fail_memory(err, strlen(folder), "a file name");
    }
    int fd = mkostemp(part, O_CLOEXEC); /* 0600 */
    bool placed = fd >= 0 && place(fd, part, path, folder, text, length);
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

mpcf_status private_file_create(const char *path, const char *text, size_t length, mpcf_error *err)
{
    char *folder = file_folder_of(path);

    if (folder == NULL) {
        return mpcf_fail_memory(err, strlen(path), "a file name");
    }
    mpcf_status status = create_in(folder, path, text, length, err);
    mpcf_free(folder);
    return status;
}
