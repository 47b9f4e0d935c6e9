/* SPDX-License-Identifier: Apache-2.0 */
/* Which answers are there, and the next that is told. */
#include "predict/answers.h"

#include <math.h>

#include "base/memory.h"

mpcf_status answers_expect(struct answers *a, const struct corpus *corpus, const bool *is_cut,
                           mpcf_error *err)
{
    a->is_cut = is_cut;
    mpcf_free(a->is_there);
    a->is_there = mpcf_alloc_array(corpus->count, sizeof *a->is_there);
    a->count = corpus->count;
    a->next = 0;
    a->first = corpus->items[0].id;
    return a->is_there != NULL ? MPCF_OK : mpcf_fail_memory(err, corpus->count, "answers");
}

static mpcf_status check_numbers(const struct answers *a, const float *numbers, mpcf_error *err)
{
    for (size_t c = 0; c < a->predictor.width; c++) {
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
    struct prediction p;

    if (!a->predictor.has_marks) {
        MPCF_TRY(check_numbers(a, numbers, err));
    }
    predictor_read(&a->predictor, numbers, &p);
    p.index = a->first + a->next;
    p.is_cut = a->is_cut[a->next];
    a->marked += p.is_marked ? 1 : 0;
    return a->show(a->context, &p, err);
}

mpcf_status answers_take(struct answers *a, const uint32_t *rows, size_t count,
                         const float *numbers, mpcf_error *err)
{
    for (size_t i = 0; i < count; i++) {
        a->is_there[rows[i]] = true;
    }
    while (a->next < a->count && a->is_there[a->next]) {
        MPCF_TRY(tell(a, numbers + a->next * a->predictor.width, err));
        a->next++;
    }
    return MPCF_OK;
}

mpcf_status answers_judge(const struct answers *a, mpcf_error *err)
{
    return a->marked == 0
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_RANGE,
                           "%zu text%s had values out of range, and no answer "
                           "(stages.infer.check_ranges): the student was calibrated on others",
                           a->marked, a->marked == 1 ? "" : "s");
}

void answers_clear(struct answers *a)
{
    predictor_clear(&a->predictor);
    mpcf_free(a->is_there);
    *a = (struct answers){0};
}
