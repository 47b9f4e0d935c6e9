/* SPDX-License-Identifier: Apache-2.0 */
/* From a network's shape to the lengths of the messages of its program. */
#include "bench/bench_rounds.h"

#include "base/memory.h"
#include "bench/bench_folder.h"
#include "bench/bench_student.h"
#include "inference/secure_student.h"
#include "pipeline/open_pipeline.h"

void bench_rounds_clear(struct message_rounds *rounds)
{
    mpcf_free(rounds->items);
    *rounds = (struct message_rounds){0};
}

static mpcf_status take_rounds(const struct program *p, struct message_rounds *out, mpcf_error *err)
{
    out->items = mpcf_alloc_array(p->round_count + 1, sizeof *out->items);
    if (out->items == NULL) {
        return mpcf_fail_memory(err, p->round_count * sizeof *out->items, "rounds");
    }
    for (size_t i = 0; i < p->round_count; i++) {
        const struct round *r = &p->rounds[i];

        if (r->provider_bytes + r->user_bytes != 0) {
            out->items[out->count++] = (struct message_round){r->provider_bytes, r->user_bytes};
        }
    }
    return MPCF_OK;
}

static mpcf_status rounds_of(const struct bench_secure_request *request, const struct pipeline *p,
                             struct message_rounds *out, mpcf_error *err)
{
    const struct secure_shape shape = {.batch = request->batch,
                                       .tokens = (size_t) p->max_length,
                                       .exact = p->infer.length == LENGTH_EXACT};
    struct secure_student student = {0};
    struct secure_program program = {0};
    mpcf_status status = secure_student_open(p, STUDENT_PUBLIC, &student, err);

    if (status == MPCF_OK) {
        status = secure_student_program(&student, &shape, &program, err);
    }
    if (status == MPCF_OK) {
        status = take_rounds(program.program, out, err);
    }
    secure_student_close(&student);
    return status;
}

static mpcf_status with_folder(const struct bench_secure_request *request,
                               const struct bench_folder *folder, struct message_rounds *out,
                               mpcf_error *err)
{
    const struct pipeline_request source = {.file = folder->pipeline,
                                            .sets = request->sets,
                                            .set_count = request->set_count,
                                            .plugin_folder = request->plugin_folder};
    struct pipeline *p = NULL;
    mpcf_status status = pipeline_open(&source, &p, err);

    if (status == MPCF_OK) {
        status = bench_student_write(request, folder, p, err);
    }
    if (status == MPCF_OK) {
        status = rounds_of(request, p, out, err);
    }
    pipeline_close(p);
    return bench_folder_say(folder, "bench transports:", status, err);
}

mpcf_status bench_rounds(const struct bench_secure_request *request, struct message_rounds *out,
                         mpcf_error *err)
{
    struct bench_folder folder = {0};

    *out = (struct message_rounds){0};
    mpcf_status status = bench_folder_create(request, &folder, err);
    if (status == MPCF_OK) {
        status = with_folder(request, &folder, out, err);
        bench_folder_remove(&folder);
    }
    if (status != MPCF_OK) {
        bench_rounds_clear(out);
    }
    return status;
}
