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
 * step still reads them, and what arrives before the run. An estimate, whose factors were measured
 * (docs/pipeline-file.md): 0.94 to 1.08 of what roles took there. The provider's floats are not in it.
 */
uint64_t secure_memory_need(const struct program *p, enum role role);

#endif
