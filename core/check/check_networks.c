/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the networks can be built, their texts be cut into tokens, and their data be read. */
#include "check/check_networks.h"

#include "base/memory.h"
#include "base/text.h"
#include "check/data_mistake.h"
#include "graph/slots.h"
#include "metrics/metrics.h"
#include "network/split.h"

enum { ROWS = 64 }; /* of each split that are read */

/* Each entry of the file at its own place; *FIT: all are of layers that there are. */
static mpcf_status check_fillings(struct check *c, bool *fit, mpcf_error *err)
{
    const size_t before = yaml_problems_count(c->problems);

    for (size_t i = 0; i < c->p->filling_count; i++) {
        const mpcf_status status = graph_check_filling(c->exact.network->graph, c->p->fillings,
                                                       c->p->filling_count, i, err);

        MPCF_TRY(check_take_at(c, c->p->filling_places[i], NULL, status, err));
    }
    *fit = yaml_problems_count(c->problems) == before;
    return MPCF_OK;
}

static void take_facts(struct check *c)
{
    const struct network *n = c->exact.network;

    c->facts->layers = (size_t) n->facts.layers;
    c->facts->heads = (size_t) n->facts.heads;
    c->facts->classes = (size_t) n->facts.classes;
    c->facts->positions = n->tokenizer.max_tokens;
    for (size_t i = 0; i < graph_count(n->graph); i++) {
        const mpcf_node *node = graph_node(n->graph, i);

        c->facts->parameters +=
            node->kind == OP_PARAMETER ? shape_resolve(node->shape, 1, 1).count : 0;
    }
}

mpcf_status check_networks(struct check *c, const char *folder, const char *dotted, mpcf_error *err)
{
    bool fit = false;
    mpcf_status status = loaded_network_build(c->p, folder, FUNCTIONS_EXACT, &c->exact, err);

    c->folder = folder;
    MPCF_TRY(check_take(c, dotted, status, err));
    if (status != MPCF_OK) {
        return MPCF_OK;
    }
    take_facts(c);
    status = split_check_length(c->p, &c->exact.network->tokenizer, err);
    MPCF_TRY(check_take(c, "dataset.max_length", status, err));
    MPCF_TRY(check_fillings(c, &fit, err));
    if (fit) {
        status = loaded_network_build(c->p, folder, FUNCTIONS_APPROXIMATED, &c->student, err);
        MPCF_TRY(check_take(c, "approximations", status, err));
    }
    return MPCF_OK;
}

mpcf_status check_weights(struct check *c, const char *dotted, mpcf_error *err)
{
    const struct loaded_network *n = c->student.network != NULL ? &c->student : &c->exact;

    return n->network == NULL ? MPCF_OK
                              : check_take(c, dotted, loaded_network_check(c->p, n, err), err);
}

/* What the split TOLD of before is not told again of this one; TOLD gets what is told now. */
static mpcf_status check_split(struct check *c, const char *split, bool labelled,
                               struct text_buffer *told, mpcf_error *err)
{
    const mpcf_status status = split_check(c->p, c->tokenizer, split, ROWS, labelled, err);
    const char *text = mpcf_error_text(err);
    char key[DATA_KEY_SIZE];

    if (status == MPCF_OK || status == MPCF_E_NOMEM || status == MPCF_E_INTERRUPTED) {
        return status;
    }
    if (told->length > 0 && data_mistakes_are_one(text_string(told), text)) {
        mpcf_error_reset(err);
        return MPCF_OK;
    }
    text_append(told, text);
    data_mistake_key(c->p, text, key);
    return check_take(c, key, status, err);
}

/* As what they are for needs them. */
static mpcf_status check_splits(struct check *c, mpcf_error *err)
{
    struct text_buffer told = {0};
    mpcf_status status = MPCF_OK;

    if (check_trains(c)) {
        status =
            check_split(c, c->p->task.train_split, c->p->has_stage[STAGE_FINETUNE], &told, err);
    }
    if (status == MPCF_OK) {
        status = check_split(c, c->p->task.judge_split, false, &told, err);
    }
    text_clear(&told);
    return status;
}

/* As the end of an epoch computes them: over every class that there is. */
static mpcf_status check_metrics(struct check *c, mpcf_error *err)
{
    const mpcf_task *task = &c->p->task;
    const size_t limit = sizeof task->metrics / sizeof task->metrics[0];
    const size_t count = task->classes > 1 ? task->classes : 2;
    double *labels = mpcf_alloc_array(count, sizeof *labels), value = 0;
    mpcf_status status =
        labels != NULL ? MPCF_OK : mpcf_fail_memory(err, count * sizeof *labels, "labels");

    for (size_t i = 0; labels != NULL && i < count; i++) {
        labels[i] = (double) i;
    }
    for (size_t i = 0; status == MPCF_OK && i < limit && task->metrics[i] != NULL; i++) {
        status =
            check_take(c, "dataset",
                       metric_compute(task->metrics[i], labels, labels, count, &value, err), err);
    }
    mpcf_free(labels);
    return status;
}

/* A provider that answers fewer questions than its own run asks. Batches count whole; those of several lengths
 * may be more. */
static mpcf_status check_questions(struct check *c, mpcf_error *err)
{
    const struct infer_settings *s = &c->p->infer;
    const size_t limit = (size_t) s->max_questions;
    size_t rows = 0, batches;
    mpcf_status status =
        split_count(c->p, c->tokenizer, c->p->task.judge_split, limit + 1, &rows, err);

    MPCF_TRY(check_take(c, "dataset.path", status, err));
    if (s->examples > 0 && (size_t) s->examples < rows) {
        rows = (size_t) s->examples;
    }
    batches = (rows + (size_t) s->batch - 1) / (size_t) s->batch;
    if (status == MPCF_OK && batches * (size_t) s->batch > limit) {
        yaml_problem(c->problems, key_place(c->p, "stages.infer.max_questions"),
                     "max_questions: the run would ask %s%zu, and the provider would answer %zu: "
                     "stages.infer.examples says how many",
                     rows > limit ? "at least " : "", batches * (size_t) s->batch, limit);
    }
    return MPCF_OK;
}

static mpcf_status check_data(struct check *c, mpcf_error *err)
{
    const bool *has = c->p->has_stage;

    if (c->p->dataset.descriptor == NULL) {
        return MPCF_OK;
    }
    MPCF_TRY(check_splits(c, err));
    MPCF_TRY(check_metrics(c, err));
    return c->viewer == VIEW_ALL && has[STAGE_INFER] && c->p->infer.max_questions > 0
               ? check_questions(c, err)
               : MPCF_OK;
}

mpcf_status check_texts(struct check *c, const char *folder, const char *dotted, mpcf_error *err)
{
    const mpcf_tokenizer_spec *spec;
    mpcf_status status;

    if (c->exact.network == NULL) {
        return MPCF_OK;
    }
    spec = &c->exact.network->tokenizer;
    status = c->viewer == VIEW_ALL
                 ? tokenizer_open_in_case(folder, spec, (enum letter_case) c->p->lower_case,
                                          &c->tokenizer, err)
                 : tokenizer_open(folder, spec, &c->tokenizer, err);
    MPCF_TRY(check_take(c, dotted, status, err));
    return status == MPCF_OK ? check_data(c, err) : MPCF_OK;
}
