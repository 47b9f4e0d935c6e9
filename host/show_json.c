/* SPDX-License-Identifier: Apache-2.0 */
/* A result as a table on standard output and as JSON in a file. */
#include "show_json.h"

#include <stdio.h>

#include "base/memory.h"
#include "format/json.h"
#include "host.h"

int show_json(const json_t *value, char *table, const char *file, mpcf_error *err)
{
    if (table != NULL) {
        (void) fputs(table, stdout);
        mpcf_free(table);
    }
    if (file != NULL && json_write_file(file, value, err) != MPCF_OK) {
        return host_failed(err);
    }
    return EXIT_DONE;
}
