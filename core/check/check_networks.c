/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the networks can be built, their texts be cut into tokens, and their data be read. */
#include "check/check_networks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "check/data_mistake.h"
#include "conformance/approx_kernels.h"
#include "graph/slot_name.h"
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

/* Its first layer and its last: a kernel does not know where it stands, a graph may. */
static mpcf_status check_trusted(struct check *c, size_t i, mpcf_error *err)
{
    const struct slot_filling *f = &c->p->fillings[i];
    const struct plugin_facts *facts = plugins_facts_of(c->p->plugins, f->approx);
    const char *file = facts != NULL && facts->path != NULL ? facts->path : f->approx->name;
    const size_t layers = c->facts->layers > 0 ? c->facts->layers : 1;
    const size_t last = f->last_layer < layers ? f->last_layer : layers - 1;
    mpcf_status status = approx_trusted(f->approx, f->config, f->first_layer, file, err);

    if (status == MPCF_OK && last > f->first_layer) {
        status = approx_trusted(f->approx, f->config, last, file, err);
    }
    return check_take_at(c, c->p->filling_places[i], NULL, status, err);
}

static mpcf_status check_all_trusted(struct check *c, mpcf_error *err)
{
    for (size_t i = 0; check_makes_student(c) && i < c->p->filling_count; i++) {
        MPCF_TRY(check_trusted(c, i, err));
    }
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
        return status == MPCF_OK ? check_all_trusted(c, err) : MPCF_OK;
    }
    return MPCF_OK;
}

/* Whether the parameter LABEL, "approximations.<slot>.<layer>.<name>", is of the formula of F. */
static bool is_of_filling(const struct slot_filling *f, const char *label)
{
    char begin[64], heads[HEAD_SET_TEXT_SIZE + 16] = "", text[HEAD_SET_TEXT_SIZE];
    unsigned long layer;

    (void) snprintf(begin, sizeof begin, "approximations.%s.", slot_name(f->slot));
    if (!text_starts_with(label, begin)) {
        return false;
    }
    layer = strtoul(label + strlen(begin), NULL, 10); /* of the embedding's norm: 0 */
    if (!head_set_is_empty(&f->heads)) {
        (void) snprintf(heads, sizeof heads, ".heads.%s.", head_set_text(&f->heads, text));
    }
    return f->first_layer <= layer && layer <= f->last_layer && strstr(label, heads) != NULL;
}

/* A weight that is missing, where it is one that a formula asks the checkpoint for: whose it is. */
static mpcf_status say_whose(const struct check *c, const mpcf_graph *g, mpcf_status status,
                             mpcf_error *err)
{
    for (size_t i = 0; status == MPCF_E_FORMAT && i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);

        if (node->kind != OP_PARAMETER || node->init != MPCF_INIT_REQUIRED ||
            strstr(mpcf_error_text(err), node->label) == NULL) {
            continue;
        }
        for (size_t k = 0; k < c->p->filling_count; k++) {
            if (is_of_filling(&c->p->fillings[k], node->label)) {
                return mpcf_fail_while(err, status,
                                       "parameter '%s' of approximation '%s', which is "
                                       "MPCF_INIT_REQUIRED and so the checkpoint's",
                                       strrchr(node->label, '.') + 1,
                                       c->p->fillings[k].approx->name);
            }
        }
    }
    return status;
}

mpcf_status check_weights(struct check *c, const char *dotted, mpcf_error *err)
{
    const struct loaded_network *n = c->student.network != NULL ? &c->student : &c->exact;
    mpcf_status status;

    if (n->network == NULL) {
        return MPCF_OK;
    }
    status = loaded_network_check(c->p, n, err);
    return check_take(c, dotted, say_whose(c, n->network->graph, status, err), err);
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
