/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What infer puts into the report: docs/report.md, the keys fixed, secure and ranges.
 */
#ifndef MPCF_STAGES_INFER_REPORT_H
#define MPCF_STAGES_INFER_REPORT_H

#include <jansson.h>

#include "inference/reference_corpus.h"

/* EXACT, REFERENCE: logits [corpus->count, classes]. */
mpcf_status infer_report_reference(json_t *report, const struct corpus *corpus, size_t classes,
                                   const float *exact, const float *reference,
                                   const struct reference_outcome *outcome, mpcf_error *err);

struct infer_records {
    json_t *roles[3]; /* infer/ROLE.json */
};
/* REFERENCE may be NULL. MPCF_E_INTERNAL: what was metered is not what the cost engine says. */
mpcf_status infer_report_secure(json_t *report, const struct infer_records *records,
                                const struct corpus *corpus, size_t classes, const float *exact,
                                const float *reference, mpcf_error *err);

#endif
