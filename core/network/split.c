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
                         .seconds_left = -1,
                         .is_final = done == total};

    if (p.is_final || clock_seconds_since(reading->shown_ns) > 0.2) {
        progress_show(&p);
        reading->shown_ns = clock_now_ns();
    }
}

static struct corpus_request request_of(const struct pipeline *p, const struct tokenizer *tokenizer,
                                        const char *split)
{
    return (struct corpus_request){.dataset = p->dataset.descriptor,
                                   .config = p->dataset.config,
                                   .path = p->dataset_path,
                                   .split = split,
                                   .tokenizer = tokenizer,
                                   .max_tokens = (size_t) p->max_length,
                                   .unlabelled = p->model_labels != 0};
}

mpcf_status split_load(const struct pipeline *p, const struct tokenizer *tokenizer,
                       const char *split, size_t limit, struct corpus **out, mpcf_error *err)
{
    char title[128];
    struct reading reading = {title, 0};
    struct corpus_request request = request_of(p, tokenizer, split);

    (void) snprintf(title, sizeof title, "reading %s", split);
    request.limit = limit;
    request.progress = show_reading;
    request.context = &reading;
    return corpus_load(&request, out, err);
}

mpcf_status split_check_length(const struct pipeline *p, const mpcf_tokenizer_spec *spec,
                               mpcf_error *err)
{
    return p->max_length <= spec->max_tokens
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_CONFIG,
                           "dataset.max_length: %lld tokens, and the network has positions for "
                           "%lld",
                           (long long) p->max_length, (long long) spec->max_tokens);
}

mpcf_status split_check(const struct pipeline *p, const struct tokenizer *tokenizer,
                        const char *split, size_t rows, bool labelled, mpcf_error *err)
{
    const struct corpus_request request = request_of(p, tokenizer, split);

    return corpus_check(&request, rows, labelled, err);
}

mpcf_status split_count(const struct pipeline *p, const struct tokenizer *tokenizer,
                        const char *split, size_t limit, size_t *rows, mpcf_error *err)
{
    const struct corpus_request request = request_of(p, tokenizer, split);

    return corpus_count(&request, limit, rows, err);
}
