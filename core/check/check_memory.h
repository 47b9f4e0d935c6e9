/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory that stages need, beside what the machine has.
 */
#ifndef MPCF_CHECK_CHECK_MEMORY_H
#define MPCF_CHECK_CHECK_MEMORY_H

#include "check/check.h"

/* Of the training that C's file has: whether the losses find what they compare, and for batches of its longest
 * texts the memory: a warning where it is more than is free.
 * Refused is what does not fit with the shortest texts. */
mpcf_status check_training_needs(struct check *c, mpcf_error *err);
/* The same of an inference by PROGRAM, of the roles that run here. */
void check_secure_memory(struct check *c, const struct program *program);

#endif
