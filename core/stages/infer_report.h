/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What infer puts into the report: docs/report.md, the keys fixed, secure and ranges.
 */
#ifndef MPCF_STAGES_INFER_REPORT_H
#define MPCF_STAGES_INFER_REPORT_H

#include <jansson.h>

#include "channel/role.h"
#include "inference/reference_corpus.h"
#include "stages/difference.h"

mpcf_status infer_report_reference(json_t *report, const struct infer_evaluation *e,
                                   const struct reference_outcome *outcome, mpcf_error *err);

/* What they say of rows that the ranges were measured on: the keys calibration. */
mpcf_status infer_report_calibration(json_t *report, const struct infer_evaluation *e,
                                     const struct reference_outcome *outcome, mpcf_error *err);

struct infer_records {
    json_t *roles[3]; /* infer/ROLE.json */
};
/* MPCF_E_INTERNAL: what was metered is not what the cost engine says. */
mpcf_status infer_report_secure(json_t *report, const struct infer_records *records,
                                const struct infer_evaluation *e, mpcf_error *err);

/* What ROLE, which was started by itself, knows: infer/ROLE.json. As above. */
mpcf_status infer_report_role(json_t *report, enum role role, const json_t *record,
                              mpcf_error *err);

#endif
