/* SPDX-License-Identifier: Apache-2.0 */
/* Batches of a corpus for measuring. */
#include "network/measure_rows.h"

#include "corpus/batches.h"
#include "pass/measure.h"

enum { BATCH = 16 };

/* Real rows, then others. */
struct parts {
    struct batches *real, *others; /* NULL: there are none */
};

static mpcf_status get(void *context, size_t i, struct float_batch *batch, mpcf_error *err)
{
    const struct parts *parts = context;
    const size_t real = batches_count(parts->real);
    const bool is_real = i < real;
    struct batches *of = is_real ? parts->real : parts->others;
    struct labelled_batch labelled;

    (void) err;
    *batch = (struct float_batch){0};
    if (of != NULL && (is_real || i - real < batches_count(of))) {
        batches_get(of, is_real ? i : i - real, &labelled);
        *batch = labelled.inputs;
    }
    return MPCF_OK;
}

static mpcf_status measure(struct loaded_network *n, const struct corpus *corpus,
                           const struct corpus *others, size_t *passes, mpcf_error *err)
{
    const size_t longest =
        others != NULL && others->longest > corpus->longest ? others->longest : corpus->longest;
    struct parts parts = {NULL, NULL};
    struct measure_rows rows = {.batch = BATCH, .tokens = longest, .get = get, .context = &parts};
    mpcf_status status = batches_create(corpus, BATCH, &parts.real, err);

    if (status == MPCF_OK && others != NULL) {
        status = batches_create(others, BATCH, &parts.others, err);
    }
    if (status == MPCF_OK) {
        rows.made_up_from = batches_count(parts.real);
        status = measure_constants(n->network->graph, n->parameters, &rows, passes, err);
    }
    batches_destroy(parts.real);
    batches_destroy(parts.others);
    return status;
}

mpcf_status network_measure(struct loaded_network *n, const struct corpus *corpus, size_t rows,
                            const struct corpus *others, struct measured_rows *done,
                            mpcf_error *err)
{
    struct measured_rows result = {0};
    struct corpus *some = NULL;
    mpcf_status status = MPCF_OK;

    for (size_t i = 0; i < n->parameters->count; i++) {
        result.constants += parameter_is_unmeasured(&n->parameters->items[i]) ? 1 : 0;
    }
    if (result.constants > 0) {
        status = corpus_spread(corpus, rows, &some, err);
        if (status == MPCF_OK) {
            result.rows = some->count;
            status = measure(n, some, others, &result.passes, err);
        }
        corpus_destroy(some);
    }
    if (status == MPCF_OK && done != NULL) {
        *done = result;
    }
    return status;
}
