/* SPDX-License-Identifier: Apache-2.0 */
/* Which options of a command are of its pipeline file. */
#include "named_pipeline.h"

#include "base/folder.h"
#include "host.h"

void named_pipeline_take(const struct args *args, const char *file, struct named_pipeline *out)
{
    out->request = (struct pipeline_request){
        .file = file,
        .sets = out->sets,
        .set_count = args_values(args, "--set", out->sets),
        .plugin_folder = args_value(args, "--plugin-dir"),
    };
}

bool named_pipeline_find(const struct args *args, const char *command, struct named_pipeline *out)
{
    named_pipeline_take(args, args->operands[0], out);
    if (!file_exists(out->request.file)) {
        (void) host_usage(command, "there is no file '%s'", out->request.file);
        return false;
    }
    return true;
}
