/* SPDX-License-Identifier: Apache-2.0 */
/* Names, probabilities, and the order of answers. */
#include "predict/answers.h"

#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "metrics/metrics.h"
#include "network/label_names.h"

mpcf_status answers_begin(struct answers *a, const mpcf_task *task, json_t *config, size_t classes,
                          bool is_label, mpcf_error *err)
{
    a->task = task;
    a->config = json_incref(config);
    a->classes = classes;
    a->is_label = is_label;
    a->probabilities = mpcf_secret_alloc(classes, sizeof *a->probabilities);
    return a->probabilities != NULL ? MPCF_OK
                                    : mpcf_fail_memory(err, classes * sizeof(double), "answers");
}

mpcf_status answers_expect(struct answers *a, const struct corpus *corpus, mpcf_error *err)
{
    mpcf_free(a->is_there);
    a->is_there = mpcf_alloc_array(corpus->count, sizeof *a->is_there);
    a->count = corpus->count;
    a->next = 0;
    a->first = corpus->items[0].id;
    return a->is_there != NULL ? MPCF_OK : mpcf_fail_memory(err, corpus->count, "answers");
}

/* Softmax, with the largest taken off first. */
static void find_probabilities(struct answers *a, const float *logits, size_t largest)
{
    double sum = 0;

    for (size_t c = 0; c < a->classes; c++) {
        a->probabilities[c] = exp((double) logits[c] - (double) logits[largest]);
        sum += a->probabilities[c];
    }
    for (size_t c = 0; c < a->classes; c++) {
        a->probabilities[c] /= sum;
    }
}

static mpcf_status check_numbers(const struct answers *a, const float *numbers, mpcf_error *err)
{
    const size_t width = a->is_label ? 1 : a->classes;

    for (size_t c = 0; c < width; c++) {
        if (!isfinite(numbers[c])) {
            return mpcf_fail(err, MPCF_E_RANGE,
                             "the answer to text %llu is no finite number: the weights may be "
                             "damaged, or an approximation left its range",
                             (unsigned long long) (a->first + a->next) + 1);
        }
    }
    return MPCF_OK;
}

static mpcf_status tell(struct answers *a, const float *numbers, mpcf_error *err)
{
    struct prediction p = {.index = a->first + a->next, .count = a->classes};
    char made[32];

    MPCF_TRY(check_numbers(a, numbers, err));
    if (a->classes > 1) {
        const size_t class =
            (size_t) (a->is_label ? (double) numbers[0] : metric_prediction(numbers, a->classes));

        (void) snprintf(made, sizeof made, "LABEL_%zu", class);
        p.label = label_names_of(a->task, a->config, class);
        p.label = p.label != NULL ? p.label : made;
        if (!a->is_label) {
            find_probabilities(a, numbers, class);
            p.probabilities = a->probabilities;
        }
    }
    p.logits = a->is_label ? NULL : numbers;
    return a->show(a->context, &p, err);
}

mpcf_status answers_take(struct answers *a, const uint32_t *rows, size_t count,
                         const float *numbers, mpcf_error *err)
{
    const size_t width = a->is_label ? 1 : a->classes;

    for (size_t i = 0; i < count; i++) {
        a->is_there[rows[i]] = true;
    }
    while (a->next < a->count && a->is_there[a->next]) {
        MPCF_TRY(tell(a, numbers + a->next * width, err));
        a->next++;
    }
    return MPCF_OK;
}

void answers_clear(struct answers *a)
{
    json_decref(a->config);
    mpcf_secret_free(a->probabilities);
    mpcf_free(a->is_there);
    *a = (struct answers){0};
}
