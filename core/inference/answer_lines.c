/* SPDX-License-Identifier: Apache-2.0 */
/* The user's answers as lines of JSON: first as they come, then in order. */
#include "inference/answer_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "pipeline/output.h"

struct answer_lines {
    struct predictor *predictor;
    const struct corpus *corpus;
    char *path;
    int fd;
    off_t length; /* of its whole lines */
};

static mpcf_status fail_file(const struct answer_lines *l, int cause, mpcf_error *err)
{
    return mpcf_fail(err, file_status(cause), "cannot write '%s': %s", l->path, strerror(cause));
}

/* What lay there may be a link, or somebody else's. */
static mpcf_status create(struct answer_lines *l, mpcf_error *err)
{
    if (unlink(l->path) != 0 && errno != ENOENT) {
        return fail_file(l, errno, err);
    }
    l->fd = open(l->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    return l->fd >= 0 ? MPCF_OK : fail_file(l, errno, err);
}

mpcf_status answer_lines_open(const char *folder, struct predictor *p, const struct corpus *corpus,
                              struct answer_lines **out, mpcf_error *err)
{
    struct answer_lines *l = mpcf_alloc_array(1, sizeof *l);
    mpcf_status status = MPCF_OK;

    if (l == NULL) {
        return mpcf_fail_memory(err, sizeof *l, "answers");
    }
    *l = (struct answer_lines){.predictor = p, .corpus = corpus, .fd = -1};
    l->path = file_join(folder, OUTPUT_ANSWER_LINES);
    status = l->path != NULL ? create(l, err) : mpcf_fail_memory(err, 0, "a path");
    if (status != MPCF_OK) {
        answer_lines_close(l);
        return status;
    }
    *out = l;
    return MPCF_OK;
}

void answer_lines_close(struct answer_lines *l)
{
    if (l == NULL) {
        return;
    }
    if (l->fd >= 0) {
        (void) close(l->fd);
    }
    mpcf_free(l->path);
    mpcf_free(l);
}

const char *answer_lines_path(const struct answer_lines *l)
{
    return l->path;
}

static mpcf_status put_row(const struct answer_lines *l, size_t i, const float *answers,
                           struct text_buffer *text, mpcf_error *err)
{
    struct prediction p;

    predictor_read(l->predictor, answers + i * l->predictor->width, &p);
    p.index = i;
    p.has_row = true;
    p.row = l->corpus->items[i].id;
    return prediction_print(&p, text, err);
}

static void forget(struct text_buffer *text)
{
    if (text->data != NULL) {
        mpcf_wipe(text->data, text->length);
    }
    text_clear(text);
}

static mpcf_status write_out(struct answer_lines *l, const struct text_buffer *text,
                             mpcf_error *err)
{
    size_t done = 0;

    while (done < text->length) {
        const ssize_t n = write(l->fd, text->data + done, text->length - done);

        if (n < 0 && errno != EINTR) {
            const int cause = errno;

            (void) !ftruncate(l->fd, l->length); /* no half line */
            return fail_file(l, cause, err);
        }
        done += n > 0 ? (size_t) n : 0;
    }
    l->length += (off_t) done;
    return MPCF_OK;
}

mpcf_status answer_lines_add(struct answer_lines *l, const uint32_t *rows, size_t count,
                             const float *answers, mpcf_error *err)
{
    struct text_buffer text = {0};
    mpcf_status status = MPCF_OK;

    for (size_t i = 0; status == MPCF_OK && i < count; i++) {
        status = put_row(l, rows[i], answers, &text, err);
    }
    if (status == MPCF_OK) {
        status = write_out(l, &text, err);
    }
    forget(&text);
    return status;
}

static mpcf_status write_all(const struct answer_lines *l, const float *answers,
                             struct file_write *file, mpcf_error *err)
{
    for (size_t i = 0; i < l->corpus->count; i++) {
        struct text_buffer text = {0};
        mpcf_status status = put_row(l, i, answers, &text, err);

        if (status == MPCF_OK) {
            status = file_write_put(file, text.data, text.length, err);
        }
        forget(&text);
        MPCF_TRY(status);
    }
    return MPCF_OK;
}

mpcf_status answer_lines_finish(struct answer_lines *l, const float *answers, mpcf_error *err)
{
    struct file_write *file = NULL;
    mpcf_status status;

    MPCF_TRY(file_write_begin_private(l->path, &file, err));
    status = write_all(l, answers, file, err);
    if (status != MPCF_OK) {
        file_write_cancel(file);
        return status;
    }
    return file_write_commit(file, err);
}
