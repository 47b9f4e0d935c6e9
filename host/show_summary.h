/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPCF_HOST_SHOW_SUMMARY_H
#define MPCF_HOST_SHOW_SUMMARY_H

/* The few lines of FOLDER/report.json that one looks for first, on standard output. */
void show_summary(const char *folder);

#endif
