/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a role consists of, for those files that make it.
 */
#ifndef MPCF_ROLES_ROLES_INSIDE_H
#define MPCF_ROLES_ROLES_INSIDE_H

#include "roles/admission.h"
#include "roles/attendant.h"
#include "roles/options.h"
#include "roles/rendezvous.h"

#define ROLES_ADDRESS_SIZE 256

struct roles {
    struct roles_options o;
    mpcf_party *party;
    void *
        listener; /* of a provider or dealer; used by one thread at a time: this one or ATTENDANT's */
    char address[ROLES_ADDRESS_SIZE];
    struct admission admission;
    struct rendezvous rendezvous;
    struct attendant attendant;
};

#endif
