/* SPDX-License-Identifier: Apache-2.0 */
/* Where figures say less than they seem to. */
#include "stages/warnings.h"

#include <stdio.h>
#include <string.h>

#include "corpus/same_texts.h"
#include "metrics/interval.h"
#include "report/report.h"

/* --- Guessing --- */

/* A correlation above 0 is no guess, whatever the share of right answers is. */
static bool correlates(const json_t *its)
{
    const json_t *interval = json_object_get(json_object_get(its, "intervals"), "matthews");

    return json_number_value(json_array_get(interval, 0)) > 0;
}

static bool only_guesses(const json_t *its)
{
    const size_t right = (size_t) json_integer_value(json_object_get(its, "right"));
    const size_t rows = (size_t) json_integer_value(json_object_get(its, "rows"));
    const json_t *guessing = json_object_get(its, "guessing");

    return guessing != NULL && rows > 0 && !correlates(its) &&
           interval_wilson(right, rows).low <= json_number_value(guessing);
}

/* What there is to do, which is another thing for each of them. */
static const char *advice_for(const char *network)
{
    return strcmp(network, "teacher") == 0
               ? "Train it longer or with more rows (stages.finetune.epochs), or see whether it is "
                 "the right checkpoint and the right column of labels"
           : strcmp(network, "student") == 0
               ? "Where the teacher is better, train it longer (epochs of stages.distill), or "
                 "replace fewer functions (approximations)"
               : "Where the teacher is better, put the stage distill behind convert, or replace "
                 "fewer functions (approximations)";
}

mpcf_status stage_warn_of_guessing(struct stage_context *c, const char *network, bool is_told,
                                   mpcf_error *err)
{
    const json_t *its = report_get(c->report, network);
    struct text_buffer text = {0};
    char about[64];

    (void) snprintf(about, sizeof about, "%s.guessing", network);
    if (!is_told && only_guesses(its)) {
        const double rows = json_number_value(json_object_get(its, "rows"));

        text_printf(&text,
                    "%s: %.2f of %.0f rows are answered right, and always answering the largest "
                    "class would be right in %.2f: as few rows as these cannot tell it from "
                    "guessing. %s.",
                    network, json_number_value(json_object_get(its, "right")) / rows, rows,
                    json_number_value(json_object_get(its, "guessing")), advice_for(network));
    }
    return stage_warn(c, about, &text, err);
}

/* --- Training rows --- */

mpcf_status stage_warn_of_same_rows(struct stage_context *c, size_t limit, mpcf_error *err)
{
    const struct corpus *evaluation = NULL, *train = NULL;
    struct text_buffer text = {0};
    size_t rows = 0;

    if (c->compared) {
        return MPCF_OK;
    }
    c->compared = true;
    MPCF_TRY(stage_evaluation_split(c, &evaluation, err));
    MPCF_TRY(stage_training_split(c, limit, &train, err));
    MPCF_TRY(corpus_same_texts(evaluation, train, &rows, err));
    if (rows > 0) {
        text_printf(&text,
                    "%zu of %zu evaluation texts (%s) are also training texts (%s): figures of "
                    "texts that were learnt say little of others",
                    rows, evaluation->count, c->pipeline->task.judge_split,
                    c->pipeline->task.train_split);
    }
    return stage_warn(c, "data.same", &text, err);
}
