/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files, addresses, keys and writable folders a role needs before it starts.
 */
#include "pipeline/needed_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/file_room.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "format/yaml_tree.h"
#include "pipeline/link_keys.h"
#include "pipeline/output.h"
#include "roles/control.h"

static void need(struct text_buffer *lacking, const char *what, const char *folder,
                 const char *name)
{
    char *path = *name == '\0' ? mpcf_strdup(folder) : mpcf_format("%s/%s", folder, name);

    if (path == NULL || !file_exists(path)) {
        text_printf(lacking, "%s%s: '%s' is not there", lacking->length == 0 ? "" : "\n", what,
                    path == NULL ? name : path);
    }
    mpcf_free(path);
}

/* With embedding: public the user looks words up itself. */
static void need_tables(const struct pipeline *p, struct text_buffer *lacking)
{
    char *folder = mpcf_format("%s/student/public", p->output);

    if (folder != NULL && p->infer.embedding == EMBEDDING_PUBLIC) {
        need(lacking, "the public embedding", folder, OUTPUT_TABLES);
    }
    mpcf_free(folder);
}

static void need_student(const struct pipeline *p, struct text_buffer *lacking, bool weights)
{
    const char *what =
        weights ? "the student (stages convert, distill)" : "the student's public part";
    char *folder = mpcf_format("%s/student", p->output);

    if (folder != NULL) {
        need(lacking, what, folder, weights ? "config.json" : "public/config.json");
        /* Written last: a folder without it is not whole. */
        need(lacking, "the student's public part", folder, "public/digest.json");
        mpcf_free(folder);
    }
}

/* KEY: what names the folder in the file. What stands in the way of several is said once. */
static void need_room(struct text_buffer *lacking, const char *key, char *folder)
{
    mpcf_error *err = mpcf_error_create();
    const char *why = "memory is short";

    if (folder != NULL && err != NULL) {
        why = file_room_check(folder, err) != MPCF_OK ? mpcf_error_text(err) : NULL;
    }
    if (why != NULL && strstr(text_string(lacking), why) == NULL) {
        text_printf(lacking, "%s%s: %s", lacking->length == 0 ? "" : "\n", key, why);
    }
    mpcf_error_destroy(err);
    mpcf_free(folder);
}

/* Where this one writes; looked at only, not tried. */
static void need_rooms(const struct pipeline *p, enum pipeline_viewer viewer,
                       struct text_buffer *lacking)
{
    const bool is_here = viewer == VIEW_ALL;
    const bool makes_student = p->has_stage[STAGE_CONVERT] || p->has_stage[STAGE_DISTILL];

    if (viewer == VIEW_PUBLIC) {
        return;
    }
    if (is_here) {
        need_room(lacking, "output", output_path(p, "stages"));
    }
    if (is_here && p->has_stage[STAGE_FINETUNE]) {
        need_room(lacking, "output", output_path(p, "teacher"));
    }
    if (is_here && makes_student) {
        need_room(lacking, "output", output_path(p, "student/public"));
    }
    if (!is_here || p->has_stage[STAGE_INFER]) {
        need_room(lacking, "output", output_path(p, "infer"));
    }
    if (p->has_stage[STAGE_INFER] && p->infer.preprocess == PREPROCESS_STORE &&
        viewer != VIEW_DEALER) {
        need_room(lacking, "stages.infer.store", mpcf_strdup(p->infer.store));
    }
}

static void need_address(const struct pipeline *p, enum role role, const char *value,
                         const char *key, struct yaml_problems *problems)
{
    const struct yaml_node *party = yaml_get(p->parties, role_name(role));

    if (value == NULL) {
        yaml_problem(problems, party != NULL ? party : p->parties,
                     "parties.%s.%s is not given: --role needs it", role_name(role), key);
    }
}

/* What a role started by itself calls or is called by; in a one-machine run the parent tells. */
static void check_given(const struct pipeline *p, enum pipeline_viewer viewer,
                        struct yaml_problems *problems)
{
    const struct pipeline_endpoint *provider = &p->endpoints[ROLE_PROVIDER];
    const struct pipeline_endpoint *dealer = &p->endpoints[ROLE_DEALER];

    if (viewer == VIEW_PROVIDER) {
        need_address(p, ROLE_PROVIDER, provider->listen, "listen", problems);
    }
    if (viewer == VIEW_USER) {
        need_address(p, ROLE_PROVIDER, provider->address, "address", problems);
    }
    if (viewer == VIEW_DEALER) {
        need_address(p, ROLE_DEALER, dealer->listen, "listen", problems);
    } else {
        need_address(p, ROLE_DEALER, dealer->address, "address", problems);
    }
}

/* In a one-machine run the parent draws keys and hands them over. */
static mpcf_status check_links(const struct pipeline *p, enum pipeline_viewer viewer,
                               struct yaml_problems *problems, mpcf_error *err)
{
    if (viewer == VIEW_ALL) {
        return link_keys_check_all(p, problems, err);
    }
    if (viewer == VIEW_PUBLIC || getenv(CONTROL_VARIABLE) != NULL) {
        return MPCF_OK;
    }
    check_given(p, viewer, problems);
    return link_keys_check_role(p, (enum role) viewer, problems, err);
}

static mpcf_status need_links(const struct pipeline *p, enum pipeline_viewer viewer,
                              struct text_buffer *lacking, mpcf_error *err)
{
    struct yaml_problems *problems = yaml_problems_create();
    mpcf_status status = problems != NULL ? check_links(p, viewer, problems, err)
                                          : mpcf_fail_memory(err, 0, "a message");

    if (status == MPCF_OK && yaml_problems_count(problems) > 0) {
        const char *lines = yaml_problems_text(problems);

        text_printf(lacking, "%s%.*s", lacking->length == 0 ? "" : "\n", (int) strlen(lines) - 1,
                    lines);
    }
    yaml_problems_destroy(problems);
    return status;
}

/* The student is made by this file's own run where it has the stage. */
static bool makes_student(const struct pipeline *p)
{
    return p->has_stage[STAGE_CONVERT];
}

/* Such a run would end well having done nothing. What `calibrate` says is part of convert. */
static mpcf_status check_stages(const struct pipeline *p, mpcf_error *err)
{
    struct yaml_problems *problems;
    const char *lines;
    mpcf_status status;

    for (size_t i = 0; i < STAGE_COUNT; i++) {
        if (p->has_stage[i]) {
            return MPCF_OK;
        }
    }
    problems = yaml_problems_create();
    if (problems == NULL) {
        return mpcf_fail_memory(err, 0, "a message");
    }
    yaml_problem(problems, p->stages,
                 "stages: there is nothing to run; name finetune, convert, distill or infer");
    lines = yaml_problems_text(problems);
    status = mpcf_fail(err, MPCF_E_CONFIG, "%.*s", (int) strcspn(lines, "\n"), lines);
    yaml_problems_destroy(problems);
    return status;
}

/* The user's role and a run's evaluation read rows. */
static void need_dataset(const struct pipeline *p, enum pipeline_viewer viewer,
                         struct text_buffer *lacking)
{
    const bool is_read = viewer == VIEW_USER || (viewer == VIEW_ALL && p->has_stage[STAGE_INFER]);

    if (p->dataset.name != NULL && (is_read || viewer == VIEW_ALL)) {
        need(lacking, "dataset.path", p->dataset_path, "");
    } else if (is_read) {
        text_printf(lacking,
                    "%s%s: infer asks the rows of a dataset, and there is none: `mpcf-host "
                    "predict` asks texts of your own",
                    lacking->length == 0 ? "" : "\n", p->file);
    }
}

mpcf_status pipeline_check_files(const struct pipeline *p, enum pipeline_viewer viewer,
                                 mpcf_error *err)
{
    struct text_buffer lacking = {0};
    const bool trains = viewer == VIEW_ALL;
    mpcf_status status = MPCF_OK;

    if (viewer != VIEW_PUBLIC) {
        MPCF_TRY(check_stages(p, err));
    }
    if (trains) {
        need(&lacking, "model.path", p->model_path, "config.json");
    }
    need_dataset(p, viewer, &lacking);
    if (viewer == VIEW_PROVIDER || (trains && !makes_student(p) && p->has_stage[STAGE_INFER])) {
        need_student(p, &lacking, true);
    }
    if (viewer == VIEW_USER || viewer == VIEW_DEALER || viewer == VIEW_PUBLIC) {
        need_student(p, &lacking, false);
    }
    if (viewer == VIEW_USER) {
        need_tables(p, &lacking);
    }
    need_rooms(p, viewer, &lacking);
    status = need_links(p, viewer, &lacking, err);
    if (status == MPCF_OK && lacking.length > 0) {
        status = mpcf_fail(err, MPCF_E_CONFIG, "%s", lacking.data);
    }
    text_clear(&lacking);
    return status;
}

/* All three roles here, or one of them. */
static void need_parts(const struct pipeline *p, enum pipeline_viewer viewer,
                       struct text_buffer *lacking)
{
    need_student(p, lacking, viewer == VIEW_ALL || viewer == VIEW_PROVIDER);
    if (viewer == VIEW_ALL || viewer == VIEW_USER) {
        need_tables(p, lacking);
    }
    if (p->infer.preprocess == PREPROCESS_STORE && viewer != VIEW_DEALER) {
        need_room(lacking, "stages.infer.store", mpcf_strdup(p->infer.store));
    }
}

mpcf_status pipeline_check_predict(const struct pipeline *p, enum pipeline_viewer viewer,
                                   mpcf_error *err)
{
    struct text_buffer lacking = {0};
    mpcf_status status;

    need_parts(p, viewer, &lacking);
    if (lacking.length > 0 && viewer == VIEW_ALL) {
        text_printf(&lacking,
                    "\n`mpcf-host %s` makes a student; `predict --plain` asks without one",
                    p->file);
    }
    status = need_links(p, viewer, &lacking, err);
    if (status == MPCF_OK && lacking.length > 0) {
        status = mpcf_fail(err, MPCF_E_CONFIG, "%s", lacking.data);
    }
    text_clear(&lacking);
    return status;
}
