/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each role receives from each other, byte for byte: the messages, without what frames them.
 */
#ifndef MPCF_TESTS_RECORDING_H
#define MPCF_TESTS_RECORDING_H

#include <mpcf/transport.h>

#include "channel/role.h"
#include "support/parties.h"

struct recording {
    uint8_t *data[3][3]; /* [by][from] */
    size_t length[3][3];
};
/* For test_parties.wrap, with a struct recording (zero at first) as context. */
const mpcf_transport *recording_wrap(void *context, enum role own, enum role peer,
                                     const mpcf_transport *transport, void *conn, void **wrapped);
void recording_clear(struct recording *r);

#endif
