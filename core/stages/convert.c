/* SPDX-License-Identifier: Apache-2.0 */
/* The student: the teacher's weights, its slow functions replaced. */
#include "stages/convert.h"

#include <stdio.h>

#include "base/digest.h"
#include "base/memory.h"
#include "network/loaded_network.h"
#include "pipeline/output.h"
#include "stages/gauge_student.h"
#include "stages/measured.h"
#include "stages/public_folder.h"
#include "stages/random_weights.h"
#include "stages/record.h"
#include "stages/student_reference.h"
#include "stages/training.h"

static mpcf_status evaluate_teacher(struct stage_context *c, const char *folder, mpcf_error *err)
{
    struct loaded_network teacher = {0};
    mpcf_status status = MPCF_OK;

    if (c->pipeline->has_stage[STAGE_FINETUNE]) {
        return MPCF_OK; /* finetune did */
    }
    status = loaded_network_open(c->pipeline, folder, FUNCTIONS_EXACT, &teacher, err);
    if (status == MPCF_OK) {
        status = stage_report_head(c, STAGE_CONVERT, teacher.new_weights, err);
    }
    if (status == MPCF_OK) {
        status = training_evaluate(c, &teacher, "teacher", err);
    }
    loaded_network_clear(&teacher);
    return status;
}

static mpcf_status convert(struct stage_context *c, const char *key, const char *teacher,
                           const char *student, mpcf_error *err)
{
    struct loaded_network n = {0};
    mpcf_status status = loaded_network_open(c->pipeline, teacher, FUNCTIONS_APPROXIMATED, &n, err);

    if (status == MPCF_OK && c->pipeline->convert.init == INIT_RANDOM) {
        stage_randomise(c->pipeline, &n);
    }
    if (status == MPCF_OK) {
        status = stage_measure(c, &n, key, err);
    }
    if (status == MPCF_OK) {
        status = stage_gauge(STAGE_CONVERT, &n, err);
    }
    if (status == MPCF_OK) {
        status = training_evaluate(c, &n, "converted", err);
    }
    if (status == MPCF_OK) {
        status = stage_begin_writing(c, STAGE_CONVERT, err);
    }
    if (status == MPCF_OK) {
        status = stage_save(c, &n, student, err);
    }
    if (status == MPCF_OK) {
        status = public_folder_write(c, &n, student, err);
    }
    loaded_network_clear(&n);
    return status;
}

static mpcf_status keys_of(struct stage_context *c, const char *teacher, struct stage_keys *keys,
                           mpcf_error *err)
{
    char *folder = keys->teacher, data[FILE_DIGEST_SIZE], judged[FILE_DIGEST_SIZE];
    char extra[3 * FILE_DIGEST_SIZE];
    const struct corpus *evaluation = NULL;

    MPCF_TRY(stage_folder_digest(teacher, folder, err));
    MPCF_TRY(stage_data_digest(c, (size_t) c->pipeline->calibrate.examples, data, err));
    MPCF_TRY(stage_evaluation_split(c, &evaluation, err));
    corpus_digest(evaluation, judged);
    (void) snprintf(extra, sizeof extra, "%s %s", folder, data);
    MPCF_TRY(stage_key(c, STAGE_CONVERT, extra, keys->all, err));
    (void) snprintf(extra, sizeof extra, "%s %s", folder, judged);
    return stage_weights_key(c, STAGE_CONVERT, extra, keys->weights, err);
}

static mpcf_status run(struct stage_context *c, const char *teacher, const char *student,
                       mpcf_error *err)
{
    struct stage_keys keys = {0};
    bool done = false;

    MPCF_TRY(keys_of(c, teacher, &keys, err));
    MPCF_TRY(stage_is_done(c, STAGE_CONVERT, keys.all, &done, err));
    if (!done) {
        MPCF_TRY(public_folder_write_anew(c, STAGE_CONVERT, &keys, student, &done, err));
    }
    if (done) {
        return MPCF_OK;
    }
    MPCF_TRY(evaluate_teacher(c, teacher, err));
    MPCF_TRY(convert(c, keys.all, teacher, student, err));
    return stage_mark_made(c, STAGE_CONVERT, &keys, err);
}

mpcf_status stage_convert(struct stage_context *c, mpcf_error *err)
{
    char *teacher = output_teacher(c->pipeline), *student = output_path(c->pipeline, "student");
    mpcf_status status = teacher != NULL && student != NULL ? run(c, teacher, student, err)
                                                            : mpcf_fail_memory(err, 0, "a path");

    mpcf_free(teacher);
    mpcf_free(student);
    if (status != MPCF_OK || (c->skipped && c->pipeline->has_stage[STAGE_DISTILL])) {
        return status; /* the student that is there may be distill's */
    }
    return student_reference(c, STAGE_CONVERT, err);
}
