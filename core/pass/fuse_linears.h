/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linears of one input become one.
 */
#ifndef MPCF_PASS_FUSE_LINEARS_H
#define MPCF_PASS_FUSE_LINEARS_H

#include "pass/rewrite.h"

rewrite_rule rule_fuse_linears;

#endif
