/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Provider, user and dealer as three threads of a test, over a transport. Apart from
 * engine/trio.h, which runs one inference that must not fail: tests look at each role's own
 * status, meter and session, and put things between.
 */
#ifndef MPCF_TESTS_PARTIES_H
#define MPCF_TESTS_PARTIES_H

#include <mpcf/transport.h>

#include "channel/role.h"
#include "preprocess/kept.h"
#include "program/program.h"
#include "program/secure_input.h"
#include "protocol/randomness.h"
#include "protocol/weights.h"
#include "secure/cost.h"

struct device;

struct test_parties {
    const struct program *program;
    const struct weights *weights;
    const struct weights *tables; /* the user's, or NULL */
    const struct secure_input *input;
    /* NULL, or what inferences after the first run: another shape with the same weights. */
    const struct program *next_program;
    const struct weights *next_weights;
    const struct secure_input *next_input;
    size_t inferences;         /* default 1 */
    const char *transport;     /* default "loopback" */
    const uint8_t *seed;       /* 16 bytes, or NULL */
    const char *stores[2];     /* folders of provider and user: a stored session */
    size_t deal_ahead;         /* inferences dealt before; 0: the stored session is resumed */
    struct kept *kept[2];      /* of provider and user: whose masks of weights these are; or NULL */
    bool has_kept;             /* and the user has them from a run before */
    uint32_t limit;            /* of the session's inferences; 0: as it is */
    struct device *devices[3]; /* by role: NULL, or where its products are computed */
    size_t device_bytes;       /* of its memory */
    random_observe *observe;   /* NULL, or sees each use of a stream, from several threads */
    void *observe_context;
    /* NULL, or puts something between a role's connection and its channel. */
    const mpcf_transport *(*wrap)(void *context, enum role own, enum role peer,
                                  const mpcf_transport *transport, void *conn, void **wrapped);
    void *wrap_context;
    /* Filled: of the last inference. */
    double *output; /* room for the revealed reals; of all inferences, one after the other */
    size_t output_count;
    struct cost *metered[3];
    double seconds[3][3]; /* by role: setup, offline, online */
    mpcf_status status[3];
    mpcf_error *errors[3];
};

/* Runs all; frees with test_parties_clear(). Does not judge the statuses. */
void test_parties_run(struct test_parties *t);
void test_parties_clear(struct test_parties *t);
void test_parties_assert_ok(const struct test_parties *t);
/* cost_run() and both meters agree, to the byte. */
void test_parties_assert_cost(const struct test_parties *t);

#endif
