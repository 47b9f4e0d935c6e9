/* SPDX-License-Identifier: Apache-2.0 */
/* The texts that stages work on. */
#include <math.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/progress.h"
#include "format/json.h"
#include "pipeline/stage.h"

size_t stage_max_tokens(const struct pipeline *p, const mpcf_tokenizer_spec *spec)
{
    int64_t most = p->max_length < spec->max_tokens ? p->max_length : spec->max_tokens;

    return (size_t) most;
}

struct reading {
    const char *split;
    int64_t shown_ns;
};

static void show_reading(void *context, size_t done, size_t total)
{
    struct reading *reading = context;
    struct progress p = {.stage = reading->split,
                         .done = done,
                         .total = total,
                         .loss = (double) NAN,
                         .unit = "rows",
                         .seconds_left = -1,
                         .is_final = done == total};

    if (p.is_final || clock_seconds_since(reading->shown_ns) > 0.2) {
        progress_show(&p);
        reading->shown_ns = clock_now_ns();
    }
}

/* The tokenizer's facts come with the network, which is cheap without weights. */
static mpcf_status spec_of(const struct pipeline *p, const char *folder, mpcf_tokenizer_spec *spec,
                           mpcf_error *err)
{
    struct loaded_network network = {0};

    MPCF_TRY(stage_build_network(p, folder, FUNCTIONS_EXACT, &network, err));
    *spec = network.network->tokenizer;
    loaded_network_clear(&network);
    return MPCF_OK;
}

mpcf_status stage_load_split(const struct pipeline *p, const struct tokenizer *tokenizer,
                             const char *split, size_t limit, struct corpus **out, mpcf_error *err)
{
    char title[128];
    struct reading reading = {title, 0};
    struct corpus_request request = {.dataset = p->dataset.descriptor,
                                     .config = p->dataset.config,
                                     .path = p->dataset_path,
                                     .split = split,
                                     .tokenizer = tokenizer,
                                     .max_tokens = (size_t) p->max_length,
                                     .limit = limit,
                                     .unlabelled = p->model_labels != 0,
                                     .progress = show_reading,
                                     .context = &reading};

    (void) snprintf(title, sizeof title, "reading %s", split);
    return corpus_load(&request, out, err);
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

mpcf_status stage_judged(struct stage_context *c, const struct corpus **out, mpcf_error *err)
{
    if (c->judged == NULL) {
        MPCF_TRY(open_tokenizer(c, err));
        MPCF_TRY(stage_load_split(c->pipeline, c->tokenizer, c->pipeline->task.judge_split, 0,
                                  &c->judged, err));
    }
    *out = c->judged;
    return MPCF_OK;
}

mpcf_status stage_train(struct stage_context *c, size_t limit, const struct corpus **out,
                        mpcf_error *err)
{
    if (c->train != NULL && c->train_limit != limit) {
        corpus_destroy(c->train);
        c->train = NULL;
    }
    if (c->train == NULL) {
        MPCF_TRY(open_tokenizer(c, err));
        MPCF_TRY(stage_load_split(c->pipeline, c->tokenizer, c->pipeline->task.train_split, limit,
                                  &c->train, err));
        c->train_limit = limit;
    }
    *out = c->train;
    return MPCF_OK;
}

void stage_context_clear(struct stage_context *c)
{
    corpus_destroy(c->judged);
    corpus_destroy(c->train);
    tokenizer_close(c->tokenizer);
    json_decref(c->report);
    *c = (struct stage_context){0};
}
