/* SPDX-License-Identifier: Apache-2.0 */
/* Batches of a corpus for measuring. */
#include "network/measure_rows.h"

#include "pass/measure.h"
#include "text/batches.h"

enum { BATCH = 16 };

static mpcf_status get(void *context, size_t i, struct float_batch *batch, mpcf_error *err)
{
    struct batches *batches = context;
    struct labelled_batch labelled;

    (void) err;
    *batch = (struct float_batch){0};
    if (i < batches_count(batches)) {
        batches_get(batches, i, &labelled);
        *batch = labelled.inputs;
    }
    return MPCF_OK;
}

static mpcf_status measure(struct loaded_network *n, const struct corpus *corpus, size_t *passes,
                           mpcf_error *err)
{
    struct batches *batches = NULL;
    struct measure_rows rows = {.batch = BATCH, .tokens = corpus->longest, .get = get};
    mpcf_status status = batches_create(corpus, BATCH, &batches, err);

    if (status == MPCF_OK) {
        rows.context = batches;
        status = measure_constants(n->network->graph, n->parameters, &rows, passes, err);
    }
    batches_destroy(batches);
    return status;
}

mpcf_status network_measure(struct loaded_network *n, const struct corpus *corpus, size_t rows,
                            struct measured_rows *done, mpcf_error *err)
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
            status = measure(n, some, &result.passes, err);
        }
        corpus_destroy(some);
    }
    if (status == MPCF_OK && done != NULL) {
        *done = result;
    }
    return status;
}
