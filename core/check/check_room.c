/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that a run writes beside those that are free. */
#include "check/check_room.h"

#include "base/file_room.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "network/split.h"
#include "secure/session_deal.h"

/* The nearest folder above PATH that is there; mpcf_free(). NULL: memory. */
static char *existing(const char *path)
{
    char *at = mpcf_strdup(path);

    while (at != NULL && !file_exists(at)) {
        char *above = file_folder_of(at);

        mpcf_free(at);
        at = above;
    }
    return at;
}

static mpcf_status free_at(const char *path, uint64_t *bytes, mpcf_error *err)
{
    char *folder = existing(path);

    *bytes = folder != NULL ? file_room_free(folder) : UINT64_MAX;
    mpcf_free(folder);
    return folder != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a path");
}

/* Networks of the size of the teacher: a state has values and two moments, and is written beside the one before. */
static uint64_t networks_written(const struct pipeline *p)
{
    enum { NETWORK = 1, STATE = 6, BETWEEN = 1 };

    const int count = (p->has_stage[STAGE_FINETUNE] ? NETWORK + STATE : 0) +
                      (p->has_stage[STAGE_CONVERT] ? NETWORK : 0) +
                      (p->has_stage[STAGE_DISTILL] ? NETWORK + STATE + BETWEEN : 0);

    return (uint64_t) count;
}

mpcf_status check_output_room(struct check *c, mpcf_error *err)
{
    const uint64_t network = (uint64_t) c->facts->parameters * sizeof(float);
    const uint64_t count = networks_written(c->p);
    uint64_t room = 0;

    MPCF_TRY(free_at(c->p->output, &room, err));
    if (count > 0 && network > room) {
        yaml_problem(c->problems, key_place(c->p, "output"),
                     "output: a network takes %.2f GB, and %.2f GB are free there",
                     (double) network / 1e9, (double) room / 1e9);
    } else if (network * count > room) {
        log_line(LOG_WARN, "%s: output: the stages may write %.2f GB, and %.2f GB are free there",
                 c->p->file, (double) (network * count) / 1e9, (double) room / 1e9);
    }
    return MPCF_OK;
}

/* Inferences that a run deals ahead: no more rows are counted than a session has inferences. */
static mpcf_status inferences_ahead(struct check *c, uint64_t *count, mpcf_error *err)
{
    const struct infer_settings *s = &c->p->infer;
    const uint64_t most = (uint64_t) s->session_inferences;
    size_t rows = 0;

    MPCF_TRY(split_count(c->p, c->tokenizer, c->p->task.judge_split, most * (size_t) s->batch,
                         &rows, err));
    if (s->examples > 0 && (size_t) s->examples < rows) {
        rows = (size_t) s->examples;
    }
    *count = (rows + (uint64_t) s->batch - 1) / (uint64_t) s->batch * (uint64_t) s->store_runs;
    *count = *count < most ? *count : most;
    return MPCF_OK;
}

mpcf_status check_store_room(struct check *c, const struct program *program, mpcf_error *err)
{
    uint64_t bytes = 0, count = 0, room = 0;

    if (c->p->infer.preprocess != PREPROCESS_STORE || !c->p->has_stage[STAGE_INFER] ||
        (c->viewer != VIEW_ALL && c->viewer != VIEW_USER) || c->tokenizer == NULL) {
        return MPCF_OK;
    }
    MPCF_TRY(session_deal_bytes(program, &bytes, err));
    MPCF_TRY(free_at(c->p->infer.store, &room, err));
    MPCF_TRY(check_take(c, "dataset.path", inferences_ahead(c, &count, err), err));
    if (count * bytes <= room) {
        return MPCF_OK;
    }
    if (c->p->infer.length == LENGTH_FULL) {
        yaml_problem(
            c->problems, key_place(c->p, "stages.infer.store"),
            "stages.infer.store: %llu inferences dealt ahead take %.2f GB, and %.2f GB are "
            "free there; fewer examples or store_runs take less",
            (unsigned long long) count, (double) (count * bytes) / 1e9, (double) room / 1e9);
    } else {
        log_line(LOG_WARN,
                 "%s: stages.infer.store: %llu inferences dealt ahead take up to %.2f GB, and %.2f "
                 "GB are free there",
                 c->p->file, (unsigned long long) count, (double) (count * bytes) / 1e9,
                 (double) room / 1e9);
    }
    return MPCF_OK;
}
