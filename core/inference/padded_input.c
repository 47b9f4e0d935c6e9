/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a batch as ids, token types and marks, right-padded. */
#include "inference/padded_input.h"

#include "base/memory.h"
#include "protocol/placement.h"

mpcf_status padded_input_create(const struct secure_batches *batches, struct padded_input *out,
                                mpcf_error *err)
{
    int32_t *block = mpcf_secret_alloc(3 * batches->largest, sizeof *block);

    if (block == NULL) {
        return mpcf_fail_memory(err, 3 * batches->largest * sizeof *block, "the inputs of a batch");
    }
    out->ids = block;
    out->types = block + batches->largest;
    out->mask = block + 2 * batches->largest;
    out->given = (struct secure_input){
        .input_ids = out->ids, .token_type_ids = out->types, .attention_mask = out->mask};
    return MPCF_OK;
}

void padded_input_clear(struct padded_input *input)
{
    placements_destroy(input->placements);
    mpcf_secret_free(input->ids);
    *input = (struct padded_input){0};
}

void padded_input_fill(struct padded_input *input, const struct secure_batch *batch,
                       const struct corpus *corpus)
{
    const size_t tokens = batch->shape.tokens;

    placements_destroy(input->placements);
    input->placements = NULL;
    input->given.placements = NULL;
    for (size_t i = 0; i < batch->shape.batch; i++) {
        const uint32_t row = batch->rows[i < batch->count ? i : batch->count - 1];
        const struct corpus_item *item = &corpus->items[row];

        for (size_t t = 0; t < tokens; t++) {
            const bool is_real = t < item->length;

            input->ids[i * tokens + t] = is_real ? item->ids[t] : corpus->pad_id;
            input->types[i * tokens + t] = is_real ? item->types[t] : 0;
            input->mask[i * tokens + t] = is_real;
        }
    }
}

mpcf_status padded_input_place(struct padded_input *input, const struct program *program,
                               mpcf_error *err)
{
    mpcf_status status = placements_create(program, &input->given, &input->placements, err);

    input->given.placements = input->placements;
    return status;
}
