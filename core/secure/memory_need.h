/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What memory a role of a secure run needs, before it runs.
 */
#ifndef MPCF_SECURE_MEMORY_NEED_H
#define MPCF_SECURE_MEMORY_NEED_H

#include "channel/role.h"
#include "program/program.h"

/*
 * Bytes that ROLE holds in an inference by P: arranged weights (the provider's also rounded), shares while a
 * step still reads them, and what arrives before the run. An estimate: openings and the state of comparisons
 * are counted as the elements that they are of. The provider's floats are not in it. Beside measured runs it was
 * 0.9 to 1.4 of what a role took (docs/pipeline-file.md says how that was measured).
 */
uint64_t secure_memory_need(const struct program *p, enum role role);

#endif
