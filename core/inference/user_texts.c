/* SPDX-License-Identifier: Apache-2.0 */
/* The user's texts: rows of the dataset, or its own, as they come. */
#include "inference/user_texts.h"

#include "base/memory.h"
#include "network/split.h"
#include "pipeline/output.h"

/* The next texts of its own; what was dealt ahead is for all of them at once. */
mpcf_status user_next_texts(struct role_state *state, mpcf_error *err)
{
    const struct pipeline *p = state->student.pipeline;
    const bool all = p->infer.preprocess == PREPROCESS_STORE;

    corpus_destroy(state->corpus);
    state->corpus = NULL;
    return state->is_last ? MPCF_OK
                          : state->asking->next(state->asking->context, state->tokenizer,
                                                (size_t) p->max_length, all, &state->corpus,
                                                &state->is_last, err);
}

static mpcf_status load_texts(struct role_state *state, mpcf_error *err)
{
    const struct pipeline *p = state->student.pipeline;
    mpcf_status status = MPCF_OK;

    if (state->asking != NULL) {
        MPCF_TRY(state->asking->begin(state->asking->context, &state->student, err));
        return user_next_texts(state, err);
    }
    status = split_load(p, state->tokenizer, p->task.judge_split, (size_t) p->infer.examples,
                        &state->corpus, err);
    if (status == MPCF_OK) {
        split_say_cut(p, p->task.judge_split, state->corpus);
    }
    tokenizer_close(state->tokenizer);
    state->tokenizer = NULL;
    return status;
}

mpcf_status user_load(struct role_state *state, mpcf_error *err)
{
    const struct pipeline *p = state->student.pipeline;
    const mpcf_tokenizer_spec *spec = &state->student.network.network->tokenizer;
    char *folder = output_path(p, "student/public");
    mpcf_status status = MPCF_OK;

    if (folder == NULL) {
        return mpcf_fail_memory(err, 0, "a path");
    }
    status = split_check_length(p, spec, err);
    if (status == MPCF_OK) {
        status = tokenizer_open(folder, spec, &state->tokenizer, err);
    }
    if (status == MPCF_OK) {
        status = load_texts(state, err);
    }
    mpcf_free(folder);
    return status;
}
