/* SPDX-License-Identifier: Apache-2.0 */
/* What is dealt ahead, how much that is, and whether the disk takes it. */
#include "inference/deal_room.h"

#include "base/file_room.h"
#include "base/log.h"
#include "base/memory.h"
#include "secure/session_deal.h"

#define STORE_BLOCK 8192 /* what a file takes beside its bytes, roughly */

/* What the corrections of each of BATCHES take; *BYTES: mpcf_free(). */
static mpcf_status measure_each(struct role_state *state, const struct secure_batches *batches,
                                uint64_t **bytes, mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    *bytes = mpcf_alloc_array(batches->count, sizeof **bytes);
    if (*bytes == NULL) {
        return mpcf_fail_memory(err, batches->count * sizeof **bytes, "sizes");
    }
    for (size_t i = 0; status == MPCF_OK && i < batches->count; i++) {
        struct secure_program program;

        status = secure_student_program(&state->student, &batches->items[i].shape, &program, err);
        if (status == MPCF_OK) {
            status = session_deal_bytes(program.program, &(*bytes)[i], err);
        }
    }
    return status;
}

/* Of the next COUNT inferences: what is not done, then all, again and again. */
static uint64_t sum_of(const struct secure_batches *batches, const uint64_t *bytes, size_t count)
{
    uint64_t sum = 0;

    for (size_t n = 0; count > 0; n++) {
        for (size_t i = 0; i < batches->count && count > 0; i++) {
            if (n > 0 || !batches->items[i].is_done) {
                sum += bytes[i] + STORE_BLOCK;
                count--;
            }
        }
    }
    return sum;
}

static mpcf_status compare(const struct role_state *state, size_t count, uint64_t bytes,
                           mpcf_error *err)
{
    const uint64_t room = file_room_free(state->store);

    if (bytes <= room) {
        log_line(LOG_INFO, "user: %zu inferences are dealt ahead, %.3g MB in '%s'", count,
                 (double) bytes / 1e6, state->store);
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_IO,
                     "%zu inferences are to be dealt ahead into '%s', which takes %.1f MB, "
                     "and %.1f MB are free there: stages.infer.store names another folder, fewer "
                     "examples or store_runs (%lld) take less",
                     count, state->store, (double) bytes / 1e6, (double) room / 1e6,
                     (long long) state->student.pipeline->infer.store_runs);
}

mpcf_status deal_room_check(struct role_state *state, const struct secure_batches *batches,
                            size_t count, mpcf_error *err)
{
    uint64_t *bytes = NULL;
    mpcf_status status = measure_each(state, batches, &bytes, err);

    if (status == MPCF_OK) {
        status = compare(state, count, sum_of(batches, bytes, count), err);
    }
    mpcf_free(bytes);
    return status;
}
