/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pickles as torch.save() writes them of state dicts, read without running anything: every opcode makes
 * a value, a known name is a row of a table, and everything else is refused by its name.
 */
#ifndef MPCF_FORMAT_PICKLE_H
#define MPCF_FORMAT_PICKLE_H

#include <stddef.h>

#include <mpcf/error.h>

#include "format/pickle_values.h"

/* One pickle at the beginning of DATA, which may go on behind it: *USED bytes are its own. Protocols 2
 * to 5. P is pickle_clear()'d by the caller, also after a failure. MPCF_E_FORMAT: it is damaged, not
 * of a state dict, or takes more than 12 times its bytes of memory (and 1 MiB). */
mpcf_status pickle_read(const void *data, size_t length, const char *name, struct pickle *p,
                        size_t *used, mpcf_error *err);

#endif
