/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value beyond its range is a wrong answer that no role can see. Who has text and weights can: a pass in floats
 * is cheap beside a secure run.
 */
#include "predict/beside_plain.h"

#include <math.h>

#include "base/log.h"
#include "base/memory.h"
#include "inference/marked_answer.h"
#include "network/evaluate.h"

enum { BATCH = 16 };

struct beside_plain {
    const struct pipeline *pipeline;
    struct secure_student student;
    double limit; /* of a logit's difference */
    size_t looked_at, apart;
};

/* What truncations and rounded weights add up to, and the last rounding to logit_fraction bits. */
static double limit_of(const struct pipeline *p)
{
    return 0.016 + exp2(-(double) p->infer.logit_fraction);
}

mpcf_status beside_plain_open(const struct pipeline *p, struct beside_plain **out, mpcf_error *err)
{
    struct beside_plain *b = mpcf_alloc_array(1, sizeof *b);
    mpcf_status status = b != NULL ? secure_student_open(p, STUDENT_WEIGHTS, &b->student, err)
                                   : mpcf_fail_memory(err, sizeof *b, "a student");

    if (status != MPCF_OK) {
        mpcf_free(b);
        return status;
    }
    b->pipeline = p;
    b->limit = limit_of(p);
    *out = b;
    return MPCF_OK;
}

void beside_plain_close(struct beside_plain *b)
{
    if (b != NULL) {
        secure_student_close(&b->student);
        mpcf_free(b);
    }
}

/* How far ANSWER is from what LOGITS ask; of a label, how much less than the largest its logit is. */
static double distance(const struct beside_plain *b, const float *answer, const float *logits)
{
    const size_t classes = b->student.classes;
    double most = 0;

    if (b->student.options.reveal_label) {
        const size_t label = *answer >= 0 && *answer < (float) classes ? (size_t) *answer : 0;

        for (size_t i = 0; i < classes; i++) {
            most = fmax(most, (double) logits[i] - (double) logits[label]);
        }
        return most / 2; /* each may be off */
    }
    for (size_t i = 0; i < classes; i++) {
        most = fmax(most, fabs((double) answer[i] - (double) logits[i]));
    }
    return most;
}

static void judge(struct beside_plain *b, uint64_t text, double off)
{
    b->looked_at++;
    if (off <= b->limit) {
        return;
    }
    b->apart++;
    if (b->student.options.reveal_label) {
        log_line(LOG_WARN,
                 "text %llu: the student in floats gives another label, by %.3f: the answer is not "
                 "to be trusted",
                 (unsigned long long) text + 1, 2 * off);
    } else {
        log_line(LOG_WARN,
                 "text %llu: a logit is %.3f from the student's in floats, and %.3f is the most "
                 "that rounding explains: the answer is not to be trusted",
                 (unsigned long long) text + 1, off, b->limit);
    }
}

static mpcf_status pick(const struct corpus *corpus, const uint32_t *rows, size_t count,
                        struct corpus **out, mpcf_error *err)
{
    struct corpus_item *items = mpcf_alloc_array(count, sizeof *items);
    mpcf_status status;

    if (items == NULL) {
        return mpcf_fail_memory(err, count * sizeof *items, "texts");
    }
    for (size_t i = 0; i < count; i++) {
        items[i] = corpus->items[rows[i]];
    }
    status = corpus_from_items(items, count, corpus->pad_id, out, err);
    mpcf_free(items);
    return status;
}

mpcf_status beside_plain_look(struct beside_plain *b, const struct corpus *corpus,
                              const uint32_t *rows, size_t count, const float *answers,
                              mpcf_error *err)
{
    const struct loaded_network *n = &b->student.network;
    const size_t classes = b->student.classes, width = b->student.answer;
    float *logits = NULL;
    struct corpus *asked = NULL;
    mpcf_status status = count > 0 ? pick(corpus, rows, count, &asked, err) : MPCF_OK;

    if (status == MPCF_OK && count > 0) {
        logits = mpcf_secret_alloc(count * classes, sizeof *logits);
        status = logits != NULL ? evaluate_logits(n->network->graph, n->parameters, asked, BATCH,
                                                  classes, "predict: float", logits, err)
                                : mpcf_fail_memory(err, count * classes * sizeof *logits, "logits");
    }
    for (size_t i = 0; status == MPCF_OK && i < count; i++) {
        if (marked_answer_is(answers + rows[i] * width)) {
            continue;
        }
        judge(b, corpus->items[rows[i]].id,
              distance(b, answers + rows[i] * width, logits + i * classes));
    }
    mpcf_secret_free(logits);
    corpus_destroy(asked);
    return status;
}

void beside_plain_sum_up(const struct beside_plain *b)
{
    if (b->apart > 0) {
        log_line(
            LOG_WARN,
            "%zu of %zu answers are not the student's: values left the ranges that calibration "
            "saw. With texts like these among the training rows (stages.calibrate.examples says "
            "how "
            "many of them are looked at), or a larger stages.calibrate.margin_bits than %g, "
            "`mpcf-host run %s` calibrates the student anew",
            b->apart, b->looked_at, b->student.ranges->margin_bits, b->pipeline->file);
    }
}
