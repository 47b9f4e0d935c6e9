/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three machines on a link that is as slow, long and lossy as a test wants, and may be cut: network
 * namespaces of this kernel, each with a TUN device, and a process that carries packets between
 * them. For kernels without netem, and without it for users that may make namespaces.
 */
#ifndef MPCF_TESTS_LINK_H
#define MPCF_TESTS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINK_MACHINES 3

struct link_shape {
    int64_t delay_us;  /* one way */
    int64_t rate_kbit; /* of what each machine sends; 0: as fast as it goes */
    int loss_ppm;      /* packets that are lost, of a million */
    int reorder_ppm;   /* packets that come REORDER_US later, behind others */
    int64_t reorder_us;
};

struct link;

/* OFFLOAD: packets of up to 64 KiB, for fast links without loss. NULL, and why, into WHY of SIZE
 * bytes, where this process may not. Without root, the caller is in a user namespace of its own
 * from then on. Call while there is one thread. */
struct link *link_open(bool offload, const struct link_shape *shape, char *why, size_t size);
void link_close(struct link *l);

void link_set(struct link *l, const struct link_shape *shape);
/* Nothing goes through, until it is mended. */
void link_cut(struct link *l, bool cut);
/* For the child behind fork(): it is on MACHINE from now on. */
bool link_enter(const struct link *l, int machine);
/* "10.77.0.1", "[fd77::1]" */
void link_host(int machine, bool ipv6, char text[32]);

#endif
