/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Provider, user and dealer of the smallest network there is, as three processes, one of which
 * may bring a fault on itself (preload/strike.h).
 */
#ifndef MPCF_TESTS_TRIO_H
#define MPCF_TESTS_TRIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "link/link.h"
#include "support/apart.h"

/* What a session's corrections are: streamed; dealt ahead onto an empty disk; lying there. */
enum trio_session { TRIO_STREAM, TRIO_STORE, TRIO_RESUME, TRIO_SESSIONS };
extern const char *const trio_sessions[TRIO_SESSIONS];

/* A folder with a converted student, and what a run without faults gives. */
struct trio_base {
    const char *folder;
    double logits[2]; /* of each row: all texts are one */
};
/* Makes the network, and a store of each transport that later runs resume; what the run that
 * filled it did stands in TRANSPORT-ROLE.events. */
void trio_base_create(struct trio_base *base);

struct trio_fault {
    const char *act, *place; /* preload/strike.h; ACT NULL: none */
    unsigned long at;
    int role;      /* that it happens to */
    uint64_t seed; /* of what is random in it */
};

struct trio {
    const struct trio_base *base;
    unsigned number, addresses; /* of its folder, and what its addresses are made of */
    char folder[4200];
    const char *transport;
    enum trio_session session;
    const struct link *link;   /* provider, user and dealer are its machines; NULL: all are here */
    bool ipv6;                 /* there */
    const char *levels[ROLES]; /* $MPCF_CPU of each; NULL: what the machine has */
    bool records;      /* what each role says at first, in "user-0.said-1": its first connection */
    pid_t pids[ROLES]; /* 0: has ended */
    int statuses[ROLES]; /* of waitpid() */
    int64_t ended_ns[ROLES];
};

/* An empty folder of its own; NUMBER: as no other trio at the same time. */
void trio_open(struct trio *t, const struct trio_base *base, unsigned number, const char *transport,
               enum trio_session session);
/* Another user's side of OTHER: the same addresses, in a folder of its own. */
void trio_open_beside(struct trio *t, const struct trio *other, unsigned number);
/* The same on machines of their own. */
void trio_open_apart(struct trio *t, const struct trio_base *base, const char *transport,
                     enum trio_session session, const struct link *link, bool ipv6);
/* Where ROLE, provider or dealer, listens. */
void trio_address(const struct trio *t, int role, char text[64]);
/* The three of run TURN (0, 1, ..), or one of them, whose waits for each other and for messages are so long; FAULT
 * may be NULL. */
void trio_start(struct trio *t, unsigned turn, const struct trio_fault *fault, double connect,
                double timeout);
void trio_start_role(struct trio *t, int role, unsigned turn, const struct trio_fault *fault,
                     double connect, double timeout);
/* Takes what waitpid() says of PID, where it is one of the three's; false where it is none. */
bool trio_heed(struct trio *t, pid_t pid, int status);
/* Waits for the end of all that were started, while no other child is there. */
void trio_wait(struct trio *t);
bool trio_has_ended(const struct trio *t);
/* Kills what is left, and waits for it. */
void trio_end(struct trio *t);
/* Whether the user's result is there and right. */
bool trio_is_right(const struct trio *t);
/* The most memory that ROLE had in run TURN; 0 where it was killed. */
long trio_peak_kib(const struct trio *t, int role, unsigned turn);
/* Name of a file of ROLE in the folder: "user-1.log", "user-1.events". */
void trio_file(int role, unsigned turn, const char *what, char name[64]);

#endif
