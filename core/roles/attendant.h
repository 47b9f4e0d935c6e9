/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who answers callers while a role has its session: they hear that it is busy, and those that wait
 * and go are let go. Admission and rendezvous are the attendant's as long as it runs.
 */
#ifndef MPCF_ROLES_ATTENDANT_H
#define MPCF_ROLES_ATTENDANT_H

#include <stdatomic.h>
#include <stdbool.h>

#include <pthread.h>

#include <mpcf/error.h>

#include "roles/admission.h"
#include "roles/rendezvous.h"

struct attendant {
    struct admission *admission;
    struct rendezvous *rendezvous;
    pthread_t thread;
    bool runs;
    atomic_bool must_stop;
};

/* A thread that takes no signal. Runs already: nothing. */
mpcf_status attendant_start(struct attendant *a, mpcf_error *err);
/* Waits for it, at most some 50 ms where no caller is being answered. */
void attendant_stop(struct attendant *a);

#endif
