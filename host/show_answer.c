/* SPDX-License-Identifier: Apache-2.0 */
/* An answer as a line, which is written before the next text is asked. */
#include "show_answer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/folder.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/text.h"
#include "inference/marked_answer.h"

/* Not through the stream, which would try again at the end what could not be written. */
static mpcf_status put(const char *text, size_t length, mpcf_error *err)
{
    struct pollfd reader = {.fd = descriptors_output(), .events = POLLOUT};

    while (length > 0) {
        const ssize_t n = write(descriptors_output(), text, length);

        if (n < 0 && errno == EAGAIN) {
            (void) poll(&reader, 1, 1000);
        } else if (n < 0 && errno != EINTR) {
            const int cause = errno;

            return mpcf_fail(err, file_status(cause), "cannot write standard output: %s",
                             strerror(cause));
        }
        if (interrupt_pending() && n <= 0) {
            return mpcf_fail(err, MPCF_E_INTERRUPTED, "stopped while it wrote an answer");
        }
        text += n > 0 ? n : 0;
        length -= n > 0 ? (size_t) n : 0;
    }
    return MPCF_OK;
}

static mpcf_status print(struct text_buffer *line, mpcf_error *err)
{
    mpcf_status status = line->failed ? mpcf_fail_memory(err, line->length, "an answer")
                                      : put(text_string(line), line->length, err);

    if (line->data != NULL) {
        mpcf_wipe(line->data, line->length);
    }
    text_clear(line);
    return status;
}

/* A name is a checkpoint's word: what would move the cursor, or end a line, is shown as a mark. */
static void put_name(struct text_buffer *line, const char *name)
{
    for (; *name != '\0'; name++) {
        const unsigned char c = (unsigned char) *name;

        text_append_bytes(line, c < ' ' || c == 127 ? "?" : name, 1);
    }
}

mpcf_status show_answer(void *context, const struct prediction *p, mpcf_error *err)
{
    struct text_buffer line = {0};
    double best = 0;

    (void) context;
    if (p->is_marked) {
        text_append(&line, MARKED_ANSWER);
    } else if (p->label == NULL) {
        text_printf(&line, "%.4f", (double) p->logits[0]);
    } else {
        put_name(&line, p->label);
    }
    for (size_t c = 0; p->probabilities != NULL && c < p->count; c++) {
        best = p->probabilities[c] > best ? p->probabilities[c] : best;
    }
    if (p->probabilities != NULL) {
        text_printf(&line, "\t%.4f\t[", best);
        for (size_t c = 0; c < p->count; c++) {
            text_printf(&line, "%s%.4f", c > 0 ? ", " : "", (double) p->logits[c]);
        }
        text_append(&line, "]");
    }
    text_append(&line, "\n");
    return print(&line, err);
}

mpcf_status show_answer_json(void *context, const struct prediction *p, mpcf_error *err)
{
    struct text_buffer line = {0};
    const mpcf_status status = prediction_print(p, &line, err);

    (void) context;
    if (status != MPCF_OK) {
        text_clear(&line);
        return status;
    }
    return print(&line, err);
}
