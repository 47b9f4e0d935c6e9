/* SPDX-License-Identifier: Apache-2.0 */
/* Lengths of texts in tokens, and the padded lengths that follow. */
#include "draft/lengths.h"

#include <stdlib.h>

#include "base/memory.h"
#include "corpus/corpus.h"
#include "draft/samples.h"
#include "network/loaded_network.h"

enum { MEASURED = 2000 };

static int by_size(const void *a, const void *b)
{
    const size_t x = *(const size_t *) a, y = *(const size_t *) b;

    return x < y ? -1 : x > y;
}

/* Up to a multiple of 8: what is padded is computed, and few lengths make programs few. */
static size_t padded(size_t tokens)
{
    return (tokens + 7) / 8 * 8;
}

/* Of SORTED, what SHARE of them do not exceed. */
static size_t quantile(const size_t *sorted, size_t count, double share)
{
    const size_t at = (size_t) ((double) (count - 1) * share);

    return sorted[at];
}

void draft_choose_lengths(const size_t *lengths, size_t count, struct draft_lengths *out)
{
    static const double shares[] = {0.5, 0.9};
    size_t limit;

    out->measured = count;
    out->half = quantile(lengths, count, 0.5);
    out->most = quantile(lengths, count, 0.9);
    out->longest = lengths[count - 1];
    limit = padded(quantile(lengths, count, 0.995));
    limit = limit > 16 ? limit : 16;
    out->max_length = limit < out->positions ? limit : out->positions;
    out->cut = out->bucket_count = 0;
    for (size_t i = 0; i < count; i++) {
        out->cut += lengths[i] > out->max_length;
    }
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        const size_t bucket = padded(quantile(lengths, count, shares[i]));
        const size_t before = out->bucket_count > 0 ? out->buckets[out->bucket_count - 1] : 0;

        if (bucket > before && bucket < out->max_length) {
            out->buckets[out->bucket_count++] = bucket;
        }
    }
    out->buckets[out->bucket_count++] = out->max_length;
}

static mpcf_status choose(const struct corpus *corpus, struct draft_lengths *out, mpcf_error *err)
{
    size_t *lengths = mpcf_alloc_array(corpus->count, sizeof *lengths);

    if (lengths == NULL) {
        return mpcf_fail_memory(err, corpus->count * sizeof *lengths, "lengths");
    }
    for (size_t i = 0; i < corpus->count; i++) {
        lengths[i] = corpus->items[i].length;
    }
    qsort(lengths, corpus->count, sizeof *lengths, by_size);
    out->rows = corpus->rows;
    draft_choose_lengths(lengths, corpus->count, out);
    mpcf_free(lengths);
    return MPCF_OK;
}

mpcf_status draft_lengths(const struct sketch *s, const struct pipeline *p,
                          struct draft_lengths *out, mpcf_error *err)
{
    struct loaded_network network = {0};
    struct tokenizer *tokenizer = NULL;
    struct corpus *corpus = NULL;
    mpcf_tokenizer_spec spec;
    mpcf_status status;

    MPCF_TRY(loaded_network_build(p, p->model_path, FUNCTIONS_EXACT, &network, err));
    spec = network.network->tokenizer;
    out->layers = (size_t) network.network->facts.layers;
    loaded_network_clear(&network);
    out->positions = (size_t) spec.max_tokens;
    status = tokenizer_open_in_case(p->model_path, &spec, (enum letter_case) p->lower_case,
                                    &tokenizer, err);
    if (status == MPCF_OK) {
        const struct samples_config drawn = {s->samples, &p->task};
        const bool has_drawn = s->samples != NULL;
        const struct corpus_request request = {
            .dataset = has_drawn ? &samples_dataset : p->dataset.descriptor,
            .config = has_drawn ? (const void *) &drawn : p->dataset.config,
            .path = p->dataset_path,
            .split = p->task.train_split,
            .tokenizer = tokenizer,
            .max_tokens = out->positions,
            .limit = MEASURED,
            .unlabelled = true};

        status = corpus_load(&request, &corpus, err);
    }
    if (status == MPCF_OK) {
        status = choose(corpus, out, err);
        out->rows = s->rows > 0 ? s->rows : out->rows;
    }
    corpus_destroy(corpus);
    tokenizer_close(tokenizer);
    return status;
}
