/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The private embedding: rows of the provider's table by ids of the user.
 */
#ifndef MPCF_LOWER_LOWER_EMBEDDING_H
#define MPCF_LOWER_LOWER_EMBEDDING_H

#include "lower/lowering.h"

lower_op lower_embedding;

#endif
