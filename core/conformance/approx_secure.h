/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPCF_CONFORMANCE_APPROX_SECURE_H
#define MPCF_CONFORMANCE_APPROX_SECURE_H

#include "conformance/approx_bench.h"
#include "conformance/conform.h"

/* Lowers the bench's graph, and compares the plaintext reference and two parties with Y, the float
 * engine's result; prints rounds and bytes. */
void approx_check_secure(struct conform *c, const mpcf_approx *approx, struct approx_bench *bench,
                         const float *y);
/* The same without the parties. */
void approx_check_lowered(struct conform *c, const mpcf_approx *approx, struct approx_bench *bench,
                          const float *y);

#endif
