/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "host:port", "[::1]:port", ":port" (every interface, for listening) as text: its parts, and whether
 * they can be listened on, or called, as far as they tell. Nobody is asked.
 */
#ifndef MPCF_STREAM_HOST_PORT_TEXT_H
#define MPCF_STREAM_HOST_PORT_TEXT_H

#include <stdbool.h>

#include <mpcf/error.h>

#define HOST_PORT_HOST 256

struct host_port_parts {
    char host[HOST_PORT_HOST]; /* without brackets; "": every interface */
    bool is_v6;                /* it had brackets */
    unsigned port;
};

/* MPCF_E_CONFIG with what is wrong and, where that is plain, what to write. */
mpcf_status host_port_split(const char *text, bool is_listen, struct host_port_parts *parts,
                            mpcf_error *err);
/* The same for its judgement alone, and *PORT. */
mpcf_status host_port_check(const char *text, bool is_listen, unsigned *port, mpcf_error *err);

#endif
