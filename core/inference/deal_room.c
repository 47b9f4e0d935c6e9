/* SPDX-License-Identifier: Apache-2.0 */
/* What is dealt ahead, how much that is, and whether the disk takes it. */
#include "inference/deal_room.h"

#include <inttypes.h>

#include "base/file_room.h"
#include "base/log.h"
#include "secure/session_deal.h"

#define STORE_BLOCK 8192 /* what a file takes beside its bytes, roughly */

/* What is dealt for now, and in each of the later runs. */
static mpcf_status measure_deal(struct role_state *state, const struct secure_batches *batches,
                                uint64_t *bytes, uint64_t *count, mpcf_error *err)
{
    const uint64_t later = (uint64_t) state->student.pipeline->infer.store_runs - 1;

    *bytes = *count = 0;
    for (size_t i = 0; i < batches->count; i++) {
        const struct secure_batch *batch = &batches->items[i];
        const uint64_t runs = later + (batch->is_done ? 0 : 1);
        struct secure_program program;
        uint64_t one = 0;

        MPCF_TRY(secure_student_program(&state->student, &batch->shape, &program, err));
        MPCF_TRY(session_deal_bytes(program.program, &one, err));
        *bytes += runs * (one + STORE_BLOCK);
        *count += runs;
    }
    return MPCF_OK;
}

/* The size of what is dealt is known: a disk that is too small is, too. */
mpcf_status deal_room_check(struct role_state *state, const struct secure_batches *batches,
                            mpcf_error *err)
{
    const struct pipeline *p = state->student.pipeline;
    uint64_t bytes = 0, count = 0, room = file_room_free(state->store);

    MPCF_TRY(measure_deal(state, batches, &bytes, &count, err));
    if (bytes <= room) {
        log_line(LOG_INFO, "user: %" PRIu64 " inferences are dealt ahead, %.3g MB in '%s'", count,
                 (double) bytes / 1e6, state->store);
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_IO,
                     "%" PRIu64 " inferences are to be dealt ahead into '%s', which takes %.1f MB, "
                     "and %.1f MB are free there: stages.infer.store names another folder, fewer "
                     "examples or store_runs (%lld) take less",
                     count, state->store, (double) bytes / 1e6, (double) room / 1e6,
                     (long long) p->infer.store_runs);
}
