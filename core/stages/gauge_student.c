/* SPDX-License-Identifier: Apache-2.0 */
/* Powers of two between the student's weights, so that one number of fractional bits suits all. */
#include "stages/gauge_student.h"

#include "base/log.h"
#include "pass/gauge.h"

mpcf_status stage_gauge(enum pipeline_stage stage, const struct loaded_network *n, mpcf_error *err)
{
    size_t channels = 0;

    MPCF_TRY(gauge_weights(n->network->graph, n->parameters, &channels, err));
    if (channels > 0) {
        log_line(LOG_INFO,
                 "%s: powers of two moved between weights, for %zu channels: in floats the student "
                 "is the same",
                 pipeline_stage_name(stage), channels);
    }
    return MPCF_OK;
}
