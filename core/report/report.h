/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run's report: a tree of JSON, which is the truth, and a page for a person made of it.
 * docs/report.md lists the keys. Stages that run alone read the tree, put their part in, and
 * write it again.
 */
#ifndef MPCF_REPORT_REPORT_H
#define MPCF_REPORT_REPORT_H

#include <jansson.h>
#include <mpcf/error.h>

#include "report/report_tree.h"

/* The tree of FOLDER/report.json, or an empty one where there is none; json_decref(). */
mpcf_status report_read(const char *folder, json_t **out, mpcf_error *err);
/* Writes FOLDER/report.json and FOLDER/report.html, each whole or not at all. */
mpcf_status report_write(const char *folder, const json_t *root, mpcf_error *err);
/* The same with mode 0600: of a user's texts. */
mpcf_status report_write_private(const char *folder, const json_t *root, mpcf_error *err);

#endif
