/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How two ends agree on shared memory. Who calls makes it and offers it: the first 32 bytes on the
 * socket, with the file of the memory attached. Who was called finds an offer there, or bytes of
 * who offers nothing; it answers an offer with 32 bytes. Nobody waits for the answer.
 */
#ifndef MPCF_LOOPBACK_RING_OFFER_H
#define MPCF_LOOPBACK_RING_OFFER_H

#include <mpcf/error.h>

#include "ring.h"

enum { RING_OFFER_BYTES = 32 };

/* Makes memory and offers it over the Unix socket FD. *MEMORY is mapped, to be let go of by
 * ring_forget(); NULL where the system gives none or takes no offer: then nothing was said. */
void ring_offer(int fd, struct ring_memory **memory);

enum ring_reply { RING_NOTHING_YET, RING_NO_OFFER, RING_TAKEN };
/* Looks for an offer on FD, without a wait. RING_NO_OFFER: other bytes, which stay there, or the
 * end. RING_TAKEN: *MEMORY is mapped, and the offer answered. MPCF_E_PROTOCOL: what is offered
 * could end under this process' hands, or is no memory of this layout; MPCF_E_NOMEM: there is no
 * room for it, or no file descriptor. Both are answered, too. MPCF_E_IO: it cannot be taken or answered. */
mpcf_status ring_take_offer(int fd, enum ring_reply *reply, struct ring_memory **memory,
                            mpcf_error *err);
/* What the LENGTH first bytes behind an offer mean: MPCF_OK, it was taken; MPCF_E_PROTOCOL, saying
 * what stands against it. */
mpcf_status ring_check_answer(const void *bytes, size_t length, mpcf_error *err);

void ring_forget(struct ring_memory *memory); /* NULL is fine */

#endif
