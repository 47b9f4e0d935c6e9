/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process whose memory is nobody's but root's.
 */
#ifndef MPCF_BASE_HIDE_MEMORY_H
#define MPCF_BASE_HIDE_MEMORY_H

#include <mpcf/error.h>

/* From here on this process leaves no core file, and no other of the same user can trace it or read
 * its memory (PR_SET_DUMPABLE of prctl(2)). $MPCF_DUMPABLE=1 leaves it open, for a debugger. */
mpcf_status hide_memory(mpcf_error *err);

#endif
