/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files, addresses, keys and writable folders a role needs before it starts.
 */
#include "pipeline/needed_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_room.h"
#include "base/folder.h"
#include "base/memory.h"
#include "format/yaml_problems.h"
#include "pipeline/key_place.h"
#include "pipeline/link_keys.h"
#include "pipeline/output.h"
#include "roles/control.h"

/* What is missing, each at the key that says where it should be. */
struct look {
    const struct pipeline *p;
    struct yaml_problems *problems;
};

/* The first variable of TEXT, "${NAME:-other}/data", into NAME; false: there is none that a person sets for it. */
static bool variable_of(const char *text, char *name, size_t size)
{
    const char *at = text != NULL ? strstr(text, "${") : NULL;

    if (at == NULL) {
        return false;
    }
    (void) snprintf(name, size, "%.*s", (int) strcspn(at + 2, ":}"), at + 2);
    return strcmp(name, "PWD") != 0;
}

/* What stands at KEY in the file says the path; where that is a variable's, the variable is what to set. */
static void complain_of_path(const struct look *l, const char *key, const char *what,
                             const char *path)
{
    const struct yaml_node *at = key_place(l->p, key);
    char name[64];

    if (at->kind == YAML_NODE_SCALAR && variable_of(at->text, name, sizeof name)) {
        const char *value = getenv(name);

        yaml_problem(l->problems, at,
                     "%s: '%s' is not there; %s %s%s%s: set `%s=FOLDER`, or give `--set %s=PATH`",
                     what, path, name, value == NULL ? "is not set" : "is '",
                     value == NULL ? "" : value, value == NULL ? "" : "'", name, key);
    } else {
        yaml_problem(l->problems, at, "%s: '%s' is not there", what, path);
    }
}

static void need(const struct look *l, const char *key, const char *what, const char *folder,
                 const char *name)
{
    char *path = *name == '\0' ? mpcf_strdup(folder) : mpcf_format("%s/%s", folder, name);

    if (path == NULL || !file_exists(path)) {
        complain_of_path(l, key, what, path == NULL ? name : path);
    }
    mpcf_free(path);
}

/* With embedding: public the user looks words up itself. */
static void need_tables(const struct look *l)
{
    char *folder = mpcf_format("%s/student/public", l->p->output);

    if (folder != NULL && l->p->infer.embedding == EMBEDDING_PUBLIC) {
        need(l, "stages.infer.embedding", "the public embedding", folder, OUTPUT_TABLES);
    }
    mpcf_free(folder);
}

static void need_student(const struct look *l, bool weights)
{
    const char *what =
        weights ? "the student (stages convert, distill)" : "the student's public part";
    char *folder = mpcf_format("%s/student", l->p->output);

    if (folder != NULL) {
        need(l, "output", what, folder, weights ? "config.json" : "public/config.json");
        /* Written last: a folder without it is not whole. */
        need(l, "output", "the student's public part", folder, "public/digest.json");
        mpcf_free(folder);
    }
}

/* KEY: what names the folder in the file. What stands in the way of several is said once. */
static void need_room(const struct look *l, const char *key, char *folder)
{
    mpcf_error *err = mpcf_error_create();
    const char *why = "memory is short";

    if (folder != NULL && err != NULL) {
        why = file_room_check(folder, err) != MPCF_OK ? mpcf_error_text(err) : NULL;
    }
    if (why != NULL && (yaml_problems_count(l->problems) == 0 ||
                        strstr(yaml_problems_text(l->problems), why) == NULL)) {
        yaml_problem(l->problems, key_place(l->p, key), "%s: %s", key, why);
    }
    mpcf_error_destroy(err);
    mpcf_free(folder);
}

/* Where this one writes; looked at only, not tried. */
static void need_rooms(const struct look *l, enum pipeline_viewer viewer)
{
    const struct pipeline *p = l->p;
    const bool is_here = viewer == VIEW_ALL;
    const bool makes_student = p->has_stage[STAGE_CONVERT] || p->has_stage[STAGE_DISTILL];

    if (viewer == VIEW_PUBLIC) {
        return;
    }
    if (is_here) {
        need_room(l, "output", output_path(p, "stages"));
    }
    if (is_here && p->has_stage[STAGE_FINETUNE]) {
        need_room(l, "output", output_path(p, "teacher"));
    }
    if (is_here && makes_student) {
        need_room(l, "output", output_path(p, "student/public"));
    }
    if (!is_here || p->has_stage[STAGE_INFER]) {
        need_room(l, "output", output_path(p, "infer"));
    }
    if (p->has_stage[STAGE_INFER] && viewer != VIEW_DEALER &&
        (p->infer.preprocess == PREPROCESS_STORE || p->infer.weight_masks == MASKS_KEPT)) {
        need_room(l, "stages.infer.store", mpcf_strdup(p->infer.store));
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

/* The student is made by this file's own run where it has the stage. */
static bool makes_student(const struct pipeline *p)
{
    return p->has_stage[STAGE_CONVERT];
}

static bool has_stages(const struct pipeline *p)
{
    bool has = false;

    for (size_t i = 0; i < STAGE_COUNT; i++) {
        has = has || p->has_stage[i];
    }
    return has;
}

bool pipeline_is_for_predict(const struct pipeline *p)
{
    return p->stages == p->root && !has_stages(p);
}

/* Such a run would end well having done nothing. What `calibrate` says is part of convert. */
static bool has_a_stage(const struct look *l, enum pipeline_viewer viewer)
{
    const struct pipeline *p = l->p;

    if (viewer == VIEW_PUBLIC || (viewer == VIEW_ALL && has_stages(p))) {
        return true;
    }
    if (viewer == VIEW_ALL) {
        yaml_problem(l->problems, p->stages,
                     "stages: there is nothing to run; name finetune, convert, distill or infer. "
                     "Texts are answered by `mpcf-host predict %s --plain` without a stage",
                     p->file);
        return false;
    }
    if (!p->has_stage[STAGE_INFER]) {
        yaml_problem(
            l->problems, p->stages,
            "stages: --role is for infer, which is not in it; `mpcf-host predict %s --role "
            "%s` needs no stage",
            p->file, role_name((enum role) viewer));
    }
    return p->has_stage[STAGE_INFER];
}

static bool is_in_output(const struct pipeline *p, const char *name)
{
    char *path = output_path(p, name);
    const bool is_there = path != NULL && file_exists(path);

    mpcf_free(path);
    return is_there;
}

/* A user's or a dealer's machine: the public part was brought there, and neither network is. */
static bool has_public_part_alone(const struct pipeline *p)
{
    return is_in_output(p, "student/public/digest.json") && !is_in_output(p, "student/config.json");
}

/* How a student comes to be, for who has none. */
static void advise_student(const struct look *l, enum pipeline_viewer viewer)
{
    const struct yaml_node *at = key_place(l->p, "output");
    const char *file = l->p->file;

    if (viewer == VIEW_USER || viewer == VIEW_DEALER) {
        yaml_problem(l->problems, at,
                     "'%s/student/public' is brought here from where the student was made",
                     l->p->output);
    } else if (has_public_part_alone(l->p)) {
        yaml_problem(
            l->problems, at,
            "here is the public part alone, as the user and the dealer have it: `mpcf-host "
            "predict %s --role user` asks the others",
            file);
    } else if (l->p->has_stage[STAGE_CONVERT]) {
        yaml_problem(l->problems, at,
                     "`mpcf-host %s` makes a student; `mpcf-host predict %s --plain` asks without "
                     "one",
                     file, file);
    } else if (l->p->dataset.name != NULL) {
        yaml_problem(l->problems, at,
                     "no stage of this file makes a student: write `stages: {convert: {}}`, then "
                     "`mpcf-host %s`; `mpcf-host predict %s --plain` asks without one",
                     file, file);
    } else {
        yaml_problem(l->problems, at,
                     "nothing in this file makes a student, which takes `dataset` and `stages: "
                     "{convert: {}}` (`mpcf-host init CHECKPOINT DATA` writes both); `mpcf-host "
                     "predict %s --plain` asks without one",
                     file);
    }
}

/* Adds the advice where nothing but a student was looked for since BEFORE, and something was missing. */
static void need_student_for(const struct look *l, enum pipeline_viewer viewer, bool weights)
{
    const size_t before = yaml_problems_count(l->problems);

    need_student(l, weights);
    if (yaml_problems_count(l->problems) > before) {
        advise_student(l, viewer);
    }
}

/* Who has not even the checkpoint may have another's place. */
static void need_model(const struct look *l)
{
    const size_t before = yaml_problems_count(l->problems);

    need(l, "model.path", "model.path", l->p->model_path, "config.json");
    if (yaml_problems_count(l->problems) > before && has_public_part_alone(l->p)) {
        yaml_problem(l->problems, key_place(l->p, "output"),
                     "here is the public part of a student alone, as the user and the dealer have "
                     "it: `mpcf-host %s --role user` (or dealer) is what runs here",
                     l->p->file);
    }
}

/* The user's role and a run's evaluation read rows. */
static void need_dataset(const struct look *l, enum pipeline_viewer viewer)
{
    const struct pipeline *p = l->p;
    const bool is_read = viewer == VIEW_USER || (viewer == VIEW_ALL && p->has_stage[STAGE_INFER]);

    if (p->dataset.name != NULL && (is_read || viewer == VIEW_ALL)) {
        need(l, "dataset.path", "dataset.path", p->dataset_path, "");
    } else if (is_read) {
        yaml_problem(
            l->problems, key_place(p, "dataset"),
            "infer asks the rows of a dataset, and there is none: `mpcf-host predict` asks "
            "texts of your own");
    }
}

static mpcf_status look_for_all(const struct look *l, enum pipeline_viewer viewer, mpcf_error *err)
{
    const struct pipeline *p = l->p;
    const bool trains = viewer == VIEW_ALL;

    if (!has_a_stage(l, viewer)) {
        return MPCF_OK;
    }
    if (trains) {
        need_model(l);
    }
    need_dataset(l, viewer);
    if (viewer == VIEW_PROVIDER || (trains && !makes_student(p) && p->has_stage[STAGE_INFER])) {
        need_student_for(l, viewer, true);
    }
    if (viewer == VIEW_USER || viewer == VIEW_DEALER || viewer == VIEW_PUBLIC) {
        need_student_for(l, viewer, false);
    }
    if (viewer == VIEW_USER) {
        need_tables(l);
    }
    need_rooms(l, viewer);
    return check_links(p, viewer, l->problems, err);
}

/* Runs LOOK over the file; what it finds is one message. */
static mpcf_status look_whole(const struct pipeline *p, enum pipeline_viewer viewer,
                              mpcf_status (*look)(const struct look *l, enum pipeline_viewer viewer,
                                                  mpcf_error *err),
                              mpcf_error *err)
{
    const struct look l = {p, yaml_problems_create()};
    mpcf_status status =
        l.problems != NULL ? look(&l, viewer, err) : mpcf_fail_memory(err, 0, "a list of mistakes");

    if (status == MPCF_OK && yaml_problems_count(l.problems) > 0) {
        const char *lines = yaml_problems_text(l.problems);

        status = mpcf_fail(err, MPCF_E_CONFIG, "%.*s", (int) strlen(lines) - 1, lines);
    }
    yaml_problems_destroy(l.problems);
    return status;
}

mpcf_status pipeline_check_files(const struct pipeline *p, enum pipeline_viewer viewer,
                                 mpcf_error *err)
{
    return look_whole(p, viewer, look_for_all, err);
}

static mpcf_status look_for_plain(const struct look *l, enum pipeline_viewer viewer,
                                  mpcf_error *err)
{
    (void) viewer;
    (void) err;
    need_model(l);
    if (l->p->dataset.name != NULL) {
        need(l, "dataset.path", "dataset.path", l->p->dataset_path, "");
    }
    return MPCF_OK;
}

mpcf_status pipeline_check_plain(const struct pipeline *p, mpcf_error *err)
{
    return look_whole(p, VIEW_ALL, look_for_plain, err);
}

/* All three roles here, or one of them. */
static mpcf_status look_for_predict(const struct look *l, enum pipeline_viewer viewer,
                                    mpcf_error *err)
{
    const struct pipeline *p = l->p;

    need_student_for(l, viewer, viewer == VIEW_ALL || viewer == VIEW_PROVIDER);
    if (viewer == VIEW_ALL || viewer == VIEW_USER) {
        need_tables(l);
    }
    if (p->infer.preprocess == PREPROCESS_STORE && viewer != VIEW_DEALER) {
        need_room(l, "stages.infer.store", mpcf_strdup(p->infer.store));
    }
    return check_links(p, viewer, l->problems, err);
}

static mpcf_status look_for_student(const struct look *l, enum pipeline_viewer viewer,
                                    mpcf_error *err)
{
    (void) err;
    need_student_for(l, viewer, true);
    return MPCF_OK;
}

mpcf_status pipeline_check_student(const struct pipeline *p, mpcf_error *err)
{
    return look_whole(p, VIEW_ALL, look_for_student, err);
}

mpcf_status pipeline_check_predict(const struct pipeline *p, enum pipeline_viewer viewer,
                                   mpcf_error *err)
{
    return look_whole(p, viewer, look_for_predict, err);
}
