/* SPDX-License-Identifier: Apache-2.0 */
/* What the user's record says of its answers. */
#include "inference/user_result.h"

#include "base/memory.h"
#include "format/json.h"
#include "inference/marked_answer.h"
#include "metrics/metrics.h"
#include "network/evaluate.h"
#include "network/judged.h"

static json_t *logits_json(const float *logits, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        (void) json_array_append_new(list, json_real((double) logits[i]));
    }
    return list;
}

/* What is judged: answers that are not marked. */
struct answered {
    float *answers;
    uint32_t *rows;
    size_t count;
};

static mpcf_status find_answered(const struct role_state *state, const float *answers,
                                 struct answered *a, mpcf_error *err)
{
    const size_t count = state->corpus->count, width = state->student.answer;

    a->answers = mpcf_secret_alloc(count * width + 1, sizeof *a->answers);
    a->rows = mpcf_alloc_array(count + 1, sizeof *a->rows);
    if (a->answers == NULL || a->rows == NULL) {
        return mpcf_fail_memory(err, count * width * sizeof *a->answers, "answers");
    }
    a->count = marked_answers_leave_out(answers, NULL, width, count, a->answers, a->rows);
    return MPCF_OK;
}

static void forget_answered(struct answered *a)
{
    mpcf_secret_free(a->answers);
    mpcf_free(a->rows);
}

/* Without logits where only labels were revealed. */
static mpcf_status answers_json(const struct role_state *state, const float *answers,
                                const struct answered *answered, json_t **out, mpcf_error *err)
{
    const struct corpus *corpus = state->corpus;
    const size_t width = state->student.answer;
    const int32_t reveal = state->student.pipeline->infer.reveal;
    const size_t begun = json_begin();
    json_t *rows = json_array(), *predictions = json_array();
    json_t *logits = reveal == REVEAL_LABEL ? NULL : json_array();
    json_t *metrics = NULL;
    mpcf_status status = evaluate_metrics(corpus, answered->rows, answered->count,
                                          answered->answers, width, &metrics, err);

    for (size_t i = 0; i < corpus->count; i++) {
        const float *row = answers + i * width;

        const bool is_marked = marked_answer_is(row);

        (void) json_array_append_new(rows, json_integer((json_int_t) corpus->items[i].id));
        if (logits != NULL) {
            (void) json_array_append_new(logits, is_marked ? json_null() : logits_json(row, width));
        }
        (void) json_array_append_new(
            predictions, is_marked ? json_null() : json_real(metric_prediction(row, width)));
    }
    *out = json_pack("{s:s, s:o, s:o*, s:o, s:o?}", "reveal", infer_reveal_names[reveal], "rows",
                     rows, "logits", logits, "predictions", predictions, "metrics", metrics);
    *out = json_end(*out, begun);
    if (status == MPCF_OK && *out == NULL) {
        status = mpcf_fail_memory(err, 0, "the result");
    }
    return status;
}

/* "out_of_range" where some answers are marked; "judged" is of the others. */
static mpcf_status add_judged(const struct role_state *state, const struct answered *a,
                              json_t *result, mpcf_error *err)
{
    const struct judged judged = {.corpus = state->corpus,
                                  .rows = a->rows,
                                  .count = a->count,
                                  .answers = a->answers,
                                  .width = state->student.answer};
    const size_t marked = state->corpus->count - a->count;

    if (marked > 0 &&
        json_object_set_new(result, "out_of_range", json_integer((json_int_t) marked)) != 0) {
        return mpcf_fail_memory(err, 0, "the result");
    }
    return state->control == NULL ? judged_report(result, "judged", &judged, err) : MPCF_OK;
}

/* Whoever started all three roles judges for itself (stages/infer_report.c). */
mpcf_status user_result_make(const struct role_state *state, const float *answers, json_t **out,
                             mpcf_error *err)
{
    struct answered answered = {0};
    json_t *result = NULL;
    mpcf_status status = find_answered(state, answers, &answered, err);

    if (status == MPCF_OK) {
        status = answers_json(state, answers, &answered, &result, err);
    }
    if (status == MPCF_OK) {
        status = add_judged(state, &answered, result, err);
    }
    forget_answered(&answered);
    if (status != MPCF_OK) {
        json_decref(result);
        return status;
    }
    *out = result;
    return MPCF_OK;
}
