/* SPDX-License-Identifier: Apache-2.0 */
/* Starts the three roles as processes, and shows how far the user's is. */
#include "inference/local_roles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/progress.h"
#include "channel/role.h"
#include "format/json.h"
#include "roles/local_run.h"

enum { FIXED_ARGUMENTS = 8 };

/* "COMMAND FILE --quiet [--plugin-dir F] [--set S]..."; the strings stay SOURCE's. */
static const char **arguments_of(const char *command, const struct pipeline *p,
                                 const struct pipeline_request *source)
{
    const char **list = mpcf_alloc_array(FIXED_ARGUMENTS + 2 * source->set_count, sizeof *list);
    size_t n = 0;

    if (list == NULL) {
        return NULL;
    }
    list[n++] = command;
    list[n++] = p->file;
    list[n++] = "--quiet";
    if (source->plugin_folder != NULL) {
        list[n++] = "--plugin-dir";
        list[n++] = source->plugin_folder;
    }
    for (size_t i = 0; i < source->set_count; i++) {
        list[n++] = "--set";
        list[n++] = source->sets[i];
    }
    return list;
}

/* What the user's process tells of how far it is. */
static void take_result(void *context, enum role role, const char *text)
{
    json_t *value = NULL;

    (void) context;
    if (role != ROLE_USER ||
        json_read_text(text, strlen(text), "progress", &value, NULL) != MPCF_OK) {
        return;
    }
    const double done = json_number_value(json_object_get(value, "done"));
    const double total = json_number_value(json_object_get(value, "total"));
    const double rate = json_number_value(json_object_get(value, "rate"));
    const struct progress shown = {.stage = "infer: secure",
                                   .done = (uint64_t) done,
                                   .total = (uint64_t) total,
                                   .loss = (double) NAN,
                                   .rate = rate,
                                   .unit = "examples",
                                   .is_final = done >= total};

    progress_show(&shown);
    json_decref(value);
}

/* RUN without its program and arguments. */
static mpcf_status start(const char *command, const struct pipeline *p,
                         const struct pipeline_request *source, struct local_run *run,
                         mpcf_error *err)
{
    const char *program = getenv("MPCF_HOST");
    const char **arguments = arguments_of(command, p, source);
    struct local_outcome outcome;
    mpcf_status status = MPCF_OK;

    if (arguments == NULL) {
        return mpcf_fail_memory(err, source->set_count * sizeof *arguments, "arguments");
    }
    run->program = program != NULL && *program != '\0' ? program : NULL;
    run->arguments = arguments;
    status = local_run(run, &outcome, err);
    mpcf_free(arguments);
    return status;
}

mpcf_status local_roles_run(const struct pipeline *p, const struct pipeline_request *source,
                            mpcf_error *err)
{
    struct local_run run = {.timeout_ns = MPCF_NO_DEADLINE, .result = take_result};

    return start("run", p, source, &run, err);
}

mpcf_status local_roles_predict(const struct pipeline *p, const struct pipeline_request *source,
                                const char *const *words, mpcf_error *err)
{
    struct local_run run = {
        .timeout_ns = MPCF_NO_DEADLINE, .user_arguments = words, .user_speaks = true};

    return start("predict", p, source, &run, err);
}
