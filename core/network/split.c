/* SPDX-License-Identifier: Apache-2.0 */
/* A split of the dataset as token ids, with how far reading is. */
#include "network/split.h"

#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/progress.h"

struct reading {
    const char *split;
    int64_t shown_ns;
};

static void show_reading(void *context, size_t done, size_t total)
{
    struct reading *reading = context;
    struct progress p = {.stage = reading->split,
                         .done = done,
                         .total = total,
                         .loss = (double) NAN,
                         .unit = "rows",
                         .is_final = done == total,
                         .is_passing = true};

    if (p.is_final || clock_seconds_since(reading->shown_ns) > 0.2) {
        progress_show(&p);
        reading->shown_ns = clock_now_ns();
    }
}

mpcf_status split_load(const struct pipeline *p, const struct tokenizer *tokenizer,
                       const char *split, size_t limit, struct corpus **out, mpcf_error *err)
{
    char title[128];
    struct reading reading = {title, 0};
    struct corpus_request request = {.dataset = p->dataset.descriptor,
                                     .config = p->dataset.config,
                                     .path = p->dataset_path,
                                     .split = split,
                                     .tokenizer = tokenizer,
                                     .max_tokens = (size_t) p->max_length,
                                     .limit = limit,
                                     .unlabelled = p->model_labels != 0,
                                     .progress = show_reading,
                                     .context = &reading};

    (void) snprintf(title, sizeof title, "reading %s", split);
    return corpus_load(&request, out, err);
}
