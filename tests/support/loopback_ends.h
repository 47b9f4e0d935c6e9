/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ends of connections of the transport loopback: with configurations of their own, in a process of
 * its own, or played by hand, so that it offers and writes what it likes.
 */
#ifndef MPCF_TESTS_LOOPBACK_ENDS_H
#define MPCF_TESTS_LOOPBACK_ENDS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../../plugins/transport/loopback/ring.h"
#include "support/transports.h"

#define LOOPBACK_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
/* As in ring_offer.c: what is said on the socket stands in the README, too. */
extern const char loopback_offer[32];

int64_t loopback_soon(void); /* a deadline of 20 s */

/* Who calls is played by hand. */
struct loopback_by_hand {
    struct test_transport t;
    int fd;
    void *conn; /* of who was called */
    struct ring_memory *memory;
};
struct loopback_by_hand loopback_call_by_hand(void);
/* The same with memory that is good, and offered. */
struct loopback_by_hand loopback_share_by_hand(void);
void loopback_hang_up(struct loopback_by_hand *h);

/* A file of SIZE bytes of memory with SEALS (fcntl()'s). */
int loopback_memory_file(size_t size, int seals);
/* TEXT on the socket FD, with COUNT files attached. */
void loopback_say_with_files(int fd, const char text[32], const int *files, size_t count);

/* As test_transport_pair(), each end with a configuration of its own. */
void loopback_pair(const struct test_transport *t, const void *listens, const void *calls,
                   void *conns[2]);
void loopback_close_pair(const struct test_transport *t, void *conns[2]);
/* The end of this process, which is called by a child that does ACT and then ends with 1. */
void *loopback_called_by(const struct test_transport *t,
                         void (*act)(const struct test_transport *t, void *conn), pid_t *child);

#endif
