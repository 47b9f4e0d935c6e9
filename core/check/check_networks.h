/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Teacher and student as graphs, their tokenizer, and the data that they are to read.
 */
#ifndef MPCF_CHECK_CHECK_NETWORKS_H
#define MPCF_CHECK_CHECK_NETWORKS_H

#include "check/check.h"

/* Builds C's networks, whose positions max_length is to have, from FOLDER's config.json, which the key DOTTED names; NULL where they cannot be built. */
mpcf_status check_networks(struct check *c, const char *folder, const char *dotted,
                           mpcf_error *err);
/* Classes, names and shapes of the weights of FOLDER, which the networks are built from. */
mpcf_status check_weights(struct check *c, const char *dotted, mpcf_error *err);
/* The tokenizer; then the first rows of the splits that stages of C read. */
mpcf_status check_texts(struct check *c, const char *folder, const char *dotted, mpcf_error *err);

#endif
