/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings, which hold up nothing. */
#include "predict/student_words.h"

#include "base/log.h"

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

/* Whether the first row can be read, and is one text. */
static bool has_single_texts(const struct pipeline *p)
{
    const mpcf_dataset *d = p->dataset.descriptor;
    mpcf_example example = {0};
    void *reader = NULL;
    int32_t more = 0;
    bool is_single = false;

    if (d == NULL || d->open(p->dataset.config, p->dataset_path, p->task.judge_split, &reader,
                             NULL) != MPCF_OK) {
        return false;
    }
    if (d->next(reader, &example, &more, NULL) == MPCF_OK && more != 0) {
        is_single = example.text_b == NULL;
    }
    d->close(reader);
    return is_single;
}

void student_words_of_pair(const struct pipeline *p, const char *where)
{
    if (has_single_texts(p)) {
        log_line(
            LOG_WARN,
            "%s: a tab makes it a pair of texts, but the rows of the dataset are single texts: "
            "the network has learned nothing of pairs",
            where);
    }
}
