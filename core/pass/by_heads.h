/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products are cut where their scores are cut by heads.
 */
#ifndef MPCF_PASS_BY_HEADS_H
#define MPCF_PASS_BY_HEADS_H

#include "pass/rewrite.h"

rewrite_rule rule_by_heads;

#endif
