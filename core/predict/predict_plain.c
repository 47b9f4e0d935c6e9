/* SPDX-License-Identifier: Apache-2.0 */
/* Which network of a pipeline answers in the clear, and its answers, some texts at a time. */
#include "predict/predict_plain.h"

#include <string.h>

#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "inference/secure_student.h"
#include "network/evaluate.h"
#include "pipeline/output.h"
#include "predict/asked_texts.h"
#include "predict/student_words.h"
#include "text/tokenizer.h"

/* Texts that are computed together, of which as many as a batch has at once. */
enum { TEXTS = 128, BATCH = 16 };

/* --- The network --- */

struct plain {
    const struct predict_request *request;
    struct secure_student student; /* checked as the secure run checks it; or */
    struct loaded_network exact;   /* where there is no student */
    const struct loaded_network *network;
    size_t classes;
    struct tokenizer *tokenizer;
    struct asked_texts texts;
    struct answers answers;
};

static bool has_config(const char *folder)
{
    char *path = file_join(folder, "config.json");
    const bool is_there = path != NULL && file_exists(path);

    mpcf_free(path);
    return is_there;
}

static mpcf_status open_student(struct plain *s, const char *folder, mpcf_error *err)
{
    const struct pipeline *p = s->request->pipeline;
    const mpcf_status status = secure_student_open(p, STUDENT_WEIGHTS, &s->student, err);

    if (status != MPCF_OK) {
        return mpcf_fail_while(err, status, "the student in '%s' (`mpcf-host %s` makes it anew)",
                               folder, p->file);
    }
    s->network = &s->student.network;
    s->classes = s->student.classes;
    log_line(LOG_INFO, "the student in '%s' answers, in the clear", folder);
    student_words_of_labels(&s->student);
    return tokenizer_open(folder, &s->network->network->tokenizer, &s->tokenizer, err);
}

static mpcf_status open_exact(struct plain *s, const char *folder, mpcf_error *err)
{
    const struct pipeline *p = s->request->pipeline;
    const bool is_own = p->has_stage[STAGE_FINETUNE];

    MPCF_TRY(loaded_network_open(p, folder, FUNCTIONS_EXACT, &s->exact, err));
    s->network = &s->exact;
    s->classes = (size_t) s->exact.network->facts.classes;
    log_line(LOG_INFO, "there is no student in '%s' yet: %s '%s' answers, with its own functions",
             p->output, is_own ? "the teacher" : "the checkpoint", folder);
    return tokenizer_open_in_case(folder, &s->network->network->tokenizer,
                                  is_own ? CASE_JUDGED : (enum letter_case) p->lower_case,
                                  &s->tokenizer, err);
}

static mpcf_status open_in(struct plain *s, const char *student, const char *teacher,
                           mpcf_error *err)
{
    const struct pipeline *p = s->request->pipeline;

    if (has_config(student)) {
        return open_student(s, student, err);
    }
    if (has_config(teacher)) {
        return open_exact(s, teacher, err);
    }
    return p->has_stage[STAGE_FINETUNE]
               ? mpcf_fail(err, MPCF_E_CONFIG,
                           "%s: nothing is trained yet: there is neither a student nor a teacher "
                           "in '%s'; `mpcf-host %s` makes them",
                           p->file, p->output, p->file)
               : mpcf_fail(err, MPCF_E_CONFIG,
                           "%s: there is no student in '%s', and no checkpoint in '%s' "
                           "(model.path)",
                           p->file, p->output, p->model_path);
}

static mpcf_status open_network(struct plain *s, mpcf_error *err)
{
    char *student = output_path(s->request->pipeline, "student");
    char *teacher = output_teacher(s->request->pipeline);
    mpcf_status status = student != NULL && teacher != NULL ? open_in(s, student, teacher, err)
                                                            : mpcf_fail_memory(err, 0, "a path");

    mpcf_free(student);
    mpcf_free(teacher);
    return status;
}

/* --- Its answers --- */

static mpcf_status answer(struct plain *s, const struct corpus *corpus, mpcf_error *err)
{
    float *logits = mpcf_secret_alloc(corpus->count * s->classes, sizeof *logits);
    mpcf_status status =
        logits != NULL
            ? answers_expect(&s->answers, corpus, s->texts.is_cut, err)
            : mpcf_fail_memory(err, corpus->count * s->classes * sizeof *logits, "answers");

    if (status == MPCF_OK) {
        status = evaluate_logits(s->network->network->graph, s->network->parameters, corpus, BATCH,
                                 s->classes, "predict", logits, err);
    }
    for (uint32_t i = 0; status == MPCF_OK && i < corpus->count; i++) {
        status = answers_take(&s->answers, &i, 1, logits, err);
    }
    mpcf_secret_free(logits);
    return status;
}

static mpcf_status answer_all(struct plain *s, mpcf_error *err)
{
    const struct asked_request request = {
        .pipeline = s->request->pipeline,
        .tokenizer = s->tokenizer,
        .max_tokens = (size_t) s->request->pipeline->max_length,
        .limit = TEXTS,
    };
    mpcf_status status = MPCF_OK;

    while (status == MPCF_OK && !s->texts.has_ended) {
        struct corpus *corpus = NULL;

        status = asked_texts_next(&s->texts, &request, &corpus, err);
        if (status == MPCF_OK && corpus != NULL) {
            status = answer(s, corpus, err);
        }
        corpus_destroy(corpus);
    }
    return status;
}

static mpcf_status prepare(struct plain *s, mpcf_error *err)
{
    const struct pipeline *p = s->request->pipeline;
    const mpcf_tokenizer_spec *spec;

    MPCF_TRY(open_network(s, err));
    spec = &s->network->network->tokenizer;
    if (p->max_length > spec->max_tokens) {
        return mpcf_fail(err, MPCF_E_CONFIG, "%s: %s is %lld, but the model has positions for %lld",
                         p->file,
                         p->dataset.name != NULL ? "dataset.max_length" : "model.max_length",
                         (long long) p->max_length, (long long) spec->max_tokens);
    }
    return predictor_begin(&s->answers.predictor, &p->task, s->network->config, s->classes, false,
                           err);
}

mpcf_status predict_plain(const struct predict_request *request, mpcf_error *err)
{
    struct plain s = {
        .request = request,
        .texts = {.texts = request->texts, .count = request->count, .input = request->input},
        .answers = {.show = request->show, .context = request->context}};
    mpcf_status status =
        request->input != NULL ? text_lines_open(request->input, &s.texts.lines, err) : MPCF_OK;

    if (status == MPCF_OK) {
        status = prepare(&s, err);
    }
    if (status == MPCF_OK && request->has_begun != NULL) {
        *request->has_begun = true;
    }
    if (status == MPCF_OK) {
        status = answer_all(&s, err);
    }
    answers_clear(&s.answers);
    asked_texts_end(&s.texts, request->pipeline);
    text_lines_close(s.texts.lines);
    tokenizer_close(s.tokenizer);
    secure_student_close(&s.student);
    loaded_network_clear(&s.exact);
    return status;
}
