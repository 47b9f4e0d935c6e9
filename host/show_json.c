/* SPDX-License-Identifier: Apache-2.0 */
/* A result as a table on standard output and as JSON in a file. */
#include "show_json.h"

#include <stdio.h>

#include "base/file_room.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/json.h"
#include "host.h"
#include "standard_output.h"

bool show_json_can(const char *command, const char *file)
{
    enum { JSON_BYTES = 1 << 20 };
    char *folder = file != NULL ? file_folder_of(file) : NULL;
    mpcf_error *err = mpcf_error_create();
    bool can = true;

    if (folder != NULL && !file_is_folder(folder)) {
        (void) host_usage(command, "--json: there is no folder '%s'", folder);
        can = false;
    } else if (file != NULL && file_room_try(file, JSON_BYTES, err) != MPCF_OK) {
        (void) host_usage(command, "--json: %s", mpcf_error_text(err));
        can = false;
    }
    mpcf_free(folder);
    mpcf_error_destroy(err);
    return can;
}

int show_json(const json_t *value, char *table, const char *file, mpcf_error *err)
{
    if (table != NULL) {
        (void) fputs(table, standard_output());
        mpcf_free(table);
    }
    if (file != NULL && json_write_file(file, value, err) != MPCF_OK) {
        return host_failed(err);
    }
    return EXIT_DONE;
}
