/* SPDX-License-Identifier: Apache-2.0 */
/* A split of the dataset as token ids, with how far reading is. */
#include "network/split.h"

#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/progress.h"
#include "pipeline/output.h"

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
                         .seconds_left = -1,
                         .is_final = done == total};

    if (p.is_final || clock_seconds_since(reading->shown_ns) > 0.2) {
        progress_show(&p);
        reading->shown_ns = clock_now_ns();
    }
}

mpcf_status split_load(const struct pipeline *p, const struct tokenizer *tokenizer,
                       const char *split, size_t limit, struct corpus **out, mpcf_error *err)
{
    char title[128];
    char *cache = p->keep_tokens ? output_path(p, "cache") : NULL;
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
                                     .context = &reading,
                                     .cache_folder = cache};
    mpcf_status status = MPCF_OK;

    (void) snprintf(title, sizeof title, "reading %s", split);
    status = corpus_load(&request, out, err);
    if (status == MPCF_OK && (*out)->left_out > 0) {
        log_line(LOG_WARN, "reading %s: %llu broken row%s left out of %llu; the first: %s", split,
                 (unsigned long long) (*out)->left_out, (*out)->left_out == 1 ? "" : "s",
                 (unsigned long long) ((*out)->left_out + (*out)->rows), (*out)->first_left_out);
    }
    mpcf_free(cache);
    return status;
}
