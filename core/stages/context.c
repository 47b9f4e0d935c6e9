/* SPDX-License-Identifier: Apache-2.0 */
/* What the stages of a run share: the corpora, loaded once, and the report. */
#include "stages/context.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "network/loaded_network.h"
#include "network/split.h"
#include "report/report.h"
#include "report/report_warnings.h"

/* The tokenizer's facts come with the network, which is cheap without weights. */
static mpcf_status spec_of(struct stage_context *c, const char *folder, mpcf_tokenizer_spec *spec,
                           mpcf_error *err)
{
    struct loaded_network network = {0};

    MPCF_TRY(loaded_network_build(c->pipeline, folder, FUNCTIONS_EXACT, &network, err));
    *spec = network.network->tokenizer;
    (void) snprintf(c->activation, sizeof c->activation, "%s", network.network->facts.activation);
    loaded_network_clear(&network);
    return MPCF_OK;
}

static mpcf_status open_tokenizer(struct stage_context *c, mpcf_error *err)
{
    mpcf_tokenizer_spec spec;

    if (c->tokenizer != NULL) {
        return MPCF_OK;
    }
    MPCF_TRY(spec_of(c, c->pipeline->model_path, &spec, err));
    MPCF_TRY(split_check_length(c->pipeline, &spec, err));
    return tokenizer_open_in_case(c->pipeline->model_path, &spec,
                                  (enum letter_case) c->pipeline->lower_case, &c->tokenizer, err);
}

mpcf_status stage_warn(struct stage_context *c, const char *about, struct text_buffer *text,
                       mpcf_error *err)
{
    const bool is_short = text->failed;
    mpcf_status status = MPCF_OK;

    if (text->length > 0) {
        log_line(LOG_WARN, "%s", text_string(text));
    }
    if (!is_short && c->report != NULL) {
        status = report_warn(c->report, about, text->length > 0 ? text_string(text) : NULL, err);
    }
    text_clear(text);
    return is_short ? mpcf_fail_memory(err, 0, "a warning") : status;
}

/* The training split is read anew for each number of rows: said again where more are cut. */
static mpcf_status warn_of_cut(struct stage_context *c, const char *split,
                               const struct corpus *corpus, mpcf_error *err)
{
    const char *train = c->pipeline->task.train_split;
    const bool is_train = train != NULL && strcmp(split, train) == 0;
    struct text_buffer text = {0};
    char about[128];

    if (is_train && c->told_cut > 0 && corpus_cut(corpus) <= c->told_cut) {
        return MPCF_OK;
    }
    c->told_cut = is_train ? corpus_cut(corpus) : c->told_cut;
    (void) snprintf(about, sizeof about, "data.%.100s.cut", split);
    split_tell_cut(c->pipeline, split, corpus, &text);
    return stage_warn(c, about, &text, err);
}

/* Rows read and broken ones left out, under data.SPLIT. */
static mpcf_status report_split(struct stage_context *c, const char *split,
                                const struct corpus *corpus, mpcf_error *err)
{
    char path[128];

    if (c->report == NULL) {
        return MPCF_OK;
    }
    (void) snprintf(path, sizeof path, "data.%.100s", split);
    MPCF_TRY(report_set(
        c->report, path,
        json_pack("{s:I, s:I, s:I, s:I, s:s*}", "rows", (json_int_t) corpus->rows, "taken",
                  (json_int_t) corpus->count, "cut", (json_int_t) corpus_cut(corpus), "left_out",
                  (json_int_t) corpus->left_out, "first_left_out", corpus->first_left_out),
        err));
    return warn_of_cut(c, split, corpus, err);
}

mpcf_status stage_split(struct stage_context *c, const char *split, size_t limit,
                        struct corpus **out, mpcf_error *err)
{
    struct corpus *corpus = NULL;
    mpcf_status status = MPCF_OK;

    MPCF_TRY(open_tokenizer(c, err));
    MPCF_TRY(split_load(c->pipeline, c->tokenizer, split, limit, &corpus, err));
    status = report_split(c, split, corpus, err);
    if (status != MPCF_OK) {
        corpus_destroy(corpus);
        return status;
    }
    *out = corpus;
    return MPCF_OK;
}

mpcf_status stage_evaluation_split(struct stage_context *c, const struct corpus **out,
                                   mpcf_error *err)
{
    if (c->evaluation == NULL) {
        MPCF_TRY(stage_split(c, c->pipeline->task.judge_split, 0, &c->evaluation, err));
    }
    *out = c->evaluation;
    return MPCF_OK;
}

mpcf_status stage_training_split(struct stage_context *c, size_t limit, const struct corpus **out,
                                 mpcf_error *err)
{
    if (c->train != NULL && c->train_limit != limit) {
        corpus_destroy(c->train);
        c->train = NULL;
    }
    if (c->train == NULL) {
        MPCF_TRY(stage_split(c, c->pipeline->task.train_split, limit, &c->train, err));
        c->train_limit = limit;
    }
    *out = c->train;
    return MPCF_OK;
}

mpcf_status stage_data_digest(struct stage_context *c, size_t limit, char text[FILE_DIGEST_SIZE],
                              mpcf_error *err)
{
    const struct corpus *evaluation = NULL, *train = NULL;
    char each[2][FILE_DIGEST_SIZE];
    struct digest *both = NULL;

    MPCF_TRY(stage_evaluation_split(c, &evaluation, err));
    MPCF_TRY(stage_training_split(c, limit, &train, err));
    corpus_digest(evaluation, each[0]);
    corpus_digest(train, each[1]);
    both = digest_begin();
    if (both == NULL || each[0][0] == '\0' || each[1][0] == '\0') {
        return mpcf_fail_memory(err, FILE_DIGEST_SIZE, "a digest");
    }
    digest_add(both, each, sizeof each);
    digest_end(both, text);
    return MPCF_OK;
}

/* The names that stand between ", ". */
static json_t *list_of(const char *names)
{
    json_t *list = json_array();

    while (list != NULL && names != NULL) {
        const char *end = strstr(names, ", ");
        const size_t length = end != NULL ? (size_t) (end - names) : strlen(names);

        if (json_array_append_new(list, json_stringn(names, length)) != 0) {
            json_decref(list);
            return NULL;
        }
        names = end != NULL ? end + 2 : NULL;
    }
    return list;
}

mpcf_status stage_report_head(struct stage_context *c, enum pipeline_stage stage, const char *names,
                              mpcf_error *err)
{
    if (names != NULL) {
        log_line(stage == STAGE_FINETUNE ? LOG_INFO : LOG_WARN,
                 "%s: weights of the head start new, as random numbers: %s%s",
                 pipeline_stage_name(stage), names,
                 stage == STAGE_FINETUNE ? "" : " (model.new_head)");
    }
    return report_set(c->report, "model.new_weights", list_of(names), err);
}

void stage_context_clear(struct stage_context *c)
{
    corpus_destroy(c->evaluation);
    corpus_destroy(c->train);
    tokenizer_close(c->tokenizer);
    json_decref(c->report);
    *c = (struct stage_context){0};
}

mpcf_status stage_write_report(struct stage_context *c, mpcf_error *err)
{
    return report_write(c->pipeline->output, c->report, err);
}

mpcf_status stage_save(struct stage_context *c, const struct loaded_network *n, const char *folder,
                       mpcf_error *err)
{
    MPCF_TRY(open_tokenizer(c, err));
    MPCF_TRY(loaded_network_save(c->pipeline, n, folder, err));
    return tokenizer_write_case(c->tokenizer, folder, err);
}
