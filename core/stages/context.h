/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the stages of a run share: the corpora and the report.
 */
#ifndef MPCF_STAGES_CONTEXT_H
#define MPCF_STAGES_CONTEXT_H

#include <jansson.h>

#include "base/digest.h"
#include "base/text.h"
#include "corpus/corpus.h"
#include "pipeline/open_pipeline.h"
#include "text/tokenizer.h"

struct loaded_network; /* network/loaded_network.h */

struct stage_context {
    const struct pipeline *pipeline;
    json_t *report;
    struct tokenizer *tokenizer; /* of the model's folder; made when first asked for */
    struct corpus *evaluation;   /* the task's evaluation split */
    struct corpus *train;        /* of the last request */
    size_t train_limit;
    char activation[64];        /* the teacher's; "" until a corpus was asked for */
    size_t told_cut;            /* training texts */
    bool compared;              /* evaluation and training rows */
    bool skipped;               /* by the stage that runs: there was nothing to do */
    char key[FILE_DIGEST_SIZE]; /* of the last stage done: the next one's input */
    /* How the file was opened: what the processes of the roles are started with. */
    const struct pipeline_request *source;
};

/* Loaded once and kept; LIMIT 0: all rows. They belong to the context. */
mpcf_status stage_evaluation_split(struct stage_context *c, const struct corpus **out,
                                   mpcf_error *err);
mpcf_status stage_training_split(struct stage_context *c, size_t limit, const struct corpus **out,
                                 mpcf_error *err);
/* Any split of the task, loaded anew; corpus_destroy(). The report says how many rows it has. */
mpcf_status stage_split(struct stage_context *c, const char *split, size_t limit,
                        struct corpus **out, mpcf_error *err);
/* Digests of the evaluation split and of the training split with LIMIT, as read: what a stage that uses
 * both was made from. */
mpcf_status stage_data_digest(struct stage_context *c, size_t limit, char text[FILE_DIGEST_SIZE],
                              mpcf_error *err);
/* Says that STAGE began with new weights of the head, NAMES; NULL: with none. */
mpcf_status stage_report_head(struct stage_context *c, enum pipeline_stage stage, const char *names,
                              mpcf_error *err);
/* A line of the log now, and an entry of the report for whoever reads only that. ABOUT: report/report_warnings.h.
 * TEXT is cleared; without anything in it there is nothing to warn of. */
mpcf_status stage_warn(struct stage_context *c, const char *about, struct text_buffer *text,
                       mpcf_error *err);
/* OUTPUT/report.json and report.html, as the report now is. */
mpcf_status stage_write_report(struct stage_context *c, mpcf_error *err);
void stage_context_clear(struct stage_context *c);

/* loaded_network_save(), with what was found out about the case of its texts. */
mpcf_status stage_save(struct stage_context *c, const struct loaded_network *n, const char *folder,
                       mpcf_error *err);

#endif
