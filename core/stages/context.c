/* SPDX-License-Identifier: Apache-2.0 */
/* What the stages of a run share: the corpora, loaded once, and the report. */
#include "stages/context.h"

#include "network/loaded_network.h"
#include "network/split.h"
#include "report/report.h"

/* The tokenizer's facts come with the network, which is cheap without weights. */
static mpcf_status spec_of(const struct pipeline *p, const char *folder, mpcf_tokenizer_spec *spec,
                           mpcf_error *err)
{
    struct loaded_network network = {0};

    MPCF_TRY(loaded_network_build(p, folder, FUNCTIONS_EXACT, &network, err));
    *spec = network.network->tokenizer;
    loaded_network_clear(&network);
    return MPCF_OK;
}

static mpcf_status open_tokenizer(struct stage_context *c, mpcf_error *err)
{
    mpcf_tokenizer_spec spec;

    if (c->tokenizer != NULL) {
        return MPCF_OK;
    }
    MPCF_TRY(spec_of(c->pipeline, c->pipeline->model_path, &spec, err));
    if (c->pipeline->max_length > spec.max_tokens) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "dataset max_length is %lld, but the model has positions for %lld tokens; "
                         "set dataset.max_length",
                         (long long) c->pipeline->max_length, (long long) spec.max_tokens);
    }
    return tokenizer_open(c->pipeline->model_path, &spec, &c->tokenizer, err);
}

mpcf_status stage_evaluation_split(struct stage_context *c, const struct corpus **out,
                                   mpcf_error *err)
{
    if (c->evaluation == NULL) {
        MPCF_TRY(open_tokenizer(c, err));
        MPCF_TRY(split_load(c->pipeline, c->tokenizer, c->pipeline->task.judge_split, 0,
                            &c->evaluation, err));
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
        MPCF_TRY(open_tokenizer(c, err));
        MPCF_TRY(split_load(c->pipeline, c->tokenizer, c->pipeline->task.train_split, limit,
                            &c->train, err));
        c->train_limit = limit;
    }
    *out = c->train;
    return MPCF_OK;
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
