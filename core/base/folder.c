/* SPDX-License-Identifier: Apache-2.0 */
/* What stands under a name, the folders above it, and how names are put together. */
#include "base/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

mpcf_status file_status(int cause)
{
    return cause == ENOMEM ? MPCF_E_NOMEM : MPCF_E_IO;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool file_is_folder(const char *path)
{
    struct stat facts;

    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

static mpcf_status make_one(const char *path, mode_t mode, mpcf_error *err)
{
    if (mkdir(path, mode) != 0 && !(errno == EEXIST && file_is_folder(path))) {
        return mpcf_fail(err, MPCF_E_IO, "cannot create folder '%s': %s", path, strerror(errno));
    }
    return MPCF_OK;
}

/* MODE is for the last; those above it are as the umask says. */
static mpcf_status make_all(const char *path, mode_t mode, mpcf_error *err)
{
    char *copy = mpcf_strdup(path);
    mpcf_status status = MPCF_OK;

    if (copy == NULL) {
        return mpcf_fail_memory(err, strlen(path), "a folder name");
    }
    for (char *slash = strchr(copy + 1, '/'); slash != NULL && status == MPCF_OK;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        status = make_one(copy, 0777, err);
        *slash = '/';
    }
    if (status == MPCF_OK) {
        status = make_one(copy, mode, err);
    }
    mpcf_free(copy);
    return status;
}

mpcf_status file_make_folder(const char *path, mpcf_error *err)
{
    return make_all(path, 0777, err);
}

mpcf_status file_make_private_folder(const char *path, mpcf_error *err)
{
    MPCF_TRY(make_all(path, S_IRWXU, err));
    if (chmod(path, S_IRWXU) != 0) { /* one that was there */
        return mpcf_fail(err, MPCF_E_IO, "cannot keep folder '%s' to its owner: %s", path,
                         strerror(errno));
    }
    return MPCF_OK;
}

/* Some file systems cannot sync a folder (EINVAL): there all of the file system is synced. */
static bool sync_descriptor(int fd)
{
    return fsync(fd) == 0 || (errno == EINVAL && syncfs(fd) == 0);
}

mpcf_status file_sync_folder(const char *path, mpcf_error *err)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool is_synced = fd >= 0 && sync_descriptor(fd);
    const int cause = errno;

    if (fd >= 0) {
        (void) close(fd); /* nothing was written through it */
    }
    return is_synced ? MPCF_OK
                     : mpcf_fail(err, file_status(cause), "cannot sync folder '%s': %s", path,
                                 strerror(cause));
}

static int remove_entry(const char *path, const struct stat *facts, int type, struct FTW *where)
{
    (void) facts;
    (void) type;
    (void) where;
    return remove(path);
}

mpcf_status file_remove_tree(const char *path, mpcf_error *err)
{
    if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT) {
        return mpcf_fail(err, MPCF_E_IO, "cannot remove '%s': %s", path, strerror(errno));
    }
    return MPCF_OK;
}

char *file_join(const char *folder, const char *name)
{
    return name[0] == '/' ? mpcf_strdup(name) : mpcf_format("%s/%s", folder, name);
}

char *file_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL) {
        return mpcf_strdup(".");
    }
    return slash == path ? mpcf_strdup("/") : mpcf_format("%.*s", (int) (slash - path), path);
}

char *file_absolute(const char *path)
{
    char here[PATH_MAX];
    char *real = realpath(path, here);

    if (real != NULL) {
        return mpcf_strdup(real);
    }
    if (path[0] == '/' || getcwd(here, sizeof here) == NULL) {
        return mpcf_strdup(path);
    }
    return file_join(here, path);
}
