/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the networks can be built, their texts be cut into tokens, and their data be read. */
#include "check/check_networks.h"

#include "base/memory.h"
#include "graph/slots.h"
#include "network/split.h"

enum { ROWS = 64 }; /* of each split that are read */

/* Each entry of the file at its own place; *FIT: all are of layers that there are. */
static mpcf_status check_fillings(struct check *c, bool *fit, mpcf_error *err)
{
    const size_t before = yaml_problems_count(c->problems);

    for (size_t i = 0; i < c->p->filling_count; i++) {
        const mpcf_status status =
            graph_check_filling(c->exact.network->graph, &c->p->fillings[i], err);

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

    MPCF_TRY(check_take(c, dotted, status, err));
    if (status != MPCF_OK) {
        return MPCF_OK;
    }
    take_facts(c);
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

static mpcf_status check_split(struct check *c, const char *split, bool labelled, mpcf_error *err)
{
    return check_take(c, "dataset.path",
                      split_check(c->p, c->tokenizer, split, ROWS, labelled, err), err);
}

static mpcf_status check_data(struct check *c, mpcf_error *err)
{
    const bool *has = c->p->has_stage;
    const bool trains =
        c->viewer == VIEW_ALL && (has[STAGE_FINETUNE] || has[STAGE_CONVERT] || has[STAGE_DISTILL]);

    if (trains) {
        MPCF_TRY(check_split(c, c->p->task.train_split, has[STAGE_FINETUNE], err));
    }
    return check_split(c, c->p->task.judge_split, false, err);
}

mpcf_status check_texts(struct check *c, const char *folder, const char *dotted, mpcf_error *err)
{
    const mpcf_tokenizer_spec *spec;
    mpcf_status status;

    if (c->exact.network == NULL) {
        return MPCF_OK;
    }
    spec = &c->exact.network->tokenizer;
    MPCF_TRY(check_take(c, "dataset.max_length", split_check_length(c->p, spec, err), err));
    status = c->viewer == VIEW_ALL
                 ? tokenizer_open_in_case(folder, spec, (enum letter_case) c->p->lower_case,
                                          &c->tokenizer, err)
                 : tokenizer_open(folder, spec, &c->tokenizer, err);
    MPCF_TRY(check_take(c, dotted, status, err));
    return status == MPCF_OK ? check_data(c, err) : MPCF_OK;
}
