/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How two ends find each other: the listener's ROUTER socket at the known address tells a
 * caller's DEALER socket the port of a PAIR socket made for it.
 */
#ifndef MPCF_ZMQ_CONTACT_H
#define MPCF_ZMQ_CONTACT_H

#include <stdbool.h>

#include "pair.h"

struct contact;

/* Whether ADDRESS can be listened on, with room for CONFIG's first_port, or called. */
mpcf_status contact_check(const struct zmq_config *config, const char *address, bool is_listen,
                          mpcf_error *err);
/* ADDRESS: host:port, [ipv6]:port, :port. */
mpcf_status contact_open(const struct zmq_config *config, const char *address, struct contact **out,
                         mpcf_error *err);
void contact_close(struct contact *c);
mpcf_status contact_address(const struct contact *c, char *text, size_t size, mpcf_error *err);
/* The next caller. */
mpcf_status contact_accept(struct contact *c, int64_t deadline, struct pair **out, mpcf_error *err);

/* Calls the listener at ADDRESS until the deadline. */
mpcf_status contact_call(const struct zmq_config *config, const char *address, int64_t deadline,
                         struct pair **out, mpcf_error *err);

#endif
