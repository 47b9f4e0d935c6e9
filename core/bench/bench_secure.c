/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secure inference measured as it is run: a student with random weights goes through the stage
 * infer, in three processes, and its records are summed up.
 */
#include "bench/bench_secure.h"

#include "base/memory.h"
#include "bench/bench_folder.h"
#include "bench/bench_ranges.h"
#include "bench/bench_secure_result.h"
#include "bench/bench_student.h"
#include "pipeline/open_pipeline.h"
#include "pipeline/output.h"
#include "stages/run_pipeline.h"

/* Which weights and texts it was, and how wide their ranges. */
static mpcf_status add_ranges(const struct bench_secure_request *request,
                              const struct bench_folder *folder, const struct pipeline *p,
                              json_t *result, mpcf_error *err)
{
    const char *weights = folder->has_checkpoint                    ? "the checkpoint's"
                          : request->ranges == BENCH_RANGES_TRAINED ? "trained ranges"
                                                                    : "random";
    char *student = output_path(p, "student");
    json_t *ranges = NULL;
    mpcf_status status = student != NULL ? bench_ranges_of(student, &ranges, err)
                                         : mpcf_fail_memory(err, 0, "a path");

    mpcf_free(student);
    if (status == MPCF_OK &&
        (json_object_set_new(result, "weights", json_string(weights)) != 0 ||
         json_object_set_new(result, "length", json_string(bench_length(request))) != 0 ||
         json_object_set(result, "ranges", ranges) != 0)) {
        status = mpcf_fail_memory(err, 0, "a summary");
    }
    json_decref(ranges);
    return status;
}

/* What the run's records come to. */
static mpcf_status sum_up(const struct bench_secure_request *request,
                          const struct bench_folder *folder, const struct pipeline *p, json_t **out,
                          mpcf_error *err)
{
    json_t *result = NULL;
    mpcf_status status =
        bench_secure_summarise(request, &p->infer.network, p->output, &result, err);

    if (status == MPCF_OK) {
        status = add_ranges(request, folder, p, result, err);
    }
    if (status != MPCF_OK) {
        json_decref(result);
        return status;
    }
    *out = result;
    return MPCF_OK;
}

static mpcf_status run(const struct bench_secure_request *request,
                       const struct bench_folder *folder, json_t **out, mpcf_error *err)
{
    const struct pipeline_request source = {.file = folder->pipeline,
                                            .sets = request->sets,
                                            .set_count = request->set_count,
                                            .plugin_folder = request->plugin_folder};
    const struct run_request infer = {
        .source = &source, .one_stage = true, .stage = STAGE_INFER, .viewer = VIEW_ALL};
    struct pipeline *p = NULL;
    mpcf_status status = pipeline_open(&source, &p, err);

    if (status == MPCF_OK) {
        status = bench_student_write(request, folder, p, err);
    }
    if (status == MPCF_OK) {
        status = pipeline_run(p, &infer, err);
    }
    if (status == MPCF_OK) {
        status = sum_up(request, folder, p, out, err);
    }
    pipeline_close(p);
    return bench_folder_say(folder, "bench secure:", status, err);
}

mpcf_status bench_secure(const struct bench_secure_request *request, json_t **out, mpcf_error *err)
{
    struct bench_folder folder = {0};
    mpcf_status status = bench_folder_create(request, &folder, err);

    if (status == MPCF_OK) {
        status = run(request, &folder, out, err);
        bench_folder_remove(&folder);
    }
    return status;
}
