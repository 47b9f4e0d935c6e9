/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and rewrites the file that counts questions, under a lock. */
#include "inference/questions.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "pipeline/output.h"

/* --- Who asks --- */

mpcf_status questions_user(const struct role_keys *keys, const char *identity,
                           char user[QUESTIONS_USER_SIZE], mpcf_error *err)
{
    return peer_name(keys, ROLE_USER, identity, user, err);
}

/* --- The file: {"version": 1, "users": {"key 0f..": 12}} --- */

static bool is_sound(const json_t *book)
{
    const json_t *users = json_object_get(book, "users");
    const char *user;
    json_t *asked;

    if (json_integer_value(json_object_get(book, "version")) != 1 || !json_is_object(users)) {
        return false;
    }
    json_object_foreach((json_t *) (uintptr_t) users, user, asked)
    {
        if (!json_is_integer(asked) || json_integer_value(asked) < 0) {
            return false;
        }
    }
    return true;
}

static mpcf_status read_book(const char *path, json_t **out, mpcf_error *err)
{
    json_t *book = NULL;
    mpcf_status status = MPCF_OK;

    if (!file_exists(path)) {
        book = json_pack("{s:i, s:{}}", "version", 1, "users");
        status = book != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "questions");
    } else {
        status = json_read_file(path, &book, err);
        if (status == MPCF_OK && !is_sound(book)) {
            status =
                mpcf_fail(err, MPCF_E_FORMAT, "%s: not of the form that the provider writes", path);
        }
    }
    if (status != MPCF_OK) {
        json_decref(book);
        return mpcf_fail_while(err, status, "counting questions (to count anew, move '%s' away)",
                               path);
    }
    *out = book;
    return MPCF_OK;
}

static uint64_t asked_by(const json_t *book, const char *user)
{
    return (uint64_t) json_integer_value(json_object_get(json_object_get(book, "users"), user));
}

static mpcf_status write_book(const char *path, const json_t *book, mpcf_error *err)
{
    char *text = json_text(book, JSON_INDENT(2));
    mpcf_status status = text != NULL ? file_write_whole_private(path, text, strlen(text), err)
                                      : mpcf_fail_memory(err, 0, "questions");

    free(text);
    return status;
}

/* --- One process at a time --- */

static mpcf_status take_lock(const struct pipeline *p, int *out, mpcf_error *err)
{
    char *path = output_path(p, "questions.lock");
    int lock = path != NULL ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR) : -1;
    int locked = -1;

    do {
        locked = lock >= 0 ? flock(lock, LOCK_EX) : -1;
    } while (lock >= 0 && locked != 0 && errno == EINTR);
    if (locked != 0) {
        const mpcf_status status =
            path != NULL ? mpcf_fail(err, MPCF_E_IO, "cannot lock '%s': %s", path, strerror(errno))
                         : mpcf_fail_memory(err, 0, "a path");

        if (lock >= 0) {
            (void) close(lock);
        }
        mpcf_free(path);
        return status;
    }
    mpcf_free(path);
    *out = lock;
    return MPCF_OK;
}

/* --- Questions --- */

static struct question_limit limit_of(const struct pipeline *p, const json_t *book,
                                      const char *user)
{
    const uint64_t limit = (uint64_t) p->infer.max_questions, asked = asked_by(book, user);

    return (struct question_limit){.limit = (uint32_t) limit,
                                   .left = asked < limit ? (uint32_t) (limit - asked) : 0};
}

static mpcf_status look(const struct pipeline *p, const char *path, const char *user,
                        struct question_limit *out, mpcf_error *err)
{
    json_t *book = NULL;

    MPCF_TRY(read_book(path, &book, err));
    *out = limit_of(p, book, user);
    json_decref(book);
    return MPCF_OK;
}

mpcf_status questions_left(const struct pipeline *p, const char *user, struct question_limit *out,
                           mpcf_error *err)
{
    char *path = NULL;
    mpcf_status status = MPCF_OK;

    *out = (struct question_limit){0};
    if (p->infer.max_questions == 0) {
        return MPCF_OK;
    }
    path = output_path(p, "questions.json");
    status = path != NULL ? look(p, path, user, out, err) : mpcf_fail_memory(err, 0, "a path");
    mpcf_free(path);
    return status;
}

static mpcf_status count_in(json_t *book, const char *path, const char *user, size_t count,
                            mpcf_error *err)
{
    const uint64_t sum = asked_by(book, user) + count; /* at most the limit, a json_int_t */

    if (json_object_set_new(json_object_get(book, "users"), user, json_integer((json_int_t) sum)) !=
        0) {
        return mpcf_fail_memory(err, 0, "questions");
    }
    return write_book(path, book, err);
}

static mpcf_status use(const struct pipeline *p, const char *path, const char *user, size_t count,
                       struct question_limit *out, mpcf_error *err)
{
    json_t *book = NULL;

    MPCF_TRY(read_book(path, &book, err));
    *out = limit_of(p, book, user);
    const mpcf_status status =
        count <= out->left ? count_in(book, path, user, count, err) : MPCF_OK;
    json_decref(book);
    return status;
}

mpcf_status questions_use(const struct pipeline *p, const char *user, size_t count,
                          struct question_limit *out, mpcf_error *err)
{
    char *path = NULL;
    int lock = -1;
    mpcf_status status = MPCF_OK;

    *out = (struct question_limit){0};
    if (p->infer.max_questions == 0) {
        return MPCF_OK;
    }
    MPCF_TRY(take_lock(p, &lock, err));
    path = output_path(p, "questions.json");
    status =
        path != NULL ? use(p, path, user, count, out, err) : mpcf_fail_memory(err, 0, "a path");
    mpcf_free(path);
    (void) close(lock);
    return status;
}
