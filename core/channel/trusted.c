/* SPDX-License-Identifier: Apache-2.0 */
/* How a key gets into the file of those that are trusted, or of those that were taken back. */
#include "channel/trusted.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "channel/private_file.h"
#include "channel/spoken.h"

#define FILE_LIMIT  ((size_t) 65536)
#define DIGITS_MAX  ((size_t) 2 * TRUSTED_BYTES_MAX)
#define PUBLIC_MODE ((mode_t) 0644) /* of a new one: it is no secret */

const struct trusted_kind trusted_pinned = {
    .name = "trusted",
    .first_line = "mpcf-trusted 1",
    .has_roles = true,
    .most = 64,
    .bytes = SPOKEN_BYTES,
    .line = "a role and a fingerprint of 32 hexadecimal digits",
    .when_full = "take out those that are no longer used",
};
const struct trusted_kind trusted_curve = {
    .name = "trusted.curve",
    .first_line = "mpcf-curve-trusted 1",
    .has_roles = true,
    .most = 64,
    .bytes = TRUSTED_BYTES_MAX,
    .line = "a role and a public key of 64 hexadecimal digits",
    .when_full = "take out those that are no longer used",
};
const struct trusted_kind trusted_revoked = {
    .name = "revoked",
    .first_line = "mpcf-revoked 1",
    .has_roles = false,
    .most = 1024,
    .bytes = SPOKEN_BYTES,
    .line = "a fingerprint of 32 hexadecimal digits, and no role",
    .when_full = "make another authority instead",
};

static size_t digits_of(const struct trusted_kind *kind)
{
    return 2 * kind->bytes;
}

/* --- writing --- */

/* As what it replaces, which other users' roles may read. */
static mpcf_status keep_facts(struct file_write *file, const char *path, mpcf_error *err)
{
    const int fd = fileno(file_write_stream(file));
    struct stat was, now;
    const bool is_new = stat(path, &was) != 0;
    const mode_t mode = is_new ? PUBLIC_MODE : was.st_mode & 07777u;
    bool kept = fstat(fd, &now) == 0;

    if (kept && !is_new && (now.st_uid != was.st_uid || now.st_gid != was.st_gid)) {
        kept = fchown(fd, was.st_uid, was.st_gid) == 0;
    }
    if (kept && fchmod(fd, mode) == 0) {
        return MPCF_OK;
    }
    return mpcf_fail(err, file_status(errno), "cannot keep owner and mode of '%s': %s", path,
                     strerror(errno));
}

static mpcf_status write_text(const char *path, const char *text, mpcf_error *err)
{
    struct file_write *file = NULL;

    MPCF_TRY(file_write_begin_private(path, &file, err));
    mpcf_status status = file_write_put(file, text, strlen(text), err);
    if (status == MPCF_OK) {
        status = keep_facts(file, path, err);
    }
    if (status != MPCF_OK) {
        file_write_cancel(file);
        return status;
    }
    return file_write_commit(file, err);
}

static mpcf_status write_line(const char *path, const char *before, const char *line,
                              mpcf_error *err)
{
    const size_t length = strlen(before);
    const char *end = length > 0 && before[length - 1] != '\n' ? "\n" : "";
    char *text = mpcf_format("%s%s%s\n", before, end, line);
    mpcf_status status =
        text == NULL ? mpcf_fail_memory(err, length, path) : write_text(path, text, err);

    mpcf_free(text);
    return status;
}

/* --- reading: by lines, as the transport does --- */

/* The next line of *REST that is neither empty nor a comment, of *SIZE bytes; NULL: none. */
static const char *next_line(const char **rest, size_t *size)
{
    while (**rest != '\0') {
        const char *line = *rest;
        *size = strcspn(line, "\n");
        *rest = line + *size + (line[*size] == '\n');
        if (*size > 0 && line[0] != '#') {
            return line;
        }
    }
    return NULL;
}

static bool ends_with(const char *line, size_t size, const char *word)
{
    const size_t length = strlen(word);

    return size >= length && memcmp(line + size - length, word, length) == 0;
}

static mpcf_status fail_zero(const char *path, mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_FORMAT, "%s: has a zero byte: it is no text", path);
}

static bool has_return(const char *line, size_t size)
{
    return size > 0 && line[size - 1] == '\r';
}

static mpcf_status fail_return(const char *path, unsigned number, mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_FORMAT,
                     "%s:%u: the line ends in CR LF: `sed -i 's/\\r$//'` that file", path, number);
}

static unsigned line_number(const char *text, const char *line)
{
    unsigned number = 1;

    for (; text < line; text++) {
        number += *text == '\n';
    }
    return number;
}

static mpcf_status take_first(const struct trusted_kind *kind, const char *path, const char **rest,
                              mpcf_error *err)
{
    const char *text = *rest;
    size_t size = 0;
    const char *line = next_line(rest, &size);

    if (line != NULL && has_return(line, size)) {
        return fail_return(path, line_number(text, line), err);
    }
    if (line != NULL && size == strlen(kind->first_line) &&
        memcmp(line, kind->first_line, size) == 0) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_FORMAT, "%s: does not begin with the line '%s'", path,
                     kind->first_line);
}

static bool has_key(const char *rest, const char *fingerprint)
{
    size_t size = 0;
    bool has = false;

    for (const char *line; !has && (line = next_line(&rest, &size)) != NULL;) {
        has = ends_with(line, size, fingerprint);
    }
    return has;
}

/* --- checking --- */

static bool is_key(const struct trusted_kind *kind, const char *text, size_t size)
{
    return size == digits_of(kind) && strspn(text, "0123456789abcdef") >= size;
}

/* Whether LINE is one of KIND; *ROLE: whose, -1 where KIND has none. */
static bool read_line(const struct trusted_kind *kind, const char *line, size_t size, int *role)
{
    *role = -1;
    if (!kind->has_roles) {
        return is_key(kind, line, size);
    }
    for (int r = 0; r < 3 && *role < 0; r++) {
        const char *name = role_name((enum role) r);
        const size_t length = strlen(name);
        if (size > length && memcmp(line, name, length) == 0 && line[length] == ' ' &&
            is_key(kind, line + length + 1, size - length - 1)) {
            *role = r;
        }
    }
    return *role >= 0;
}

static void read_digits(const char *text, uint8_t *key, size_t bytes)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes; i++) {
        const char *high = strchr(digits, text[2 * i]), *low = strchr(digits, text[2 * i + 1]);
        key[i] = (uint8_t) (16 * (high - digits) + (low - digits));
    }
}

struct visitor {
    trusted_visit *visit; /* NULL: none */
    void *context;
};

static mpcf_status check_line(const struct trusted_kind *kind, const char *at, const char *line,
                              size_t size, const char *rest, const struct visitor *v,
                              mpcf_error *err)
{
    char digits[DIGITS_MAX + 1] = "";
    uint8_t key[TRUSTED_BYTES_MAX];
    int role = -1;

    if (has_return(line, size)) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "%s: the line ends in CR LF: `sed -i 's/\\r$//'` that file", at);
    }
    if (!read_line(kind, line, size, &role)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: expected %s", at, kind->line);
    }
    memcpy(digits, line + size - digits_of(kind), digits_of(kind));
    if (kind->has_roles && has_key(rest, digits)) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: the key %s stands below again", at, digits);
    }
    if (v->visit != NULL) {
        read_digits(digits, key, kind->bytes);
        v->visit(v->context, role, key);
    }
    return MPCF_OK;
}

static mpcf_status check_lines(const struct trusted_kind *kind, const char *path, const char *text,
                               unsigned *count, const struct visitor *v, mpcf_error *err)
{
    const char *rest = text;
    size_t size = 0;

    MPCF_TRY(take_first(kind, path, &rest, err));
    for (const char *line; (line = next_line(&rest, &size)) != NULL; (*count)++) {
        char *at = mpcf_format("%s:%u", path, line_number(text, line));
        mpcf_status status = at == NULL ? mpcf_fail_memory(err, strlen(path), "a place")
                                        : check_line(kind, at, line, size, rest, v, err);
        mpcf_free(at);
        MPCF_TRY(status);
    }
    return *count <= kind->most ? MPCF_OK
                                : mpcf_fail(err, MPCF_E_FORMAT, "%s: has more than %u keys: %s",
                                            path, kind->most, kind->when_full);
}

static mpcf_status check_file(const struct trusted_kind *kind, const char *path, unsigned *count,
                              const struct visitor *v, mpcf_error *err)
{
    char *text = NULL;
    size_t length = 0;

    *count = 0;
    MPCF_TRY(public_file_read(path, FILE_LIMIT, &text, &length, err));
    mpcf_status status = memchr(text, '\0', length) != NULL
                             ? fail_zero(path, err)
                             : check_lines(kind, path, text, count, v, err);
    mpcf_secret_free(text);
    return status;
}

mpcf_status trusted_check(const struct trusted_kind *kind, const char *path, unsigned *count,
                          mpcf_error *err)
{
    return check_file(kind, path, count, &(struct visitor){NULL, NULL}, err);
}

mpcf_status trusted_walk(const struct trusted_kind *kind, const char *path, trusted_visit *visit,
                         void *context, mpcf_error *err)
{
    unsigned count = 0;

    return check_file(kind, path, &count, &(struct visitor){visit, context}, err);
}

const struct trusted_kind *trusted_kind_of(const char *text)
{
    static const struct trusted_kind *const kinds[] = {&trusted_pinned, &trusted_curve,
                                                       &trusted_revoked};
    size_t size = 0;
    const char *line = next_line(&text, &size);

    size -= line != NULL && has_return(line, size); /* told of by who reads it */
    for (size_t i = 0; line != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (size == strlen(kinds[i]->first_line) && memcmp(line, kinds[i]->first_line, size) == 0) {
            return kinds[i];
        }
    }
    return NULL;
}

/* --- adding --- */

static mpcf_status add_to(const struct trusted_kind *kind, const char *path, const char *before,
                          size_t length, const char *line, mpcf_error *err)
{
    unsigned count = 0;

    if (memchr(before, '\0', length) != NULL) {
        return fail_zero(path, err);
    }
    /* Behind a line that the transport does not take another would change nothing; and keys are compared as text,
     * which is right where each has one spelling. */
    MPCF_TRY(check_lines(kind, path, before, &count, &(struct visitor){NULL, NULL}, err));
    if (has_key(before, line + strlen(line) - digits_of(kind))) {
        return mpcf_fail(err, MPCF_E_CONFIG, "%s: has this key already%s", path,
                         kind->has_roles ? "; one key is one role's" : "");
    }
    if (count >= kind->most) {
        return mpcf_fail(err, MPCF_E_CONFIG, "%s: has %u keys, and the transport takes no more: %s",
                         path, kind->most, kind->when_full);
    }
    return write_line(path, before, line, err);
}

static mpcf_status add(const struct trusted_kind *kind, const char *path, const char *line,
                       mpcf_error *err)
{
    char *before = NULL;
    size_t length = 0;

    if (!file_exists(path)) {
        return write_line(path, kind->first_line, line, err);
    }
    MPCF_TRY(file_read(path, FILE_LIMIT, &before, &length, err));
    mpcf_status status = add_to(kind, path, before, length, line, err);
    mpcf_free(before);
    return status;
}

mpcf_status trusted_add(const struct trusted_kind *kind, const char *folder, enum role role,
                        const uint8_t *key, mpcf_error *err)
{
    char line[16 + DIGITS_MAX];
    char *path = mpcf_format("%s/%s", folder, kind->name);
    int at = 0;

    if (path == NULL) {
        return mpcf_fail_memory(err, strlen(folder), "a file name");
    }
    if (kind->has_roles) {
        at = snprintf(line, sizeof(line), "%s ", role_name(role));
    }
    for (size_t i = 0; i < kind->bytes; i++) {
        at += snprintf(line + at, sizeof(line) - (size_t) at, "%02x", key[i]);
    }
    mpcf_status status = add(kind, path, line, err);
    mpcf_free(path);
    return status;
}
