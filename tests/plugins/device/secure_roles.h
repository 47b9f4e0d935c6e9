/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A secure inference whose roles compute their products on devices, held against the same on the CPU: every
 * message that any role sends, and the result, bit for bit. Making the network and the CPU's run fail as tests do (cmocka).
 */
#ifndef MPCF_TESTS_SECURE_ROLES_H
#define MPCF_TESTS_SECURE_ROLES_H

#include "device/device.h"
#include "support/parties.h"
#include "support/recording.h"
#include "support/tiny_bert.h"

#define SECURE_INFERENCES 2
#define SECURE_BATCH      2
#define SECURE_CLASSES    3

struct secure_outcome {
    struct recording heard;
    double output[SECURE_INFERENCES * SECURE_BATCH * SECURE_CLASSES];
};

struct secure_roles {
    struct tiny_bert bert;
    mpcf_graph *graph;
    struct program *program;
    struct weights *weights;
    struct tiny_batch batch;
    struct secure_input input;
    struct secure_outcome wanted; /* of the CPU */
};

/* A network with these functions, and what its roles say on the CPU. */
void secure_roles_begin(struct secure_roles *n, const char *activation, const char *normaliser,
                        bool weights_shared);
void secure_roles_end(struct secure_roles *n);
/* With the products of each role on its device (NULL: the CPU's). Nothing is reserved of them before.
 * MPCF_E_INTERNAL: what is said differs; or what a role failed with. */
mpcf_status secure_roles_compare(const struct secure_roles *n, struct device *const devices[3],
                                 mpcf_error *err);
/* For runs that are to fail: what test_parties_run() takes, O zeroed. */
struct test_parties secure_roles_parties(const struct secure_roles *n, struct secure_outcome *o);

#endif
