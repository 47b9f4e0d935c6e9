/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings, which hold up nothing. */
#include "predict/student_words.h"

#include "base/log.h"
#include "network/label_names.h"

static bool makes_students(const struct pipeline *p)
{
    return p->has_stage[STAGE_CONVERT] || p->has_stage[STAGE_DISTILL];
}

void student_words(const struct secure_student *s)
{
    const struct pipeline *p = s->pipeline;
    const struct ranges *r = s->ranges;

    if (r->shortest == 0) {
        log_line(LOG_WARN,
                 "the student in '%s' was calibrated by an earlier version, on rows alone: texts "
                 "shorter or "
                 "longer than these may be answered wrongly; `mpcf-host run %s` calibrates it anew",
                 p->output, p->file);
    } else if ((size_t) p->max_length > r->longest) {
        log_line(LOG_WARN,
                 "the student in '%s' was calibrated on texts of up to %zu tokens, and may answer "
                 "longer ones wrongly (max_length is %lld); `mpcf-host run %s` calibrates it anew",
                 p->output, r->longest, (long long) p->max_length, p->file);
    }
    if (makes_students(p) && p->calibrate.margin_bits != r->margin_bits) {
        log_line(LOG_WARN,
                 "stages.calibrate.margin_bits is %g, but the student in '%s' was calibrated with "
                 "%g, which "
                 "holds: `mpcf-host run %s` with the same --set calibrates it anew",
                 p->calibrate.margin_bits, p->output, r->margin_bits, p->file);
    }
}

void student_words_of_labels(const struct secure_student *s)
{
    label_names_say(&s->pipeline->task, s->network.config, "the student", false);
}

enum form { UNKNOWN, SINGLE, PAIR };

/* Of the first row, as far as it can be read. */
static enum form form_of_rows(const struct pipeline *p)
{
    const mpcf_dataset *d = p->dataset.descriptor;
    mpcf_example example = {0};
    void *reader = NULL;
    int32_t more = 0;
    enum form form = UNKNOWN;

    if (d == NULL || d->open(p->dataset.config, p->dataset_path, p->task.judge_split, &reader,
                             NULL) != MPCF_OK) {
        return UNKNOWN;
    }
    if (d->next(reader, &example, &more, NULL) == MPCF_OK && more != 0) {
        form = example.text_b == NULL ? SINGLE : PAIR;
    }
    d->close(reader);
    return form;
}

void student_words_of_form(const struct pipeline *p, bool is_pair, const char *where)
{
    const enum form form = form_of_rows(p);

    if (is_pair && form == SINGLE) {
        log_line(
            LOG_WARN,
            "%s: a tab makes it a pair of texts, but the rows of the dataset are single texts: "
            "the network has learned nothing of pairs",
            where);
    } else if (!is_pair && form == PAIR) {
        log_line(LOG_WARN,
                 "%s: a single text, but the rows of the dataset are pairs, and the network has "
                 "learned nothing of single texts: a tab between the two makes it a pair",
                 where);
    }
}
