/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of one component in a process of its own: a plug-in that ends it, by a signal or by
 * itself, or does not return from it, fails the test that ran, and the tests behind that one run in another.
 */
#ifndef MPCF_CONFORMANCE_APART_H
#define MPCF_CONFORMANCE_APART_H

#include "conformance/conform.h"

typedef void conform_body(struct conform *c, const void *descriptor);
/* Runs BODY, until a signal sets c->is_stopped; without memory or processes for that in this one. */
void conform_run_apart(struct conform *c, conform_body *body, const void *descriptor);

#endif
