/* SPDX-License-Identifier: Apache-2.0 */
/* What the user has asked and been answered in one run, and how far that is. */
#include "inference/user_run.h"

#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/progress.h"
#include "inference/answer_lines.h"
#include "inference/kept_answers.h"

/* Answers that an earlier run kept; a batch is asked again where one of its rows is not there. */
static mpcf_status take_kept(struct user_run *u, mpcf_error *err)
{
    const struct kept_answers *kept = u->state->kept;

    if (kept == NULL || kept_answers_count(kept) == 0) {
        return MPCF_OK;
    }
    kept_answers_copy(kept, u->answers);
    for (size_t i = 0; i < u->batches.count; i++) {
        struct secure_batch *batch = &u->batches.items[i];

        batch->is_done = true;
        for (size_t k = 0; k < batch->count; k++) {
            batch->is_done = batch->is_done && kept_answers_have(kept, batch->rows[k]);
        }
        if (batch->is_done) {
            u->done += batch->count;
            MPCF_TRY(answer_lines_add(u->state->lines, batch->rows, batch->count, u->answers, err));
        }
    }
    u->kept = u->done;
    return MPCF_OK;
}

mpcf_status user_run_create(struct user_run *u, mpcf_error *err)
{
    const struct corpus *corpus = u->state->corpus;
    const size_t width = u->state->student.answer;

    MPCF_TRY(secure_batches_create(u->state->student.pipeline, corpus, &u->batches, err));
    if (u->state->asking != NULL) {
        secure_batches_by_row(&u->batches);
    }
    MPCF_TRY(padded_input_create(&u->batches, &u->input, err));
    u->answers = mpcf_secret_alloc(corpus->count * width, sizeof *u->answers);
    u->output = mpcf_secret_alloc(u->batches.items[0].shape.batch * u->state->student.revealed,
                                  sizeof *u->output);
    if (u->answers == NULL || u->output == NULL) {
        return mpcf_fail_memory(err, corpus->count * width * sizeof *u->answers, "answers");
    }
    return take_kept(u, err);
}

void user_run_clear(struct user_run *u)
{
    secure_batches_clear(&u->batches);
    padded_input_clear(&u->input);
    mpcf_secret_free(u->answers);
    mpcf_secret_free(u->output);
}

bool user_is_stored(const struct user_run *u)
{
    return u->state->student.pipeline->infer.preprocess == PREPROCESS_STORE;
}

void user_run_begin(struct user_run *u)
{
    u->began_ns = clock_now_ns();
    u->before = u->done;
}

void user_run_show(const struct user_run *u)
{
    const size_t total = u->state->corpus->count;
    const double seconds = clock_seconds_since(u->began_ns);
    const double rate = seconds > 0 ? (double) (u->done - u->before) / seconds : 0;
    const struct progress p = {.stage = "infer: secure",
                               .done = u->done,
                               .total = total,
                               .loss = (double) NAN,
                               .rate = rate,
                               .unit = "examples",
                               .is_final = u->done == total};
    char text[160];

    if (u->state->asking != NULL) {
        return; /* its answers are seen */
    }
    if (u->state->control == NULL) {
        progress_show(&p);
        return;
    }
    (void) snprintf(text, sizeof text, "{\"done\": %zu, \"total\": %zu, \"rate\": %.6g}", u->done,
                    total, rate);
    (void) control_tell_result(u->state->control, text, NULL); /* only looks */
}
