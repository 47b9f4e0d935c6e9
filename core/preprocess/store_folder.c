/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who holds the folder of a stored session, or of what is kept of one, and which files in it are a store's own.
 */
#include "preprocess/store_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"

#define INFERENCE "inference-"
#define LOCK      "lock"

/* The folder itself outlasts a crash. */
static mpcf_status sync_above(const char *folder, mpcf_error *err)
{
    char *above = file_folder_of(folder);
    const mpcf_status status = above != NULL ? file_sync_folder(above, err)
                                             : mpcf_fail_memory(err, strlen(folder), "a path");

    mpcf_free(above);
    return status;
}

mpcf_status store_folder_make(const char *folder, mpcf_error *err)
{
    MPCF_TRY(file_make_private_folder(folder, err));
    return sync_above(folder, err);
}

/* --- One process at a time --- */

/* Another process may have removed the folder between the opening of the file and the lock. */
static bool is_still(int fd, const char *path)
{
    struct stat opened, there;

    return fstat(fd, &opened) == 0 && stat(path, &there) == 0 && opened.st_dev == there.st_dev &&
           opened.st_ino == there.st_ino;
}

static mpcf_status take_lock(const char *path, const char *folder, int how, int *lock,
                             mpcf_error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);

    if (fd < 0) {
        return mpcf_fail(err, MPCF_E_IO, "cannot open '%s': %s", path, strerror(errno));
    }
    if (flock(fd, how | LOCK_NB) != 0) {
        const int cause = errno;

        (void) close(fd);
        return cause == EWOULDBLOCK
                   ? mpcf_fail(err, MPCF_E_INVALID, "another process uses the store '%s'", folder)
                   : mpcf_fail(err, MPCF_E_IO, "cannot lock '%s': %s", path, strerror(cause));
    }
    if (!is_still(fd, path)) {
        (void) close(fd);
        return mpcf_fail(err, MPCF_E_INVALID, "another process removes the store '%s'", folder);
    }
    *lock = fd;
    return MPCF_OK;
}

static mpcf_status lock_folder(const char *folder, int how, int *lock, mpcf_error *err)
{
    char *path = file_join(folder, LOCK);
    mpcf_status status = path != NULL ? take_lock(path, folder, how, lock, err)
                                      : mpcf_fail_memory(err, strlen(folder), "a path");

    mpcf_free(path);
    return status;
}

mpcf_status store_folder_lock(const char *folder, int *lock, mpcf_error *err)
{
    return lock_folder(folder, LOCK_EX, lock, err);
}

mpcf_status store_folder_share(const char *folder, int *lock, mpcf_error *err)
{
    return lock_folder(folder, LOCK_SH, lock, err);
}

void store_folder_unlock(int lock)
{
    if (lock >= 0) {
        (void) close(lock); /* the file stays: removing it would race with who opens it */
    }
}

bool store_folder_is_in_use(const char *folder)
{
    int lock = -1;
    const mpcf_status status =
        file_is_folder(folder) ? store_folder_lock(folder, &lock, NULL) : MPCF_OK;

    store_folder_unlock(lock);
    return status == MPCF_E_INVALID;
}

/* --- Names --- */

/* "" or what a write that was cut off leaves: ".PID.part". */
static bool is_end(const char *rest)
{
    if (*rest == '\0') {
        return true;
    }
    return *rest == '.' && strcmp(rest + 1 + strspn(rest + 1, "0123456789"), ".part") == 0;
}

static bool is_ours(const char *name)
{
    static const struct {
        const char *start, *digits;
    } forms[] = {{"session", ""},
                 {"kept", ""},
                 {"weights-", "0123456789abcdef"},
                 {"consumed", ""},
                 {LOCK, ""},
                 {INFERENCE, "0123456789"},
                 {"packing-", "0123456789abcdef"}};

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const size_t length = strlen(forms[i].start);

        if (strncmp(name, forms[i].start, length) == 0 &&
            is_end(name + length + strspn(name + length, forms[i].digits))) {
            return true;
        }
    }
    return false;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* --- All files --- */

static mpcf_status check_replaceable(const char *folder, DIR *listing, mpcf_error *err)
{
    for (struct dirent *e = readdir(listing); e != NULL; e = readdir(listing)) {
        if (!is_dots(e->d_name) && !is_ours(e->d_name)) {
            return mpcf_fail(err, MPCF_E_INVALID,
                             "'%s' is not an earlier session's store: '%s' lies in it", folder,
                             e->d_name);
        }
    }
    rewinddir(listing);
    return MPCF_OK;
}

/* All but the lock. What is left without its seeds is nobody's session. */
static mpcf_status unlink_all(const char *folder, DIR *listing, mpcf_error *err)
{
    (void) unlinkat(dirfd(listing), "session", 0);
    (void) unlinkat(dirfd(listing), "kept", 0);
    for (struct dirent *e = readdir(listing); e != NULL; e = readdir(listing)) {
        if (!is_dots(e->d_name) && strcmp(e->d_name, LOCK) != 0 &&
            unlinkat(dirfd(listing), e->d_name, 0) != 0 && errno != ENOENT) {
            return mpcf_fail(err, MPCF_E_IO, "cannot remove '%s/%s': %s", folder, e->d_name,
                             strerror(errno));
        }
    }
    return MPCF_OK;
}

mpcf_status store_folder_empty(const char *folder, mpcf_error *err)
{
    DIR *listing = opendir(folder);
    mpcf_status status = MPCF_OK;

    if (listing == NULL) {
        return mpcf_fail(err, MPCF_E_IO, "cannot open the store '%s': %s", folder, strerror(errno));
    }
    status = check_replaceable(folder, listing, err);
    if (status == MPCF_OK) {
        status = unlink_all(folder, listing, err);
    }
    (void) closedir(listing);
    return status;
}

/* Locked to the end: who waits for it finds it gone. */
static mpcf_status remove_locked(const char *folder, mpcf_error *err)
{
    char *lock = file_join(folder, LOCK);
    mpcf_status status = lock != NULL ? store_folder_empty(folder, err)
                                      : mpcf_fail_memory(err, strlen(folder), "a path");

    if (status == MPCF_OK && (unlink(lock) != 0 || rmdir(folder) != 0)) {
        status = mpcf_fail(err, MPCF_E_IO, "cannot remove '%s': %s", folder, strerror(errno));
    }
    mpcf_free(lock);
    return status;
}

mpcf_status store_folder_remove(const char *folder, mpcf_error *err)
{
    int lock = -1;

    MPCF_TRY(store_folder_lock(folder, &lock, err));
    mpcf_status status = remove_locked(folder, err);
    store_folder_unlock(lock);
    return status;
}

mpcf_status store_folder_check(const char *folder, mpcf_error *err)
{
    struct stat facts;

    if (stat(folder, &facts) != 0) {
        return mpcf_fail(err, MPCF_E_IO, "cannot look at the store '%s': %s", folder,
                         strerror(errno));
    }
    if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "the store '%s' is open to others (mode %03o), and holds seeds: chmod 700",
                         folder, (unsigned) facts.st_mode & 0777);
    }
    return MPCF_OK;
}

void store_folder_drop(const char *path)
{
    if (unlink(path) != 0 && errno != ENOENT) {
        log_line(LOG_WARN, "cannot remove '%s', which is used up: %s", path, strerror(errno));
    }
}

static void forget_one(const char *folder, const char *name)
{
    char *path = file_join(folder, name);

    if (path != NULL) { /* else the next look removes it */
        store_folder_drop(path);
    }
    mpcf_free(path);
}

void store_folder_forget(const char *folder, uint32_t next)
{
    DIR *listing = opendir(folder);

    for (struct dirent *e = listing != NULL ? readdir(listing) : NULL; e != NULL;
         e = readdir(listing)) {
        const char *number = e->d_name + strlen(INFERENCE);

        if (strncmp(e->d_name, INFERENCE, strlen(INFERENCE)) == 0 && is_ours(e->d_name) &&
            strtoull(number, NULL, 10) < next) {
            forget_one(folder, e->d_name);
        }
    }
    if (listing != NULL) {
        (void) closedir(listing);
    }
}
