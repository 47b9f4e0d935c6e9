/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measured constants that are public: in digest.json of student/public, by name.
 */
#ifndef MPCF_INFERENCE_PUBLIC_CONSTANTS_H
#define MPCF_INFERENCE_PUBLIC_CONSTANTS_H

#include <jansson.h>
#include <mpcf/error.h>

#include "graph/graph.h"

/* Puts those of G into RECORD, as "measured"; nothing where it has none. */
mpcf_status public_constants_put(const mpcf_graph *g, json_t *record, mpcf_error *err);
/* Tells the nodes of G, a network before passes, what RECORD, read from PATH, has of them. MPCF_E_FORMAT:
 * one is no number. What it lacks stays unknown, and the digest of the graph differs then. */
mpcf_status public_constants_take(mpcf_graph *g, const json_t *record, const char *path,
                                  mpcf_error *err);

#endif
