/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The digest of a program: SHA-256 over everything that both parties must agree on.
 */
#ifndef MPCF_PROGRAM_DIGEST_H
#define MPCF_PROGRAM_DIGEST_H

#include "program/program.h"

/* Sets p->digest; p->failed where memory is short. */
void program_digest(struct program *p);

#endif
