/* SPDX-License-Identifier: Apache-2.0 */
/* Answers compared row by row, and judged. */
#include "stages/difference.h"

#include <math.h>
#include <stdio.h>

#include "base/log.h"
#include "inference/marked_answer.h"
#include "metrics/metrics.h"

#define SHARE_ALLOWED 0.005
#define ROWS_ALLOWED  2
#define UNITS_NEEDED                                                                               \
    1 /* of a logit, as the user learns it, between first and second of the surest row .. */
#define ROWS_NEEDED 8 /* .. of as many or more */

static bool all_finite(const float *a, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        if (!isfinite(a[i])) {
            return false;
        }
    }
    return true;
}

static bool agrees(const float *a, size_t width, const float *exact, size_t classes)
{
    if (!all_finite(a, width) || !all_finite(exact, classes)) {
        return false;
    }
    if (classes == 1) {
        return fabs((double) a[0] - (double) exact[0]) <= NEAR_MARGIN;
    }
    return metric_prediction(a, width) == metric_prediction(exact, classes);
}

/* How sure EXACT is of its answer: its largest logit above the next one; a score's distance. */
static double margin_of(const float *a, const float *exact, size_t classes)
{
    double first = -INFINITY, second = -INFINITY;

    if (classes == 1) {
        return fabs((double) a[0] - (double) exact[0]);
    }
    for (size_t i = 0; i < classes; i++) {
        const double logit = (double) exact[i];

        second = fmax(second, fmin(first, logit));
        first = fmax(first, logit);
    }
    return first - second;
}

void difference_add(struct difference *d, const float *a, size_t width, const float *exact,
                    size_t classes)
{
    const double margin = margin_of(a, exact, classes);

    if (d->leaves_out && marked_answer_is(a)) {
        d->left_out++;
        return;
    }
    d->count++;
    d->has_logits = width == classes;
    d->broken += all_finite(exact, classes) ? 0 : 1;
    d->surest = classes > 1 ? fmax(d->surest, margin) : 0;
    d->near += classes > 1 && margin < NEAR_MARGIN ? 1 : 0;
    if (agrees(a, width, exact, classes)) {
        d->agreeing++;
    } else {
        d->margin = fmax(d->margin, margin);
        d->differing += margin < NEAR_MARGIN ? 0 : 1; /* NaN is none */
    }
    for (size_t i = 0; d->has_logits && i < classes; i++) {
        const double apart = fabs((double) a[i] - (double) exact[i]);

        if (!(apart <= d->largest) && !isnan(d->largest)) {
            d->largest = apart;
        }
    }
}

static bool too_many(size_t rows, size_t count)
{
    return rows > ROWS_ALLOWED && (double) rows > SHARE_ALLOWED * (double) count;
}

/* An error, or where that is allowed a warning. */
static mpcf_status tell(const struct pipeline *p, const char *what, const char *advice,
                        mpcf_error *err)
{
    if (p->infer.allow_difference) {
        log_line(LOG_WARN, "%s (stages.infer.allow_difference)", what);
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_RANGE,
                     "%s: %s; stages.infer.allow_difference: true goes on all the same", what,
                     advice);
}

static mpcf_status tell_differing(const struct pipeline *p, const struct difference *d,
                                  const char *rows, mpcf_error *err)
{
    const bool are_near = !too_many(d->differing, d->count);
    char what[256];

    (void) snprintf(
        what, sizeof what,
        "%zu of %zu %s have another answer on the secure run's integers than in floats%s",
        are_near ? d->count - d->agreeing : d->differing, d->count, rows,
        are_near ? ", most of them with logits less than 0.02 apart" : "");
    return tell(p, what,
                are_near
                    ? "raise stages.infer.logit_fraction and stages.infer.value_fraction, or "
                      "multiply the classifier's weights by a power of two"
                    : "raise stages.infer.value_fraction and stages.infer.weight_fraction by 4",
                err);
}

/* Logits that the user learns in units too large for them. */
static mpcf_status tell_small(const struct pipeline *p, const struct difference *d, double unit,
                              const char *rows, mpcf_error *err)
{
    char what[256];

    (void) snprintf(
        what, sizeof what,
        "the user learns logits in units of %.2g, and of %zu %s none has its first label more "
        "than %.2g above its second",
        unit, d->count, rows, d->surest);
    return tell(p, what,
                "raise stages.infer.logit_fraction and stages.infer.value_fraction, multiply the "
                "classifier's weights by a power of two, or ask for stages.infer.reveal: label",
                err);
}

mpcf_status difference_judge(const struct pipeline *p, const struct infer_evaluation *e,
                             const char *rows, mpcf_error *err)
{
    struct difference d = {.leaves_out = e->has_marks};

    for (size_t i = 0; i < e->corpus->count; i++) {
        difference_add(&d, e->reference + i * e->answer, e->answer, e->exact + i * e->classes,
                       e->classes);
    }
    if (d.broken > 0) {
        return mpcf_fail(err, MPCF_E_RANGE,
                         "the student's logits, in floats, are not finite for %zu of %zu %s: its "
                         "weights are too large, or training diverged",
                         d.broken, d.count, rows);
    }
    if (too_many(d.differing, d.count) ||
        (2 * d.near > d.count && too_many(d.count - d.agreeing, d.count))) {
        return tell_differing(p, &d, rows, err);
    }
    const double unit = exp2(-(double) p->infer.logit_fraction);
    return d.has_logits && e->classes > 1 && d.count >= ROWS_NEEDED &&
                   d.surest < UNITS_NEEDED * unit
               ? tell_small(p, &d, unit, rows, err)
               : MPCF_OK;
}
