/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPCF_HOST_SHOW_SUMMARY_H
#define MPCF_HOST_SHOW_SUMMARY_H

#include "channel/role.h"

/* The few lines of FOLDER/report.json that one looks for first, on standard output. */
void show_summary(const char *folder);
/* The one line that says what ROLE, started by itself, has done, and where it lies. */
void show_role_summary(const char *output, enum role role);

#endif
