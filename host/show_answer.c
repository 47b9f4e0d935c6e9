/* SPDX-License-Identifier: Apache-2.0 */
/* An answer as a line, which is written before the next text is asked. */
#include "show_answer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"

static mpcf_status print(struct text_buffer *line, mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    if (line->failed) {
        status = mpcf_fail_memory(err, line->length, "an answer");
    } else if (fputs(text_string(line), stdout) == EOF || fflush(stdout) != 0) {
        const int cause = errno;

        status =
            mpcf_fail(err, file_status(cause), "cannot write standard output: %s", strerror(cause));
    }
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
    if (p->label == NULL) {
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
