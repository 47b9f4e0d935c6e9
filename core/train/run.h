/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Epochs of training steps over a corpus, with progress, saving and resuming.
 */
#ifndef MPCF_TRAIN_RUN_H
#define MPCF_TRAIN_RUN_H

#include "corpus/corpus.h"
#include "train/schedule.h"
#include "train/trainer.h"

struct training_options {
    const char *stage; /* "distill: layers", for progress and messages */
    uint64_t epochs;
    size_t batch;
    double learning_rate;
    enum schedule_kind schedule;
    double warmup; /* share of all steps, 0 .. 1 */
    bool dropout;
    uint64_t seed;
    const char *state;   /* file of the saved state; NULL: none is kept */
    const char *key;     /* digest of all that decides the result; a state of another key is
                             left unused */
    double save_seconds; /* between saves; 0: at each epoch's end only */
    /* After each epoch, values settled; may be NULL. */
    mpcf_status (*after_epoch)(void *context, uint64_t epoch, mpcf_error *err);
    void *context;
};

/* Mean losses of about 200 stretches of the run, for plots. */
struct training_point {
    uint64_t step; /* last of the stretch, from 1 */
    double loss;
};
enum { TRAINING_POINTS_MAX = 256 };
struct training_log {
    struct training_point points[TRAINING_POINTS_MAX];
    size_t count;
    uint64_t steps;
    double seconds, examples_per_second; /* of this process */
    double last_loss;                    /* mean over the last stretch */
};

/*
 * An interrupt saves the state and ends with MPCF_E_INTERRUPTED; the next call with the same key
 * goes on from there, to the same result. At the end the state file is removed.
 */
mpcf_status training_run(struct trainer *t, struct parameters *p, const struct corpus *corpus,
                         const struct training_options *options, struct training_log *log,
                         mpcf_error *err);

#endif
