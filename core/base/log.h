/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines for a person, on standard error; never secrets. MPCF_LOG=debug|info|warn|quiet.
 */
#ifndef MPCF_BASE_LOG_H
#define MPCF_BASE_LOG_H

#include <mpcf/export.h>

enum log_level { LOG_DEBUG = 0, LOG_INFO, LOG_WARN, LOG_QUIET };

void log_set_level(enum log_level level);
enum log_level log_level(void); /* set, or of $MPCF_LOG, or LOG_INFO */
void log_line(enum log_level level, const char *format, ...) MPCF_PRINTF(2, 3);

#endif
