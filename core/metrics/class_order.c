/* SPDX-License-Identifier: Apache-2.0 */
/* The order of classes under which answers are right most often, and how sure that is. */
#include "metrics/class_order.h"

#include <math.h>
#include <stdbool.h>

enum { ROWS_LEAST = 5 /* of a label that says something */, TRIED_WHOLE = 6 /* classes */ };

struct shares {
    const size_t *counts;
    size_t classes;
    double rows[CLASS_ORDER_MAX]; /* of each label */
    size_t labels;                /* that have rows enough */
};

static bool counts_for(const struct shares *s, size_t label)
{
    return s->rows[label] >= ROWS_LEAST;
}

static double share(const struct shares *s, size_t label, size_t answer)
{
    return counts_for(s, label) ? (double) s->counts[label * s->classes + answer] / s->rows[label]
                                : 0;
}

static double accuracy(const struct shares *s, const size_t *order)
{
    double sum = 0;

    for (size_t a = 0; a < s->classes; a++) {
        sum += share(s, order[a], a);
    }
    return s->labels > 0 ? sum / (double) s->labels : 0;
}

/* Of an accuracy, at most. */
static double standard_error(const struct shares *s)
{
    double sum = 0;

    for (size_t l = 0; l < s->classes; l++) {
        sum += counts_for(s, l) ? 0.25 / s->rows[l] : 0;
    }
    return sqrt(sum) / (double) s->labels;
}

static void copy_order(size_t *to, const size_t *from, size_t classes)
{
    for (size_t i = 0; i < classes; i++) {
        to[i] = from[i];
    }
}

/* Every order whose first AT places stand; the given one is the first, and wins ties. */
static void try_all(const struct shares *s, size_t at, size_t *order, struct class_order *out)
{
    const double value = at == s->classes ? accuracy(s, order) : 0;

    if (at == s->classes && value > out->best) {
        out->best = value;
        copy_order(out->order, order, s->classes);
    }
    for (size_t i = at; i < s->classes; i++) {
        const size_t kept = order[at];

        order[at] = order[i];
        order[i] = kept;
        try_all(s, at + 1, order, out);
        order[i] = order[at];
        order[at] = kept;
    }
}

/* Of many classes: exchanges of two, while one helps. */
static void exchange(const struct shares *s, size_t *order, struct class_order *out)
{
    bool helped = true;

    while (helped) {
        helped = false;
        for (size_t i = 0; i + 1 < s->classes; i++) {
            for (size_t k = i + 1; k < s->classes; k++) {
                const double gain = share(s, order[k], i) + share(s, order[i], k) -
                                    share(s, order[i], i) - share(s, order[k], k);

                if (gain > 1e-9) {
                    const size_t kept = order[i];

                    order[i] = order[k];
                    order[k] = kept;
                    helped = true;
                }
            }
        }
    }
    out->best = accuracy(s, order);
    copy_order(out->order, order, s->classes);
}

static enum class_order_verdict verdict_of(const struct shares *s, const struct class_order *o)
{
    const double unsure = 2 * standard_error(s);

    if (o->accuracy - unsure > o->chance) {
        return CLASS_ORDER_FITS;
    }
    return o->best - unsure > o->chance && o->best - unsure > o->accuracy + unsure
               ? CLASS_ORDER_OTHER
               : CLASS_ORDER_UNCLEAR;
}

void class_order_judge(const size_t *counts, size_t classes, struct class_order *out)
{
    struct shares s = {.counts = counts, .classes = classes};
    size_t order[CLASS_ORDER_MAX];

    *out = (struct class_order){.chance = 1.0 / (double) classes};
    for (size_t l = 0; l < classes; l++) {
        out->order[l] = order[l] = l;
        for (size_t a = 0; a < classes; a++) {
            s.rows[l] += (double) counts[l * classes + a];
        }
        s.labels += counts_for(&s, l);
    }
    out->labels = s.labels;
    if (s.labels < 2) {
        return; /* all of one label: an answer that never varies would fit */
    }
    out->accuracy = out->best = accuracy(&s, order);
    if (classes <= TRIED_WHOLE) {
        try_all(&s, 0, order, out);
    } else {
        exchange(&s, order, out);
    }
    out->verdict = verdict_of(&s, out);
}
