/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this folder share: a check that is going on. For core/check only.
 */
#ifndef MPCF_CHECK_CHECK_H
#define MPCF_CHECK_CHECK_H

#include "check/run_facts.h"
#include "network/loaded_network.h"
#include "pipeline/key_place.h"
#include "pipeline/needed_files.h"
#include "program/program.h"
#include "text/tokenizer.h"

struct check {
    const struct pipeline *p;
    enum pipeline_viewer viewer;
    bool is_alone; /* no run follows */
    struct yaml_problems *problems;
    struct run_facts *facts;
    const char *folder;            /* that the networks are of */
    struct loaded_network exact;   /* the network as it is; .network NULL: it cannot be built */
    struct loaded_network student; /* with the approximations; the same */
    struct tokenizer *tokenizer;   /* NULL: it cannot be opened */
};

/* Whether stages of P open the model and learn from data, here. */
bool check_trains(const struct check *c);
/* Whether stages of P make the student, here. */
bool check_makes_student(const struct check *c);
/* Takes STATUS of a step whose mistakes are at the key DOTTED: what ERR says becomes a problem, behind
 * "DOTTED: " unless it begins so; memory and interrupts are handed on. */
mpcf_status check_take(struct check *c, const char *dotted, mpcf_status status, mpcf_error *err);
/* The same at a place. WHAT may be NULL. */
mpcf_status check_take_at(struct check *c, const struct yaml_node *at, const char *what,
                          mpcf_status status, mpcf_error *err);

#endif
