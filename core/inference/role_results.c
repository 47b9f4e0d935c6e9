/* SPDX-License-Identifier: Apache-2.0 */
/* Where a role's results go, whether there is room for them, and what is left of a run that fails. */
#include "inference/role_results.h"

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/file_room.h"
#include "base/folder.h"
#include "base/memory.h"
#include "channel/role.h"
#include "format/json.h"
#include "inference/answer_lines.h"
#include "inference/kept_answers.h"
#include "inference/role_facts.h"
#include "pipeline/link_keys.h"
#include "pipeline/output.h"

#define RECORD_BYTES 65536 /* of figures; an inference adds less than 1 KiB to them */
#define NUMBER_BYTES 64 /* of an answer in one file: user.json, answers.jsonl, while it is kept */

static mpcf_status record_path(const struct role_state *state, char **path, mpcf_error *err)
{
    char name[48];

    (void) snprintf(name, sizeof name, "infer/%s.json", role_name(state->role));
    *path = output_path(state->student.pipeline, name);
    return *path != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "a path");
}

/* --- Before --- */

static uint64_t bytes_of(const struct role_state *state)
{
    const struct corpus *corpus = state->corpus;

    return RECORD_BYTES +
           (corpus != NULL ? corpus->count * (state->student.answer + 1) * 2 * NUMBER_BYTES : 0);
}

/* Of all that answers depend on: network, options and what the roles agree on, and the texts. */
static mpcf_status digest_questions(const struct role_state *state, char text[FILE_DIGEST_SIZE],
                                    mpcf_error *err)
{
    struct handshake facts;
    char corpus[FILE_DIGEST_SIZE];
    struct digest *digest = NULL;

    handshake_init(&facts, state->role);
    MPCF_TRY(role_facts_add(&state->student, &facts, err));
    corpus_digest(state->corpus, corpus);
    digest = digest_begin();
    if (digest == NULL || corpus[0] == '\0') {
        return mpcf_fail_memory(err, FILE_DIGEST_SIZE, "a digest");
    }
    for (size_t i = 0; i < facts.fact_count; i++) {
        digest_add(digest, facts.facts[i].name, strlen(facts.facts[i].name) + 1);
        digest_add(digest, facts.facts[i].value, strlen(facts.facts[i].value) + 1);
    }
    digest_add(digest, corpus, sizeof corpus);
    digest_end(digest, text);
    return MPCF_OK;
}

/* A run on one machine is there to be measured: it asks everything. */
static mpcf_status open_answers(struct role_state *state, const char *folder, mpcf_error *err)
{
    struct kept_request request = {
        .folder = folder,
        .corpus = state->corpus,
        .width = state->student.answer,
        .has_marks = state->student.options.check_ranges != CHECK_NONE,
        .is_taken_over = state->student.pipeline->infer.resume && state->control == NULL,
    };

    MPCF_TRY(digest_questions(state, request.of, err));
    MPCF_TRY(kept_answers_open(&request, &state->kept, err));
    MPCF_TRY(predictor_begin(&state->predictor, &state->student.pipeline->task,
                             state->student.network.config, state->student.classes,
                             state->student.options.reveal_label, err));
    state->predictor.has_marks = request.has_marks;
    return answer_lines_open(folder, &state->predictor, state->corpus, &state->lines, err);
}

mpcf_status role_results_begin(struct role_state *state, mpcf_error *err)
{
    char *folder = output_path(state->student.pipeline, "infer"), *path = NULL;
    mpcf_status status =
        folder != NULL ? record_path(state, &path, err) : mpcf_fail_memory(err, 0, "a path");

    if (status == MPCF_OK) {
        status = file_make_folder(folder, err);
    }
    if (status == MPCF_OK) {
        status = file_room_try(path, bytes_of(state), err);
    }
    if (status == MPCF_OK && state->role == ROLE_USER) {
        status = open_answers(state, folder, err);
    }
    mpcf_free(folder);
    mpcf_free(path);
    return status;
}

bool role_results_are_there(const struct role_state *state)
{
    return state->kept != NULL && kept_answers_count(state->kept) == state->corpus->count;
}

/* --- After --- */

/* What went over the links that this role has at its end, framing included. */
static json_t *links_json(const struct role_state *state)
{
    const size_t begun = json_begin();
    json_t *links = json_object();

    for (int role = 0; role < 3; role++) {
        const struct channel *peer = state->links.peers[role];

        if (peer != NULL) {
            const struct channel_meter m = channel_meter(peer);

            (void) json_object_set_new(links, role_name((enum role) role),
                                       json_pack("{s:I, s:I}", "sent_bytes",
                                                 (json_int_t) m.sent_bytes, "received_bytes",
                                                 (json_int_t) m.received_bytes));
        }
    }
    return json_end(links, begun);
}

mpcf_status role_results_write(const struct role_state *state, json_t *record, mpcf_error *err)
{
    json_t *totals = secure_totals_json(&state->totals);
    const char *authenticated_by =
        link_authentication(state->student.pipeline, state->keys != NULL);
    char *path = NULL;
    mpcf_status status = MPCF_OK;

    if (totals == NULL || json_object_update(record, totals) != 0 ||
        json_object_set_new(record, "authenticated_by", json_string(authenticated_by)) != 0 ||
        json_object_set_new(record, "links", links_json(state)) != 0) {
        status = mpcf_fail_memory(err, 0, "a record");
    }
    if (status == MPCF_OK) {
        status = record_path(state, &path, err);
    }
    if (status == MPCF_OK) {
        /* The user's has what it asked for. */
        status = state->role == ROLE_USER ? json_write_private_file(path, record, err)
                                          : json_write_file(path, record, err);
    }
    json_decref(totals);
    mpcf_free(path);
    return status;
}

mpcf_status role_results_end(struct role_state *state, mpcf_status status, mpcf_error *err)
{
    const size_t count = kept_answers_count(state->kept);

    if (status != MPCF_OK && count > 0) {
        (void) mpcf_fail_while(
            err, status,
            "the run ended with %zu of %zu answers, kept in '%s' (to read: " OUTPUT_ANSWER_LINES
            " beside it)",
            count, state->corpus->count, kept_answers_path(state->kept));
    }
    answer_lines_close(state->lines);
    state->lines = NULL;
    predictor_clear(&state->predictor);
    kept_answers_close(state->kept, status == MPCF_OK);
    state->kept = NULL;
    return status;
}
