/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engines that walk a program: fixed, cost, dealer, party.
 */
#ifndef MPCF_ENGINE_SECURE_H
#define MPCF_ENGINE_SECURE_H

#include "base/file.h"
#include "channel/channel.h"
#include "engine/float_engine.h"
#include "program/program.h"

/* What the user feeds: as float_batch, of exactly program->batch and program->tokens. */
struct secure_input {
    const int32_t *input_ids, *token_type_ids, *attention_mask;
};

/* --- The provider's weights, rounded once for a program's widths; immutable, shared by threads.
 * Outside the range of its value: MPCF_E_RANGE, naming the node. --- */
struct weights;
mpcf_status weights_create(const struct program *p, const struct parameters *params,
                           struct weights **out, mpcf_error *err);
/* The user's part alone: the tables of USER_LOOKUP steps (none without embedding_public). */
mpcf_status weights_create_tables(const struct program *p, const struct parameters *params,
                                  struct weights **out, mpcf_error *err);
void weights_destroy(struct weights *w); /* NULL is fine */

/* --- fixed: the same integers without sharing --- */
struct fixed_result {
    double smallest_margin; /* bits left at the fullest node of this run (over real rows) */
    const char *margin_node;
};
/* OUTPUT gets the revealed values as reals (of the program's REVEALs in order, dims.count doubles
 * each). A value of a real row outside its range: MPCF_E_RANGE, naming the node. OBSERVE (may be
 * NULL) is called with each value after it is computed, as int64 two's complement. */
typedef void fixed_observe(void *context, const struct value *v, value_id id, const int64_t *x);
mpcf_status fixed_run(const struct program *p, const struct weights *w,
                      const struct secure_input *in, double *output, struct fixed_result *result,
                      fixed_observe *observe, void *context, mpcf_error *err);

/* --- cost --- */
struct cost_line {
    const char *function;
    uint64_t online_bytes, offline_bytes; /* whole link provider-user; early halves are offline */
    uint64_t dealer_bytes;
    uint32_t rounds;
    double seconds; /* measured by a party; 0 in the cost engine */
};
struct cost {
    uint32_t rounds;                     /* one-way delays on the longest path, online */
    uint64_t provider_bytes, user_bytes; /* online, framing included */
    uint64_t early_bytes;                /* user to provider before the run */
    uint64_t dealer_provider_bytes, dealer_user_bytes, setup_bytes;
    struct cost_line *lines; /* one a function */
    size_t line_count;
};
/* Of one inference (and, in setup_bytes, of a session). What a channel meters equals it. */
mpcf_status cost_run(const struct program *p, struct cost **out, mpcf_error *err);
void cost_destroy(struct cost *c);

/* --- party and dealer: a session joins a program's runs over the links --- */
enum role { ROLE_PROVIDER = 0, ROLE_USER = 1, ROLE_DEALER = 2 };

struct session_options {
    enum role role;
    int64_t timeout_ns;       /* a peer that stays silent longer ends the run */
    const char *store_path;   /* NULL, or the folder (of this role alone) that keeps the session,
                                 see session_deal(); the dealer's is only not NULL */
    bool resume;              /* the session that lies in store_path; nothing is dealt any more */
    uint8_t session[16];      /* its id, agreed on in the hello: of a new one, or of the stored */
    const char *facts;        /* with a store: digest (64 hex) of what the session is dealt for,
                                 found again by store_look(); NULL: none */
    const uint8_t *test_seed; /* 16 bytes: repeatable runs for tests; NULL: the system's */
};
/* PEERS[role] is the channel to that role; own entry NULL. The hello has been exchanged. */
struct session;
mpcf_status session_create(const struct session_options *o, struct channel *peers[3],
                           struct session **out, mpcf_error *err);
void session_destroy(struct session *s); /* NULL is fine */
/* Id and first unused inference number, for the hello. After it both parties call
 * session_skip_to() with the larger number of the two. */
const uint8_t *session_id(const struct session *s);
uint32_t session_next(const struct session *s);
mpcf_status session_skip_to(struct session *s, uint32_t next, mpcf_error *err);
/* The user of a stored session: digest of the program whose corrections of INFERENCE are on its
 * disk. None: MPCF_E_IO. */
mpcf_status session_stored_program(const struct session *s, uint32_t inference,
                                   char digest[FILE_DIGEST_SIZE], mpcf_error *err);

/* Provider: WEIGHTS; user: IN, OUTPUT (reals) and, where the program has USER_LOOKUP steps, their
 * tables in WEIGHTS; others NULL. One inference of program P:
 * setup (once a program's weights), offline, online. All three roles call the same sequence.
 * METERED gets what was sent and the seconds of each part. */
struct session_run {
    const struct program *program;
    const struct weights *weights;
    const struct secure_input *input;
    double *output;
    struct cost *metered; /* NULL, or a cost_run() of this program: overwritten with what was
                                  sent (a party does not see the dealer's link to the other) */
    double setup_seconds, offline_seconds, online_seconds;
};
mpcf_status session_infer(struct session *s, struct session_run *run, mpcf_error *err);

/*
 * Sessions with a store: all three roles call session_deal() for each program, in the order of
 * the inferences to come: the weights are set up, and the corrections of COUNT inferences go to
 * the user's disk. session_infer() then works without the dealer (whose own call does nothing),
 * also in later processes that resume. What was not dealt ahead is dealt by session_infer(), over
 * the disk. An inference's number is on both parties' disks as used up before its first byte is
 * used.
 */
mpcf_status session_deal(struct session *s, struct session_run *run, size_t count, mpcf_error *err);

#endif
