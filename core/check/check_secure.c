/* SPDX-License-Identifier: Apache-2.0 */
/* Whether there is a secure run for the student, and what its inference asks of a session. */
#include "check/check_secure.h"

#include "base/folder.h"
#include "base/memory.h"
#include "check/check_memory.h"
#include "check/check_room.h"
#include "check/trial_program.h"
#include "graph/slot_name.h"
#include "inference/questions.h"
#include "inference/secure_student.h"
#include "lower/lookup_table.h"
#include "plugin/option_set.h"
#include "preprocess/store_sessions.h"
#include "secure/session_limits.h"

/* The longest that the file allows: it takes the most, of everything. */
static struct secure_shape longest_shape(const struct pipeline *p)
{
    const bool is_exact = p->infer.length == LENGTH_EXACT;

    return (struct secure_shape){.batch = is_exact ? 1 : (size_t) p->infer.batch,
                                 .tokens = (size_t) p->max_length,
                                 .exact = is_exact};
}

static mpcf_status check_program(struct check *c, const struct program *program, mpcf_error *err)
{
    if (c->p->has_stage[STAGE_INFER]) {
        check_secure_memory(c, program);
    }
    MPCF_TRY(check_store_room(c, program, err));
    return check_take(c, "stages.infer.batch", session_check_program(program, err), err);
}

/* What convert would write for the user to look words up in. */
static mpcf_status check_tables(struct check *c, const mpcf_graph *graph, mpcf_error *err)
{
    if (c->p->infer.embedding != EMBEDDING_PUBLIC) {
        return MPCF_OK;
    }
    for (size_t i = 0; i < graph_count(graph); i++) {
        const mpcf_node *node = graph_node(graph, i);

        if (node->kind == OP_PARAMETER && lower_needs_table(graph, node)) {
            return MPCF_OK;
        }
    }
    return check_take(c, "stages.infer.embedding",
                      mpcf_fail(err, MPCF_E_UNSUPPORTED,
                                "embedding: public: this model has no table that the user could "
                                "look words up in"),
                      err);
}

/* Said already, where it does not. */
static bool fits_positions(const struct check *c)
{
    return c->exact.network != NULL && c->p->max_length <= c->exact.network->tokenizer.max_tokens;
}

/* "approximations.normaliser: 2quad c=1e+300" */
static void print_filling(const struct slot_filling *f, struct text_buffer *out)
{
    text_printf(out, "approximations.%s: %s ", slot_name(f->slot), f->approx->name);
    option_config_show(f->approx->options, f->approx->option_size, f->config, out);
}

/* Whether FILLING alone, all other places being exact, makes the trial fail; ERR says how. */
static mpcf_status try_alone(const struct check *c, size_t filling,
                             const struct lower_options *options, const struct secure_shape *shape,
                             mpcf_error *err)
{
    struct pipeline alone = *c->p;
    struct loaded_network student = {0};
    struct trial_program trial = {NULL, NULL};
    mpcf_status status;

    alone.fillings = c->p->fillings + filling;
    alone.filling_count = 1;
    status = loaded_network_build(&alone, c->folder, FUNCTIONS_APPROXIMATED, &student, NULL);
    if (status != MPCF_OK) { /* of some heads, say */
        return MPCF_OK;
    }
    status = trial_program_make(student.network->graph, options, shape, &trial, err);
    trial_program_clear(&trial);
    loaded_network_clear(&student);
    return status;
}

/* What STATUS and ERR of the whole student say, at the place of the entry whose fault it is. */
static mpcf_status blame(struct check *c, const struct lower_options *options,
                         const struct secure_shape *shape, mpcf_status status, mpcf_error *err)
{
    for (size_t i = 0; status == MPCF_E_RANGE && i < c->p->filling_count; i++) {
        mpcf_error *own = mpcf_error_create();
        const mpcf_status alone = own != NULL ? try_alone(c, i, options, shape, own) : MPCF_OK;
        struct text_buffer what = {0};
        mpcf_status taken;

        if (alone != MPCF_E_RANGE) {
            mpcf_error_destroy(own);
            continue;
        }
        print_filling(&c->p->fillings[i], &what);
        mpcf_error_reset(err);
        taken = check_take_at(c, c->p->filling_places[i], text_string(&what), alone, own);
        text_clear(&what);
        mpcf_error_destroy(own);
        return taken;
    }
    return check_take(c, "stages.infer", status, err);
}

mpcf_status check_trial(struct check *c, mpcf_error *err)
{
    const struct secure_shape shape = longest_shape(c->p);
    struct trial_program trial;
    struct lower_options options;
    mpcf_status status;

    if (c->student.network == NULL || !fits_positions(c)) {
        return MPCF_OK;
    }
    secure_student_options(c->p, &options);
    options.is_trial = true;
    status = trial_program_make(c->student.network->graph, &options, &shape, &trial, err);
    if (status != MPCF_OK) {
        return blame(c, &options, &shape, status, err);
    }
    status = check_program(c, trial.program, err);
    if (status == MPCF_OK) {
        status = check_tables(c, trial.graph, err);
    }
    trial_program_clear(&trial);
    return status;
}

static mpcf_status check_store(struct check *c, enum role role, mpcf_error *err)
{
    char *root = file_join(c->p->infer.store, role_name(role));
    mpcf_status status =
        root != NULL ? store_sessions_check(root, err) : mpcf_fail_memory(err, 0, "a path");

    mpcf_free(root);
    return check_take(c, "stages.infer.store", status, err);
}

mpcf_status check_left_over(struct check *c, mpcf_error *err)
{
    const bool is_here = c->viewer == VIEW_ALL && c->p->has_stage[STAGE_INFER];
    const bool stores = c->p->infer.preprocess == PREPROCESS_STORE;
    struct question_limit ignored;

    if (stores && (is_here || c->viewer == VIEW_PROVIDER)) {
        MPCF_TRY(check_store(c, ROLE_PROVIDER, err));
    }
    if (stores && (is_here || c->viewer == VIEW_USER)) {
        MPCF_TRY(check_store(c, ROLE_USER, err));
    }
    return is_here || c->viewer == VIEW_PROVIDER
               ? check_take(c, "output", questions_left(c->p, "", &ignored, err), err)
               : MPCF_OK;
}

mpcf_status check_made_student(struct check *c, mpcf_error *err)
{
    const enum student_part part = c->viewer == VIEW_USER ? STUDENT_TABLES : STUDENT_PUBLIC;
    const struct secure_shape shape = longest_shape(c->p);
    struct secure_student student = {0};
    struct secure_program program;
    mpcf_status status = secure_student_open(c->p, part, &student, err);

    MPCF_TRY(check_take(c, "output", status, err));
    if (status != MPCF_OK || !fits_positions(c)) {
        secure_student_close(&student);
        return MPCF_OK;
    }
    status = secure_student_program(&student, &shape, &program, err);
    if (status == MPCF_OK) {
        status = check_program(c, program.program, err);
    } else {
        status = check_take(c, "stages.infer", status, err);
    }
    secure_student_close(&student);
    return status;
}
