/* SPDX-License-Identifier: Apache-2.0 */
/* The list of warnings: one entry for each thing that one can be about. */
#include "report/report_warnings.h"

#include <string.h>

#include "base/memory.h"
#include "report/report_tree.h"

static void forget(json_t *list, const char *about)
{
    for (size_t i = json_array_size(list); i-- > 0;) {
        const char *its = json_string_value(json_object_get(json_array_get(list, i), "about"));

        if (its != NULL && strcmp(its, about) == 0) {
            (void) json_array_remove(list, i);
        }
    }
}

mpcf_status report_warn(json_t *root, const char *about, const char *text, mpcf_error *err)
{
    forget(report_get(root, "warnings"), about);
    if (text == NULL) {
        return MPCF_OK;
    }
    if (!json_is_array(report_get(root, "warnings"))) {
        MPCF_TRY(report_set(root, "warnings", json_array(), err));
    }
    return json_array_append_new(report_get(root, "warnings"),
                                 json_pack("{s:s, s:s}", "about", about, "text", text)) == 0
               ? MPCF_OK
               : mpcf_fail_memory(err, 0, "the report");
}
