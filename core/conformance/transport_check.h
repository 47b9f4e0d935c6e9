/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a transport keeps the contract of mpcf/transport.h: two ends in this process, over the
 * transport itself.
 */
#ifndef MPCF_CONFORMANCE_TRANSPORT_CHECK_H
#define MPCF_CONFORMANCE_TRANSPORT_CHECK_H

#include <stdbool.h>

#include <mpcf/transport.h>

/* Called once a check, named as a sentence; STATUS is MPCF_OK where it holds, MPCF_E_UNSUPPORTED
 * where it was left out; else DETAIL says what was seen, or why. */
typedef void conform_report(void *context, const char *check, mpcf_status status,
                            const char *detail);

/* Called before each check; false: it is not to run. */
typedef bool conform_start(void *context, const char *check);

/*
 * START may be NULL. ABI_MINOR: of the ABI that it was built for. CONFIG: filled by the transport's option table. ADDRESS: where it may listen, with the port or
 * name left to the system; NULL: "auto" or, where that is refused, "127.0.0.1:0". Takes a few
 * seconds, 128 MiB and one thread. MPCF_E_INVALID where a check failed.
 */
mpcf_status conform_transport(const mpcf_transport *transport, unsigned abi_minor,
                              const void *config, const char *address, conform_start *start,
                              conform_report *report, void *context, mpcf_error *err);

#endif
