/* SPDX-License-Identifier: Apache-2.0 */
/* How the user's answers are written one by one, and found again. */
#include "inference/kept_answers.h"

#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/json.h"
#include "pipeline/output.h"

#define OLD "user.partial.old.jsonl"

struct kept_answers {
    struct kept_request request;
    char *path, *old; /* OLD: what is set aside gets this name */
    int fd;
    off_t length; /* of its whole lines */
    size_t count; /* examples that are there */
    bool *is_there;
    float *values; /* [corpus->count, width]: what was taken over */
};

static size_t rows_of(const struct kept_answers *k)
{
    return k->request.corpus->count;
}

/* --- What an earlier run kept --- */

static bool is_ours(const struct kept_answers *k, const json_t *head)
{
    const char *of = json_string_value(json_object_get(head, "of"));

    return k->request.is_taken_over && of != NULL && *of != '\0' &&
           strcmp(of, k->request.of) == 0 &&
           json_integer_value(json_object_get(head, "examples")) == (json_int_t) rows_of(k) &&
           json_integer_value(json_object_get(head, "width")) == (json_int_t) k->request.width;
}

static bool all_null(const json_t *answer)
{
    bool is_null = true;

    for (size_t c = 0; c < json_array_size(answer); c++) {
        is_null = is_null && json_is_null(json_array_get(answer, c));
    }
    return is_null;
}

/* A line that is damaged, or has what is no number, is an answer less. */
static void take_answer(struct kept_answers *k, const json_t *line)
{
    const json_t *answer = json_object_get(line, "answer");
    const json_int_t i = json_integer_value(json_object_get(line, "example"));
    float *to;

    if (!json_is_integer(json_object_get(line, "example")) || i < 0 || (uint64_t) i >= rows_of(k) ||
        json_array_size(answer) != k->request.width) {
        return;
    }
    const bool is_marked = k->request.has_marks && all_null(answer);
    for (size_t c = 0; c < k->request.width; c++) {
        const json_t *value = json_array_get(answer, c);

        if (!is_marked &&
            (!json_is_number(value) || !(fabs(json_number_value(value)) <= (double) FLT_MAX))) {
            return;
        }
    }
    to = k->values + (size_t) i * k->request.width;
    for (size_t c = 0; c < k->request.width; c++) {
        to[c] = is_marked ? NAN : (float) json_number_value(json_array_get(answer, c));
    }
    k->count += !k->is_there[i];
    k->is_there[i] = true;
}

/* The line of LENGTH bytes as JSON, or NULL where it is damaged. */
static mpcf_status read_line(const char *text, size_t length, json_t **line, mpcf_error *err)
{
    const mpcf_status status = json_read_text(text, length, OUTPUT_ANSWERS, line, err);

    if (status == MPCF_OK || status == MPCF_E_NOMEM) {
        return status;
    }
    mpcf_error_reset(err);
    *line = NULL;
    return MPCF_OK;
}

/* *IS_GOOD: whether the lines in TEXT, of which the last may be cut off, are answers to what is
 * asked. */
static mpcf_status take_lines(struct kept_answers *k, const char *text, size_t length,
                              bool *is_good, mpcf_error *err)
{
    const char *end = memchr(text, '\n', length), *const stop = text + length;

    *is_good = false;
    for (bool is_first = true; end != NULL && (is_first || *is_good); is_first = false) {
        json_t *line = NULL;

        MPCF_TRY(read_line(text, (size_t) (end - text), &line, err));
        if (is_first) {
            *is_good = is_ours(k, line);
        } else {
            take_answer(k, line);
        }
        json_decref(line);
        k->length += *is_good ? end + 1 - text : 0;
        text = end + 1;
        end = memchr(text, '\n', (size_t) (stop - text));
    }
    return MPCF_OK;
}

/* --- Opening --- */

static mpcf_status fail_file(const struct kept_answers *k, int cause, mpcf_error *err)
{
    return mpcf_fail(err, file_status(cause), "cannot write '%s': %s", k->path, strerror(cause));
}

/* What lies there already may have been put there by others, who would read the answers in it. */
static mpcf_status check_file(const struct kept_answers *k, mpcf_error *err)
{
    struct stat facts;

    if (fstat(k->fd, &facts) != 0) {
        return fail_file(k, errno, err);
    }
    if (!S_ISREG(facts.st_mode) || facts.st_nlink > 1) {
        return mpcf_fail(err, MPCF_E_IO, "'%s' is not a regular file of one name: remove it",
                         k->path);
    }
    if (facts.st_uid != geteuid() || (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return mpcf_fail(err, MPCF_E_IO,
                         "'%s' is not this user's alone (of user %u, mode %04o), and answers go "
                         "there: move it away",
                         k->path, (unsigned) facts.st_uid, (unsigned) facts.st_mode & 07777u);
    }
    return MPCF_OK;
}

/* A pipe without a reader would be waited for. */
static mpcf_status open_path(struct kept_answers *k, mpcf_error *err)
{
    const int flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

    k->fd = open(k->path, flags | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    if (k->fd >= 0) {
        return fchmod(k->fd, S_IRUSR | S_IWUSR) == 0 ? MPCF_OK : fail_file(k, errno, err);
    }
    k->fd = errno == EEXIST ? open(k->path, flags) : -1;
    return k->fd >= 0 ? check_file(k, err) : fail_file(k, errno, err);
}

static mpcf_status open_file(struct kept_answers *k, mpcf_error *err)
{
    MPCF_TRY(open_path(k, err));
    if (flock(k->fd, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK
                   ? mpcf_fail(err, MPCF_E_INVALID, "another run of the user writes '%s'", k->path)
                   : fail_file(k, errno, err);
    }
    return MPCF_OK;
}

/* Answers to something else stay, under another name. */
static mpcf_status set_aside(struct kept_answers *k, size_t count, mpcf_error *err)
{
    if (rename(k->path, k->old) != 0) {
        return fail_file(k, errno, err);
    }
    log_line(LOG_WARN, "user: %zu answers of an earlier run %s: kept as '%s'", count,
             k->request.is_taken_over ? "are of another network, other options or other texts"
                                      : "are not taken over (stages.infer.resume)",
             k->old);
    (void) close(k->fd);
    return open_file(k, err);
}

static mpcf_status put(struct kept_answers *k, const struct text_buffer *text, mpcf_error *err)
{
    size_t done = 0;

    if (text->failed) {
        return mpcf_fail_memory(err, text->length, "answers");
    }
    while (done < text->length) {
        const ssize_t n = write(k->fd, text->data + done, text->length - done);

        if (n < 0 && errno != EINTR) {
            const int cause = errno;

            (void) !ftruncate(k->fd, k->length); /* no half line */
            return fail_file(k, cause, err);
        }
        done += n > 0 ? (size_t) n : 0;
    }
    k->length += (off_t) done;
    return MPCF_OK;
}

static mpcf_status begin_file(struct kept_answers *k, mpcf_error *err)
{
    struct text_buffer text = {0};
    mpcf_status status = MPCF_OK;

    k->length = 0;
    if (ftruncate(k->fd, 0) != 0) {
        return fail_file(k, errno, err);
    }
    text_printf(&text, "{\"of\": \"%s\", \"examples\": %zu, \"width\": %zu}\n", k->request.of,
                rows_of(k), k->request.width);
    status = put(k, &text, err);
    text_clear(&text);
    return status;
}

/* What does not fit in LIMIT, or cannot be read, is of something else. */
static mpcf_status read_file(struct kept_answers *k, bool *is_good, mpcf_error *err)
{
    const size_t limit = 4096 + rows_of(k) * (128 + 64 * k->request.width) * 2;
    char *text = NULL;
    size_t length = 0;
    mpcf_status status = file_read(k->path, limit, &text, &length, err);

    *is_good = false;
    if (status == MPCF_OK) {
        status = take_lines(k, text, length, is_good, err);
        mpcf_wipe(text, length);
        mpcf_free(text);
    } else if (status != MPCF_E_NOMEM) {
        mpcf_error_reset(err);
        status = MPCF_OK;
    }
    return status;
}

static mpcf_status load(struct kept_answers *k, mpcf_error *err)
{
    const size_t before = kept_answers_in(k->path);
    bool is_good = false;

    if (before > 0) {
        MPCF_TRY(read_file(k, &is_good, err));
    }
    if (is_good) {
        log_line(LOG_INFO,
                 "user: %zu of %zu answers are those that an earlier run kept, and not asked again "
                 "(stages.infer.resume)",
                 k->count, rows_of(k));
        return ftruncate(k->fd, k->length) == 0 ? MPCF_OK : fail_file(k, errno, err);
    }
    if (before > 0) {
        MPCF_TRY(set_aside(k, before, err));
    }
    return begin_file(k, err);
}

mpcf_status kept_answers_open(const struct kept_request *request, struct kept_answers **out,
                              mpcf_error *err)
{
    struct kept_answers *k = mpcf_alloc_array(1, sizeof *k);
    mpcf_status status = MPCF_OK;

    if (k == NULL) {
        return mpcf_fail_memory(err, sizeof *k, "answers");
    }
    *k = (struct kept_answers){.request = *request, .fd = -1};
    k->path = file_join(request->folder, OUTPUT_ANSWERS);
    k->old = file_join(request->folder, OLD);
    k->is_there = mpcf_alloc_array(rows_of(k) + 1, sizeof *k->is_there);
    k->values = mpcf_secret_alloc(rows_of(k) * request->width + 1, sizeof *k->values);
    if (k->path == NULL || k->old == NULL || k->is_there == NULL || k->values == NULL) {
        status = mpcf_fail_memory(err, rows_of(k) * request->width * sizeof *k->values, "answers");
    }
    if (status == MPCF_OK) {
        status = open_file(k, err);
    }
    if (status == MPCF_OK) {
        status = load(k, err);
    }
    if (status != MPCF_OK) {
        kept_answers_close(k, false);
        return status;
    }
    *out = k;
    return MPCF_OK;
}

void kept_answers_close(struct kept_answers *k, bool is_merged)
{
    if (k == NULL) {
        return;
    }
    if (k->fd >= 0) {
        if (is_merged || (k->length > 0 && k->count == 0)) {
            (void) unlink(k->path);
        }
        (void) close(k->fd);
    }
    mpcf_free(k->path);
    mpcf_free(k->old);
    mpcf_free(k->is_there);
    mpcf_secret_free(k->values);
    mpcf_free(k);
}

/* --- Between --- */

const char *kept_answers_path(const struct kept_answers *k)
{
    return k->path;
}

size_t kept_answers_count(const struct kept_answers *k)
{
    return k != NULL ? k->count : 0;
}

bool kept_answers_have(const struct kept_answers *k, size_t i)
{
    return k != NULL && k->is_there[i];
}

void kept_answers_copy(const struct kept_answers *k, float *answers)
{
    const size_t width = k->request.width;

    for (size_t i = 0; i < rows_of(k); i++) {
        if (k->is_there[i]) {
            memcpy(answers + i * width, k->values + i * width, width * sizeof *answers);
        }
    }
}

static void write_answer(const struct kept_answers *k, size_t i, const float *answer,
                         struct text_buffer *text)
{
    text_printf(text, "{\"example\": %zu, \"row\": %llu, \"answer\": [", i,
                (unsigned long long) k->request.corpus->items[i].id);
    for (size_t c = 0; c < k->request.width; c++) {
        text_append(text, c == 0 ? "" : ", ");
        if (isfinite(answer[c])) {
            text_printf(text, "%.9g", (double) answer[c]);
        } else {
            text_append(text, "null");
        }
    }
    text_append(text, "]}\n");
}

mpcf_status kept_answers_add(struct kept_answers *k, const uint32_t *rows, size_t count,
                             const float *answers, mpcf_error *err)
{
    struct text_buffer text = {0};
    mpcf_status status = MPCF_OK;

    for (size_t i = 0; i < count; i++) {
        write_answer(k, rows[i], answers + rows[i] * k->request.width, &text);
    }
    status = put(k, &text, err);
    for (size_t i = 0; status == MPCF_OK && i < count; i++) {
        k->count += !k->is_there[rows[i]];
        k->is_there[rows[i]] = true;
    }
    if (text.data != NULL) {
        mpcf_wipe(text.data, text.length);
    }
    text_clear(&text);
    return status;
}

size_t kept_answers_in(const char *path)
{
    FILE *file = fopen(path, "rbe");
    size_t lines = 0;
    int c;

    while (file != NULL && (c = getc(file)) != EOF) {
        lines += c == '\n';
    }
    if (file != NULL) {
        (void) fclose(file);
    }
    return lines > 0 ? lines - 1 : 0;
}
