/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a call on a session begins and ends. What a failed one leaves half done (numbers counted up,
 * weights or corrections sent in part) no later one may build on.
 */
#include "secure/session_inside.h"

#include <inttypes.h>

#include "secure/session_limits.h"

mpcf_status session_check(const struct session *s, mpcf_error *err)
{
    return !s->is_broken
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_INVALID,
                           "the session failed before, and its roles are no longer in step: close "
                           "it and begin a new one, or resume it from its store");
}

static void clear_metered(const struct session_run *run)
{
    struct cost *m = run->metered;

    if (m == NULL) {
        return;
    }
    *m = (struct cost){.lines = m->lines, .line_count = m->line_count};
    for (size_t i = 0; i < m->line_count; i++) {
        m->lines[i] = (struct cost_line){.function = run->program->functions[i]};
    }
}

mpcf_status session_begin(const struct session *s, const struct session_run *run, mpcf_error *err)
{
    MPCF_TRY(session_check(s, err));
    MPCF_TRY(session_check_program(run->program, err));
    clear_metered(run);
    return MPCF_OK;
}

mpcf_status session_settle(struct session *s, mpcf_status status)
{
    s->is_broken = status != MPCF_OK;
    return status;
}

mpcf_status session_number(const struct session *s, uint32_t *next, uint32_t *inference,
                           mpcf_error *err)
{
    if (*next >= s->options.inferences) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                         "the session's %" PRIu32
                         " inference numbers are used up, as many as its keys may serve: begin a "
                         "new one",
                         s->options.inferences);
    }
    *inference = (*next)++;
    return MPCF_OK;
}
