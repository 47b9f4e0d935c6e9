/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of an earlier report, and whether a later one differs from it. */
#include "report/report_before.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "report/report_tree.h"

static const char *const kept[] = {
    "run",
    "settings",
    "machine.processor",
    "teacher.metrics",
    "teacher.rows",
    "converted.metrics",
    "converted.rows",
    "student.metrics",
    "student.rows",
    "fixed.metrics",
    "fixed.rows",
    "secure.metrics",
    "secure.rows",
    "secure.examples",
    "secure.agreement",
    "secure.online",
    "secure.offline",
    "ranges.smallest_margin_bits",
};

/* Of a version whose settings were text, they are left out. */
static bool is_kept(const char *path, const json_t *report)
{
    return path != kept[1] || json_is_object(report_get(report, "settings.stages"));
}

static mpcf_status take(const json_t *report, json_t *small, mpcf_error *err)
{
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        json_t *value = report_get(report, kept[i]);

        if (value != NULL && is_kept(kept[i], report)) {
            MPCF_TRY(report_set(small, kept[i], json_deep_copy(value), err));
        }
    }
    return MPCF_OK;
}

mpcf_status report_before_take(const json_t *report, json_t **out, mpcf_error *err)
{
    json_t *small = NULL;
    mpcf_status status = MPCF_OK;

    *out = NULL;
    if (!json_is_object(report_get(report, "run"))) {
        return MPCF_OK;
    }
    small = json_object();
    status = small != NULL ? take(report, small, err) : mpcf_fail_memory(err, 0, "the report");
    if (status != MPCF_OK) {
        json_decref(small);
        return status;
    }
    *out = small;
    return MPCF_OK;
}

/* What floats computed in another order is no difference. */
static bool is_same_number(const json_t *a, const json_t *b)
{
    const double x = json_number_value(a), y = json_number_value(b);

    return fabs(x - y) <= 5e-6 * fmax(fabs(x), fabs(y));
}

static bool is_same(const json_t *a, const json_t *b)
{
    const char *key;
    json_t *value;

    if (json_is_number(a) && json_is_number(b)) {
        return is_same_number(a, b);
    }
    if (!json_is_object(a) || !json_is_object(b) || json_object_size(a) != json_object_size(b)) {
        return json_equal(a, b);
    }
    json_object_foreach((json_t *) (uintptr_t) a, key, value)
    {
        if (!is_same(value, json_object_get(b, key))) {
            return false;
        }
    }
    return true;
}

/* Figures that an interrupted run had not come to are no difference; settings that were not there are. */
static bool differs(const json_t *report, const json_t *earlier)
{
    for (size_t i = 1; i < sizeof kept / sizeof kept[0]; i++) {
        const json_t *old = report_get(earlier, kept[i]);

        if (old != NULL && !is_same(old, report_get(report, kept[i]))) {
            return true;
        }
    }
    return false;
}

mpcf_status report_before_settle(json_t *report, const json_t *earlier, mpcf_error *err)
{
    if (earlier == NULL || !differs(report, earlier)) {
        return MPCF_OK;
    }
    return report_set(report, "before", json_deep_copy(earlier), err);
}
