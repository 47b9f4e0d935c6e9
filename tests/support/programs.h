/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs built by hand, and short forms for their steps.
 */
#ifndef MPCF_TESTS_PROGRAMS_H
#define MPCF_TESTS_PROGRAMS_H

#include "program/program.h"

struct dims test_dims(size_t a, size_t b, size_t c, size_t d);
/* A value of RING bits, F of them fractional, |x| < 2^(M-1). */
value_id test_value(struct program *p, enum value_kind kind, struct dims dims, unsigned ring,
                    unsigned fraction, unsigned magnitude, const char *node);

/* A constant of the provider: values come with weights_from_values(). */
value_id test_provider(struct program *p, struct dims dims, unsigned fraction, unsigned magnitude,
                       const char *node);
/* y = sum of operands of one shape, weight 1 each, in a ring. */
value_id test_sum(struct program *p, enum value_kind kind, const value_id *in, size_t count,
                  unsigned ring, unsigned fraction, unsigned magnitude, const char *node);
/* A step of one or two operands with a result. */
value_id test_step(struct program *p, enum step_kind kind, value_id a, value_id b, bool has_b,
                   enum value_kind out, struct dims dims, unsigned ring, unsigned fraction,
                   unsigned magnitude, const char *node);
value_id test_reveal(struct program *p, value_id x);
/* Views that read an operand of DIMS element by element. */
struct view test_view(struct dims dims, int64_t weight);

#endif
