/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of one's own through secure inference. */
#include "predict/predict_secure.h"

#include <string.h>

#include "inference/asking.h"
#include "inference/local_roles.h"
#include "inference/secure_role.h"
#include "inference/secure_student.h"
#include "pipeline/needed_files.h"
#include "predict/asked_texts.h"
#include "predict/beside_plain.h"
#include "predict/student_words.h"

struct asker {
    const struct predict_request *request;
    struct asked_texts texts;
    struct answers answers;
    const struct corpus *asked;  /* the texts given last */
    struct beside_plain *beside; /* NULL: the weights are not here */
};

static mpcf_status begin(void *context, const struct secure_student *student, mpcf_error *err)
{
    struct asker *a = context;

    student_words(student);
    student_words_of_labels(student);
    if (a->request->has_weights) {
        MPCF_TRY(beside_plain_open(a->request->pipeline, &a->beside, err));
    }
    MPCF_TRY(predictor_begin(&a->answers.predictor, &a->request->pipeline->task,
                             student->network.config, student->classes,
                             student->options.reveal_label, err));
    a->answers.predictor.has_marks = student->options.check_ranges != CHECK_NONE;
    return MPCF_OK;
}

static mpcf_status next(void *context, const struct tokenizer *tokenizer, size_t max_tokens,
                        bool all, struct corpus **out, bool *is_last, mpcf_error *err)
{
    struct asker *a = context;
    const struct asked_request request = {.pipeline = a->request->pipeline,
                                          .tokenizer = tokenizer,
                                          .max_tokens = max_tokens,
                                          .limit = SIZE_MAX,
                                          .all = all};

    MPCF_TRY(asked_texts_next(&a->texts, &request, out, err));
    *is_last = a->texts.has_ended;
    a->asked = *out;
    return *out != NULL ? answers_expect(&a->answers, *out, a->texts.is_cut, err) : MPCF_OK;
}

static mpcf_status take(void *context, const uint32_t *rows, size_t count, const float *answers,
                        mpcf_error *err)
{
    struct asker *a = context;

    MPCF_TRY(answers_take(&a->answers, rows, count, answers, err));
    return a->beside != NULL ? beside_plain_look(a->beside, a->asked, rows, count, answers, err)
                             : MPCF_OK;
}

static mpcf_status judge(void *context, mpcf_error *err)
{
    const struct asker *a = context;

    return answers_judge(&a->answers, err);
}

static mpcf_status ask(const struct predict_request *request, mpcf_error *err)
{
    struct asker a = {
        .request = request,
        .texts = {.texts = request->texts, .count = request->count, .input = request->input},
        .answers = {.show = request->show, .context = request->context}};
    const struct asking asking = {
        .context = &a, .begin = begin, .next = next, .take = take, .judge = judge};
    mpcf_status status =
        request->input != NULL ? text_lines_open(request->input, &a.texts.lines, err) : MPCF_OK;

    if (status == MPCF_OK) {
        status = secure_role_answer(request->pipeline, ROLE_USER, &asking, err);
    }
    if (a.beside != NULL) {
        beside_plain_sum_up(a.beside);
    }
    beside_plain_close(a.beside);
    answers_clear(&a.answers);
    asked_texts_end(&a.texts, request->pipeline);
    text_lines_close(a.texts.lines);
    return status;
}

mpcf_status predict_role(const struct predict_request *request, enum role role, mpcf_error *err)
{
    MPCF_TRY(pipeline_check_predict(request->pipeline, (enum pipeline_viewer) role, err));
    return role == ROLE_USER ? ask(request, err)
                             : secure_role_answer(request->pipeline, role, NULL, err);
}

mpcf_status predict_here(const struct pipeline *p, const struct pipeline_request *source,
                         const char *const *words, mpcf_error *err)
{
    MPCF_TRY(pipeline_check_predict(p, VIEW_ALL, err));
    return local_roles_predict(p, source, words, err);
}
