/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether others could put another plug-in in the place of one, by writing to its file or to any
 * folder above it. The walk begins at the root and goes from one open folder to the next: nobody
 * can exchange what lies below a folder that was found to be safe.
 */
#include "plugin/loader_trust.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"

/* --- Users and groups --- */

/* Who could change mpcf itself may change its plug-ins: the owner of this library, and of any folder
 * above it. Usually root, or who built it. */
static bool owns_library(uid_t user)
{
    static const char inside = 0; /* of this object file */
    Dl_info where;
    char *path = dladdr(&inside, &where) != 0 ? realpath(where.dli_fname, NULL) : NULL;
    bool owns = false;

    while (path != NULL && *path != '\0' && !owns) {
        struct stat facts;

        owns = stat(path, &facts) == 0 && facts.st_uid == user;
        *strrchr(path, '/') = '\0';
    }
    free(path);
    return owns;
}

static bool is_trusted_user(uid_t user)
{
    return user == 0 || user == geteuid() || owns_library(user);
}

/* Of those whose first group it is; *COUNT how many. Plug-ins are loaded before threads start. */
static bool trusts_first_members(gid_t group, size_t *count)
{
    const struct passwd *user;
    bool trusted = true;

    setpwent();
    while ((user = getpwent()) != NULL) { /* NOLINT(concurrency-mt-unsafe) */
        if (user->pw_gid == group) {
            trusted = trusted && is_trusted_user(user->pw_uid);
            (*count)++;
        }
    }
    endpwent();
    return trusted;
}

/* A private group, as distributions make one for each user: nobody is in it but the two. One
 * without members is not: programs that run under it (setgid) are not known here. */
static bool is_private_group(gid_t number)
{
    size_t count = 0;
    bool trusted = trusts_first_members(number, &count);
    const struct group *group = getgrgid(number); /* NOLINT(concurrency-mt-unsafe) */

    for (size_t i = 0; trusted && group != NULL && group->gr_mem[i] != NULL; i++) {
        const struct passwd *user = getpwnam(group->gr_mem[i]); /* NOLINT(concurrency-mt-unsafe) */

        trusted = user != NULL && is_trusted_user(user->pw_uid);
        count++;
    }
    return group != NULL && trusted && count > 0;
}

static const char *user_name(uid_t number)
{
    const struct passwd *user = getpwuid(number); /* NOLINT(concurrency-mt-unsafe) */

    return user != NULL ? user->pw_name : "?";
}

static const char *group_name(gid_t number)
{
    const struct group *group = getgrgid(number); /* NOLINT(concurrency-mt-unsafe) */

    return group != NULL ? group->gr_name : "?";
}

/* --- One file or folder --- */

/* What stands in the group's bits is what an access control list lets others at most. */
static bool has_access_list(const char *path)
{
    return getxattr(path, "system.posix_acl_access", NULL, 0) > 0;
}

#define WAY_OUT " (MPCF_STRICT_PLUGINS=no loads it all the same)"

static mpcf_status check_facts(const char *path, const struct stat *facts, mpcf_error *err)
{
    const unsigned mode = facts->st_mode & 07777;

    if (!is_trusted_user(facts->st_uid)) {
        return mpcf_fail(
            err, MPCF_E_CONFIG,
            "'%s' belongs to user %u (%s), who may write it, and not to you (%u), root "
            "or the owner of mpcf: chown it, or install the plug-in elsewhere" WAY_OUT,
            path, (unsigned) facts->st_uid, user_name(facts->st_uid), (unsigned) geteuid());
    }
    if (S_ISDIR(facts->st_mode) && (mode & S_ISVTX) != 0) {
        return MPCF_OK;
    }
    if ((mode & S_IWOTH) != 0) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "'%s' may be written by anyone (mode %04o); a plug-in sees weights and "
                         "shares: chmod o-w" WAY_OUT,
                         path, mode);
    }
    if ((mode & S_IWGRP) != 0 && has_access_list(path)) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "'%s' has an access control list by which others may write it (getfacl): "
                         "setfacl -b" WAY_OUT,
                         path);
    }
    if ((mode & S_IWGRP) != 0 && !is_private_group(facts->st_gid)) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "'%s' may be written by group %u (%s; mode %04o), which is not yours "
                         "alone: chmod g-w" WAY_OUT,
                         path, (unsigned) facts->st_gid, group_name(facts->st_gid), mode);
    }
    return MPCF_OK;
}

/* --- All of them --- */

static mpcf_status fail_look(const char *path, int cause, mpcf_error *err)
{
    return mpcf_fail(err, cause == ENOMEM ? MPCF_E_NOMEM : MPCF_E_IO, "cannot look at '%s': %s",
                     path, strerror(cause));
}

/* Goes from the open folder *FD to NAME in it, whose whole path is PATH; *FD is that one's then. */
static mpcf_status step_to(int *fd, const char *name, const char *path, mpcf_error *err)
{
    struct stat facts;
    const int next = openat(*fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    int cause = errno;

    (void) close(*fd);
    *fd = next;
    if (next < 0) {
        return fail_look(path, cause, err);
    }
    if (fstat(next, &facts) != 0) {
        cause = errno;
        return fail_look(path, cause, err);
    }
    if (S_ISLNK(facts.st_mode)) {
        return mpcf_fail(err, MPCF_E_CONFIG, "'%s' became a link just now", path);
    }
    return check_facts(path, &facts, err);
}

/* PATH is changed, and put right again. */
static mpcf_status walk(char *path, mpcf_error *err)
{
    int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    char *name = path + 1;
    mpcf_status status = fd >= 0 ? step_to(&fd, ".", "/", err) : fail_look("/", errno, err);

    while (status == MPCF_OK && *name != '\0') {
        char *slash = strchr(name, '/');

        if (slash != NULL) {
            *slash = '\0';
        }
        status = step_to(&fd, name, path, err);
        if (slash == NULL) {
            break;
        }
        *slash = '/';
        name = slash + 1;
    }
    if (fd >= 0) {
        (void) close(fd);
    }
    return status;
}

static bool is_strict(void)
{
    const char *wish = getenv("MPCF_STRICT_PLUGINS"); /* NOLINT(concurrency-mt-unsafe) */

    return wish == NULL || strcmp(wish, "no") != 0;
}

mpcf_status loader_check_trust(const char *path, mpcf_error *err)
{
    char *copy = mpcf_strdup(path);
    mpcf_status status;

    if (copy == NULL) {
        return mpcf_fail_memory(err, strlen(path), "a path");
    }
    status = walk(copy, err);
    mpcf_free(copy);
    if (status == MPCF_E_CONFIG && !is_strict()) {
        log_line(LOG_WARN, "loaded all the same (MPCF_STRICT_PLUGINS=no): %s",
                 err != NULL ? mpcf_error_text(err) : path);
        mpcf_error_reset(err);
        return MPCF_OK;
    }
    return status;
}
