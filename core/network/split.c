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
                         .is_final = done == total,
                         .is_passing = true};

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

static void say_left_out(const char *split, const struct corpus *c)
{
    if (c->left_out > 0) {
        log_line(LOG_WARN, "reading %s: %llu broken row%s left out of %llu; the first: %s", split,
                 (unsigned long long) c->left_out, c->left_out == 1 ? "" : "s",
                 (unsigned long long) c->left_out + c->rows, c->first_left_out);
    }
}

void split_tell_cut(const struct pipeline *p, const char *split, const struct corpus *c,
                    struct text_buffer *out)
{
    const size_t cut = corpus_cut(c);

    if (cut > 0) {
        text_printf(out,
                    "reading %s: %zu of %zu texts are longer than %lld tokens, and were cut "
                    "(dataset.max_length)",
                    split, cut, c->count, (long long) p->max_length);
    }
}

void split_say_cut(const struct pipeline *p, const char *split, const struct corpus *c)
{
    struct text_buffer text = {0};

    split_tell_cut(p, split, c, &text);
    if (text.length > 0) {
        log_line(LOG_WARN, "%s", text_string(&text));
    }
    text_clear(&text);
}

mpcf_status split_load(const struct pipeline *p, const struct tokenizer *tokenizer,
                       const char *split, size_t limit, struct corpus **out, mpcf_error *err)
{
    char title[128];
    char *cache = NULL;
    struct reading reading = {title, 0};
    struct corpus_request request = request_of(p, tokenizer, split);
    mpcf_status status = MPCF_OK;

    if (p->dataset.descriptor == NULL) {
        return mpcf_fail(err, MPCF_E_CONFIG, "%s: there is no dataset to read rows of", p->file);
    }
    (void) snprintf(title, sizeof title, "reading %s", split);
    cache = p->keep_tokens ? output_path(p, "cache") : NULL;
    request.limit = limit;
    request.progress = show_reading;
    request.context = &reading;
    request.cache_folder = cache;
    status = corpus_load(&request, out, err);
    if (status == MPCF_OK) {
        say_left_out(split, *out);
    }
    mpcf_free(cache);
    return status;
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
