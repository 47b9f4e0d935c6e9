/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in the way of a file that is to be written. */
#include "base/file_room.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/memory.h"

/* *FOUND: whether something has the name PATH, so that what is above it need not be looked at. */
static mpcf_status look(const char *path, bool *found, mpcf_error *err)
{
    struct stat facts;

    *found = lstat(path, &facts) == 0;
    if (!*found) {
        return errno == ENOENT || errno == ENOTDIR
                   ? MPCF_OK
                   : mpcf_fail(err, MPCF_E_IO, "'%s': %s", path, strerror(errno));
    }
    if (stat(path, &facts) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "'%s' is a link to what is not there", path);
    }
    if (!S_ISDIR(facts.st_mode)) {
        return mpcf_fail(err, MPCF_E_IO, "'%s' is a file, and a folder is needed", path);
    }
    return faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_IO, "nothing can be written in '%s': %s", path,
                           strerror(errno));
}

mpcf_status file_room_check(const char *folder, mpcf_error *err)
{
    char *path = mpcf_strdup(folder);
    mpcf_status status = MPCF_OK;
    bool found = false;

    while (path != NULL && status == MPCF_OK && !found) {
        char *above;

        status = look(path, &found, err);
        if (status == MPCF_OK && !found && strcmp(path, ".") == 0) {
            status = mpcf_fail(err, MPCF_E_IO, "the current folder is not there any more");
        }
        above = file_folder_of(path);
        mpcf_free(path);
        path = above;
    }
    if (path == NULL && status == MPCF_OK) {
        status = mpcf_fail_memory(err, strlen(folder), "a path");
    }
    mpcf_free(path);
    return status;
}

/* Errno, or 0. */
static int fill(int fd, uint64_t bytes)
{
    static const char zeros[65536];
    int cause = posix_fallocate(fd, 0, (off_t) (bytes > 0 ? bytes : 1));

    if (cause != EINVAL && cause != EOPNOTSUPP) {
        return cause;
    }
    /* A file system that cannot reserve; writing shows it, too. */
    while (bytes > 0) {
        const ssize_t n = write(fd, zeros, bytes < sizeof zeros ? bytes : sizeof zeros);

        if (n < 0) {
            return errno;
        }
        bytes -= (uint64_t) n;
    }
    return fsync(fd) == 0 ? 0 : errno;
}

static mpcf_status try_here(const char *path, const char *name, uint64_t bytes, mpcf_error *err)
{
    const int fd =
        open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    int cause = fd >= 0 ? fill(fd, bytes) : errno;

    if (fd >= 0) {
        (void) close(fd);
        (void) unlink(name);
    }
    return cause == 0
               ? MPCF_OK
               : mpcf_fail(err, file_status(cause), "cannot write '%s': %s", path, strerror(cause));
}

mpcf_status file_room_try(const char *path, uint64_t bytes, mpcf_error *err)
{
    char *name = mpcf_format("%s.%ld.try", path, (long) getpid());
    mpcf_status status = MPCF_OK;

    if (name == NULL) {
        return mpcf_fail_memory(err, strlen(path), "a path");
    }
    (void) unlink(name); /* of a process of this number that was killed */
    status = file_is_folder(path)
                 ? mpcf_fail(err, MPCF_E_IO, "cannot write '%s': it is a folder", path)
                 : try_here(path, name, bytes, err);
    mpcf_free(name);
    return status;
}

uint64_t file_room_free(const char *folder)
{
    struct statvfs facts;

    if (statvfs(folder, &facts) != 0 || facts.f_frsize == 0) {
        return UINT64_MAX;
    }
    return (uint64_t) facts.f_bavail > UINT64_MAX / facts.f_frsize
               ? UINT64_MAX
               : (uint64_t) facts.f_bavail * facts.f_frsize;
}
