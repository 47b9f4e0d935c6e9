/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an EXP may be asked for.
 */
#ifndef MPCF_PROTOCOL_EXP_SHAPE_H
#define MPCF_PROTOCOL_EXP_SHAPE_H

#define EXP_BUCKETS_MAX 16
#define EXP_FACTOR_BITS 30 /* at most, of the public factor */

#endif
