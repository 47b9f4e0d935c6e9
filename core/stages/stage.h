/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the stages share: the run's folder, the corpora, the report.
 *
 *   OUTPUT/teacher/          the fine-tuned teacher (with finetune)
 *   OUTPUT/student/          the student as a Hugging Face folder, and its approximations
 *   OUTPUT/student/public/   what user and dealer need: no weights
 *   OUTPUT/stages/           what each finished stage was made from, and of interrupted ones the state
 *   OUTPUT/infer/            what each role wrote of the secure run
 *   OUTPUT/report.json, report.html
 */
#ifndef MPCF_STAGES_STAGE_H
#define MPCF_STAGES_STAGE_H

#include <jansson.h>

#include "base/file.h"
#include "checkpoint/checkpoint.h"
#include "network/network.h"
#include "pipeline/open_pipeline.h"
#include "pipeline/pipeline.h"
#include "text/corpus.h"
#include "text/tokenizer.h"
#include "train/run.h"

struct stage_context {
    const struct pipeline *pipeline;
    json_t *report;
    struct tokenizer *tokenizer; /* of the model's folder; made when first asked for */
    struct corpus *evaluation;   /* the task's evaluation split */
    struct corpus *train;        /* of the last request */
    size_t train_limit;
    bool skipped;               /* by the stage that runs: there was nothing to do */
    char key[FILE_DIGEST_SIZE]; /* of the last stage done: the next one's input */
    /* How the file was opened: what the processes of the roles are started with. */
    const struct pipeline_request *source;
};

/* A network with its weights. */
struct loaded_network {
    struct network *network;
    struct parameters *parameters;
    json_t *config;
    char *folder;
};

/* --- stage_data.c --- */
/* Loaded once and kept; LIMIT 0: all rows. They belong to the context. */
mpcf_status stage_evaluation_split(struct stage_context *c, const struct corpus **out,
                                   mpcf_error *err);
mpcf_status stage_train(struct stage_context *c, size_t limit, const struct corpus **out,
                        mpcf_error *err);
/* SPLIT with the tokenizer of FOLDER, at most LIMIT rows; the caller destroys it. What the user's
 * process uses. */
mpcf_status stage_load_split(const struct pipeline *p, const struct tokenizer *tokenizer,
                             const char *split, size_t limit, struct corpus **out, mpcf_error *err);
void stage_context_clear(struct stage_context *c);

/* --- stage_network.c --- */
enum stage_functions { FUNCTIONS_EXACT, FUNCTIONS_APPROXIMATED };
/* FOLDER's network and weights, without gradients. */
mpcf_status stage_load_network(const struct pipeline *p, const char *folder,
                               enum stage_functions functions, struct loaded_network *out,
                               mpcf_error *err);
/* The same for training: with gradients, fused float kernels, and DROPOUT in place of the
 * config's (-1: as the config says). */
mpcf_status stage_load_trainable(const struct pipeline *p, const char *folder,
                                 enum stage_functions functions, double dropout,
                                 struct loaded_network *out, mpcf_error *err);
/* The network alone, from FOLDER/config.json: what user and dealer build. */
mpcf_status stage_build_network(const struct pipeline *p, const char *folder,
                                enum stage_functions functions, struct loaded_network *out,
                                mpcf_error *err);
void loaded_network_clear(struct loaded_network *n);
/* Writes FOLDER as a Hugging Face checkpoint of a classifier for the task. */
mpcf_status stage_save_network(const struct pipeline *p, const struct loaded_network *n,
                               const char *folder, mpcf_error *err);

/* --- stage_record.c --- */
/* Digest of the settings of STAGE, the context's key and EXTRA (may be NULL): the stage's key. */
mpcf_status stage_key(const struct stage_context *c, enum pipeline_stage stage, const char *extra,
                      char key[FILE_DIGEST_SIZE], mpcf_error *err);
/* Digest of a checkpoint's config and weights. */
mpcf_status stage_folder_digest(const char *folder, char text[FILE_DIGEST_SIZE], mpcf_error *err);
void stage_corpus_digest(const struct corpus *corpus, char text[FILE_DIGEST_SIZE]);
/* The key that STAGE's record holds, of a run before; untouched where there is none. */
void stage_recorded_key(const struct stage_context *c, enum pipeline_stage stage,
                        char key[FILE_DIGEST_SIZE]);
/* Whether STAGE is done with this KEY and its results are there: then it says that it is skipped,
 * and KEY is the context's. */
bool stage_is_done(struct stage_context *c, enum pipeline_stage stage, const char *key);
/* Before results are written over: what the record says of STAGE and those behind it is true no
 * longer, whatever happens from here on. */
mpcf_status stage_begin_writing(const struct stage_context *c, enum pipeline_stage stage,
                                mpcf_error *err);
mpcf_status stage_mark_done(struct stage_context *c, enum pipeline_stage stage, const char *key,
                            mpcf_error *err);
mpcf_status stage_write_report(struct stage_context *c, mpcf_error *err);
/* Puts the losses and speed of a training run under NAME ("distill.layers"). */
mpcf_status stage_report_training(struct stage_context *c, const char *name,
                                  const struct training_log *log, uint64_t steps_per_epoch,
                                  mpcf_error *err);

/* --- stage_public.c --- */
/* Calibrates N on training rows and writes OUTPUT/student/public. */
mpcf_status stage_write_public(struct stage_context *c, const struct loaded_network *n,
                               const char *student, mpcf_error *err);
/* The embedding tables in OUTPUT/student/public, or none there, as the file now says: the
 * folder may have been written for another choice. */
mpcf_status stage_update_public(const struct pipeline *p, mpcf_error *err);

/* --- the stages --- */
mpcf_status stage_finetune(struct stage_context *c, mpcf_error *err);
mpcf_status stage_convert(struct stage_context *c, mpcf_error *err);
mpcf_status stage_distill(struct stage_context *c, mpcf_error *err);
mpcf_status stage_infer(struct stage_context *c, mpcf_error *err);

#endif
