/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of a measured run's folder.
 */
#ifndef MPCF_BENCH_BENCH_WRITE_H
#define MPCF_BENCH_BENCH_WRITE_H

#include <mpcf/error.h>

#include "base/text.h"

/* TEXT into FOLDER/NAME; clears TEXT, also where it fails. */
mpcf_status bench_write(const char *folder, const char *name, struct text_buffer *text,
                        mpcf_error *err);

#endif
