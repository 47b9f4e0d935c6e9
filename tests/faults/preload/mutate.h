/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A party that breaks the protocol: what the program sends is changed on its way.
 *
 *   MPCF_FAULT_SEED   the number from which all follows that is random
 */
#ifndef MPCF_TESTS_MUTATE_H
#define MPCF_TESTS_MUTATE_H

#include <stdbool.h>

#include <mpcf/transport.h>

/* Whether the next bytes out are to be changed: the fault is "mutate", and due. A few are, then no
 * more. */
bool mutate_is_due(void);
/* Sends DATA changed, instead of it, by SEND. */
void mutate_send(mpcf_status (*send)(void *, const void *, size_t, int64_t, mpcf_error *),
                 void *conn, const void *data, size_t length, int64_t deadline);

#endif
