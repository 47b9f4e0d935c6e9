/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the links of a pipeline are authenticated, and whether a role has the keys for it.
 */
#ifndef MPCF_PIPELINE_LINK_KEYS_H
#define MPCF_PIPELINE_LINK_KEYS_H

#include <stdbool.h>

#include "format/yaml_problems.h"
#include "pipeline/pipeline.h"

/* Who sees to it that peers are who they say: "keys", "system user" (of a transport that is confined
 * to one machine), "transport" (which says that it does), "none". */
const char *link_authentication(const struct pipeline *p, bool has_keys);

/* Whether each role knows its peers again: somebody sees to it. */
bool link_knows_peers(const struct pipeline *p, bool has_keys);
/* Whether others than the two at its ends can read what is sent: never on one machine's own transport. */
bool link_is_open(const struct pipeline *p);
/* The seed of masks that are kept goes to the dealer in each session; a transport's name. */
#define LINK_KEPT_NEEDS_SECRECY                                                                    \
    "weight_masks: kept is for links that encrypt, and transport '%s' does not: whoever reads "    \
    "the "                                                                                         \
    "provider's link with the dealer has the masks of all later sessions. Write `transport: "      \
    "tls`, "                                                                                       \
    "or leave `weight_masks: session`"
/* For who cannot keep masks of weights; a transport's name. */
#define LINK_KEPT_NEEDS_PROOF                                                                      \
    "weight_masks: kept is for a user that the link proves, and transport '%s' proves nobody "     \
    "here: write `transport: tls`, or give every role its keys (`mpcf-host keys new FOLDER`, "     \
    "then "                                                                                        \
    "`parties: {ROLE: {keys: FOLDER/ROLE.key}}`), or leave `weight_masks: session`"

/* A role that is started by itself must have keys where nothing else authenticates, unless `require:`
 * does without; its file must be one that key_file_read_as() takes. No other's file is opened.
 * Mistakes go to PROBLEMS, at their place in the pipeline's file; a status is of memory. */
mpcf_status link_keys_check_role(const struct pipeline *p, enum role role,
                                 struct yaml_problems *problems, mpcf_error *err);
/* The files that are named and there; who runs all roles needs none. */
mpcf_status link_keys_check_all(const struct pipeline *p, struct yaml_problems *problems,
                                mpcf_error *err);

#endif
