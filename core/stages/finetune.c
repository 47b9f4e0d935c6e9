/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the teacher: the pre-trained network trained on the task's labels. */
#include "stages/finetune.h"

#include "base/digest.h"
#include "base/memory.h"
#include "network/loaded_network.h"
#include "pipeline/output.h"
#include "stages/record.h"
#include "stages/training.h"
#include "stages/warnings.h"

/* Zeros would be learnt instead. */
static mpcf_status check_labelled(const struct corpus *corpus, mpcf_error *err)
{
    for (size_t i = 0; i < corpus->count; i++) {
        if (!corpus->items[i].has_label) {
            return mpcf_fail(err, MPCF_E_FORMAT, "row %llu of the training split has no label",
                             (unsigned long long) corpus->items[i].id);
        }
    }
    return MPCF_OK;
}

static mpcf_status key_of(struct stage_context *c, char key[FILE_DIGEST_SIZE], mpcf_error *err)
{
    char extra[3 * FILE_DIGEST_SIZE], folder[FILE_DIGEST_SIZE], data[FILE_DIGEST_SIZE];
    const struct corpus *corpus = NULL;

    MPCF_TRY(stage_folder_digest(c->pipeline->model_path, folder, err));
    MPCF_TRY(stage_training_split(c, (size_t) c->pipeline->finetune.examples, &corpus, err));
    MPCF_TRY(check_labelled(corpus, err));
    MPCF_TRY(stage_data_digest(c, (size_t) c->pipeline->finetune.examples, data, err));
    (void) snprintf(extra, sizeof extra, "%s %s", folder, data);
    return stage_key(c, STAGE_FINETUNE, extra, key, err);
}

static mpcf_status train(struct stage_context *c, const char *key, struct loaded_network *n,
                         mpcf_error *err)
{
    const struct finetune_settings *s = &c->pipeline->finetune;
    struct training_request request = {.name = "finetune",
                                       .title = "finetune",
                                       .key = key,
                                       .loss = LOSS_LABELS,
                                       .settings = &s->training,
                                       .dropout = s->training.dropout != 0,
                                       .examples = (size_t) s->examples,
                                       .student = n,
                                       .evaluate_epochs = true};
    char *folder = output_path(c->pipeline, "teacher");
    mpcf_status status =
        folder != NULL ? training_stage(c, &request, err) : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK) {
        status = training_evaluate(c, n, "teacher", err);
    }
    if (status == MPCF_OK) {
        status = stage_begin_writing(c, STAGE_FINETUNE, err);
    }
    if (status == MPCF_OK) {
        status = stage_save(c, n, folder, err);
    }
    mpcf_free(folder);
    return status;
}

mpcf_status stage_finetune(struct stage_context *c, mpcf_error *err)
{
    char key[FILE_DIGEST_SIZE];
    struct loaded_network n = {0};
    bool done = false;
    mpcf_status status = key_of(c, key, err);

    MPCF_TRY(status);
    MPCF_TRY(stage_is_done(c, STAGE_FINETUNE, key, &done, err));
    if (done) {
        return MPCF_OK;
    }
    MPCF_TRY(loaded_network_open_trainable(c->pipeline, c->pipeline->model_path, FUNCTIONS_EXACT,
                                           c->pipeline->finetune.training.dropout, &n, err));
    status = stage_report_head(c, STAGE_FINETUNE, n.new_weights, err);
    if (status == MPCF_OK) {
        status = stage_warn_of_same_rows(c, (size_t) c->pipeline->finetune.examples, err);
    }
    if (status == MPCF_OK) {
        status = train(c, key, &n, err);
    }
    loaded_network_clear(&n);
    return status == MPCF_OK ? stage_mark_done(c, STAGE_FINETUNE, key, err) : status;
}
