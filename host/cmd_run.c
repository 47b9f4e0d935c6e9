/* SPDX-License-Identifier: Apache-2.0 */
/* mpcf-host run: which stages and roles of a pipeline run, or only its check. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hide_memory.h"
#include "base/log.h"
#include "base/text.h"
#include "channel/role.h"
#include "host.h"
#include "named_pipeline.h"
#include "pipeline/link_keys.h"
#include "pipeline/needed_files.h"
#include "pipeline/open_pipeline.h"
#include "pipeline/output.h"
#include "pipeline/print_settings.h"
#include "program_end.h"
#include "roles/control.h"
#include "show_summary.h"
#include "stages/run_pipeline.h"
#include "standard_output.h"

static bool take_stage(const struct args *args, struct run_request *request)
{
    static const char *const words[] = {"finetune", "convert", "distill", "infer"};
    const char *text = args_value(args, "--stage"), *near;

    if (text == NULL) {
        return true;
    }
    request->one_stage = pipeline_stage_parse(text, &request->stage);
    if (!request->one_stage) {
        near = text_nearest(text, words, 4);
        (void) host_usage("run", "there is no stage '%s'; %s%s%s", text,
                          near == NULL ? "stages are finetune, convert, distill, infer"
                                       : "did you mean '",
                          near == NULL ? "" : near, near == NULL ? "" : "'?");
    }
    return request->one_stage;
}

static bool take_role(const struct args *args, struct run_request *request)
{
    const char *text = args_value(args, "--role");
    enum role role;

    if (text == NULL) {
        return true;
    }
    if (!role_parse(text, &role)) {
        (void) host_usage("run", "there is no role '%s'; roles are provider, user, dealer", text);
        return false;
    }
    if (request->one_stage && request->stage != STAGE_INFER) {
        (void) host_usage("run", "--role is for the stage infer");
        return false;
    }
    request->viewer = (enum pipeline_viewer) role;
    return true;
}

static void print_facts(const struct run_facts *f, struct text_buffer *text)
{
    if (f->layers > 0) {
        text_printf(text, "network %zu layers, %.4g million weights, positions for %lld tokens\n",
                    f->layers, (double) f->parameters / 1e6, (long long) f->positions);
    }
    if (f->memory > 0) {
        text_printf(text, "memory  about %.2f GB, for %s; the machine has %.1f GB\n",
                    (double) f->memory / 1e9, f->memory_of, (double) f->machine_memory / 1e9);
    }
}

static int print_checked(const struct pipeline *p, enum pipeline_viewer viewer,
                         const struct run_facts *facts)
{
    const bool has_keys = viewer == VIEW_ALL || p->endpoints[viewer].keys != NULL;
    struct text_buffer text = {0};

    text_printf(&text, "%s: accepted\noutput  %s\ntask    %s\nstages ", p->file, p->output,
                p->task.name);
    for (size_t i = 0; i < STAGE_COUNT; i++) {
        if (p->has_stage[i]) {
            text_printf(&text, " %s", pipeline_stage_name((enum pipeline_stage) i));
        }
    }
    if (pipeline_is_for_predict(p)) {
        text_printf(&text,
                    " none: for `mpcf-host predict %s --plain`, which answers texts; `mpcf-host "
                    "init` writes a file that makes a student for secure answers",
                    p->file);
    }
    text_append(&text, "\n");
    print_facts(facts, &text);
    text_printf(&text, "links   %s, authenticated by %s\n", p->transport.name,
                link_authentication(p, has_keys));
    pipeline_show_approximations(p, &text);
    (void) fputs(text_string(&text), standard_output());
    text_clear(&text);
    return EXIT_DONE;
}

static int check_open(const struct pipeline *p, const struct run_request *request, mpcf_error *err)
{
    struct run_facts facts = {0};

    return pipeline_check(p, request, &facts, err) == MPCF_OK
               ? print_checked(p, request->viewer, &facts)
               : host_refused(err);
}

static int run_open(const struct args *args, const struct pipeline *p,
                    const struct run_request *request, mpcf_error *err)
{
    const bool is_started = getenv(CONTROL_VARIABLE) != NULL; /* by a run of all roles */
    mpcf_status status;

    if (args_has(args, "--check")) {
        return check_open(p, request, err);
    }
    if (args_has(args, "--quiet")) {
        log_set_level(LOG_WARN);
    } else {
        host_show_progress();
    }
    status = pipeline_run(p, request, err);
    if (status != MPCF_OK) {
        const bool is_run = *request->has_begun || request->viewer != VIEW_ALL;
        const int result = is_run ? host_failed(err) : host_refused(err);

        return *request->has_begun ? EXIT_FAILED : result;
    }
    if (request->viewer == VIEW_ALL) {
        show_summary(p->output);
    } else if (!is_started) {
        show_role_summary(p->output, (enum role) request->viewer);
    }
    return EXIT_DONE;
}

/* Before a key, a weight or a text is read: a role's secrets are for no core file. */
static int open_and_run(const struct args *args, const struct pipeline_request *source,
                        const struct run_request *request, mpcf_error *err)
{
    struct pipeline *p = NULL;
    int result;

    if (request->viewer != VIEW_ALL && hide_memory(err) != MPCF_OK) {
        return host_failed(err);
    }
    result = pipeline_open(source, &p, err) == MPCF_OK ? run_open(args, p, request, err)
                                                       : host_refused(err);
    pipeline_close(p);
    return result;
}

int cmd_run(const struct args *args)
{
    struct named_pipeline named;
    bool has_begun = false;
    struct run_request request = {
        .source = &named.request, .viewer = VIEW_ALL, .has_begun = &has_begun};
    mpcf_error *err;
    int result;

    if (!take_stage(args, &request) || !take_role(args, &request) ||
        !named_pipeline_find(args, "run", &named)) {
        return EXIT_USAGE;
    }
    err = mpcf_error_create();
    if (request.viewer == VIEW_ALL || args_has(args, "--check")) {
        program_end_watch(&has_begun);
    }
    if (args_has(args, "--check")) {
        program_end_after_signal(COMMAND_ENDS_S);
    }
    result = open_and_run(args, &named.request, &request, err);
    program_end_watch(NULL);
    mpcf_error_destroy(err);
    return result;
}
