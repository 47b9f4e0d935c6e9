/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an approximation must do: build nodes, keep the laws of its slot, agree with its kernels, run
 * securely.
 */
#ifndef MPCF_CONFORMANCE_APPROX_CHECK_H
#define MPCF_CONFORMANCE_APPROX_CHECK_H

#include <mpcf/approx.h>

#include "conformance/conform.h"

void approx_check(struct conform *c, const mpcf_approx *approx);

#endif
