/* SPDX-License-Identifier: Apache-2.0 */
/* What the user's record says of its answers. */
#include "inference/user_result.h"

#include "base/memory.h"
#include "format/json.h"
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

/* Without logits where only labels were revealed. */
static mpcf_status answers_json(const struct role_state *state, const float *answers, json_t **out,
                                mpcf_error *err)
{
    const struct corpus *corpus = state->corpus;
    const size_t width = state->student.answer;
    const int32_t reveal = state->student.pipeline->infer.reveal;
    const size_t begun = json_begin();
    json_t *rows = json_array(), *predictions = json_array();
    json_t *logits = reveal == REVEAL_LABEL ? NULL : json_array();
    json_t *metrics = NULL;
    mpcf_status status =
        evaluate_metrics(corpus, NULL, corpus->count, answers, width, &metrics, err);

    for (size_t i = 0; i < corpus->count; i++) {
        const float *row = answers + i * width;

        (void) json_array_append_new(rows, json_integer((json_int_t) corpus->items[i].id));
        if (logits != NULL) {
            (void) json_array_append_new(logits, logits_json(row, width));
        }
        (void) json_array_append_new(predictions, json_real(metric_prediction(row, width)));
    }
    *out = json_pack("{s:s, s:o, s:o*, s:o, s:o?}", "reveal", infer_reveal_names[reveal], "rows",
                     rows, "logits", logits, "predictions", predictions, "metrics", metrics);
    *out = json_end(*out, begun);
    if (status == MPCF_OK && *out == NULL) {
        status = mpcf_fail_memory(err, 0, "the result");
    }
    return status;
}

/* Whoever started all three roles judges for itself (stages/infer_report.c). */
mpcf_status user_result_make(const struct role_state *state, const float *answers, json_t **out,
                             mpcf_error *err)
{
    const struct judged judged = {.corpus = state->corpus,
                                  .count = state->corpus->count,
                                  .answers = answers,
                                  .width = state->student.answer};
    json_t *result = NULL;
    mpcf_status status = answers_json(state, answers, &result, err);

    if (status == MPCF_OK && state->control == NULL) {
        status = judged_report(result, "judged", &judged, err);
    }
    if (status != MPCF_OK) {
        json_decref(result);
        return status;
    }
    *out = result;
    return MPCF_OK;
}
