/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Provider, user and dealer as three threads over the loopback transport.
 */
#ifndef MPCF_CONFORMANCE_CONFORM_PARTIES_H
#define MPCF_CONFORMANCE_CONFORM_PARTIES_H

#include "engine/secure.h"
#include "plugin/plugins.h"

/* One inference of PROGRAM; OUTPUT as session_run's, METERED the user's (cost_destroy()). The
 * error is that of the role that failed first by number. */
mpcf_status conform_parties(struct plugins *plugins, const struct program *program,
                            const struct weights *weights, const struct secure_input *input,
                            double *output, struct cost **metered, mpcf_error *err);

#endif
