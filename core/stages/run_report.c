/* SPDX-License-Identifier: Apache-2.0 */
/* What the report says of any run: file, settings, machine, plug-ins, who learns what. */
#include "stages/run_report.h"

#include <string.h>
#include <time.h>

#include <mpcf/version.h>

#include "base/cpu.h"
#include "base/workers.h"
#include "format/json.h"
#include "pipeline/link_keys.h"
#include "pipeline/settings_json.h"
#include "report/report.h"
#include "roles/roles.h"

static mpcf_status put_run(const struct pipeline *p, json_t *report, mpcf_error *err)
{
    char started[32] = "";
    const time_t now = time(NULL);
    struct tm parts;

    if (gmtime_r(&now, &parts) != NULL) {
        (void) strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", &parts);
    }
    MPCF_TRY(report_set_text(report, "run.pipeline", p->file, err));
    MPCF_TRY(report_set_text(report, "run.version", MPCF_VERSION, err));
    return report_set_text(report, "run.started", started, err);
}

static json_t *label_names(const mpcf_task *task)
{
    const size_t begun = json_begin();
    json_t *names = json_array();

    for (size_t i = 0; task->label_names != NULL && i < task->classes; i++) {
        (void) json_array_append_new(names, json_string(task->label_names[i]));
    }
    return json_end(names, begun);
}

/* Roles that serve texts as they come have no dataset, and so no split. */
static mpcf_status put_task(const struct pipeline *p, json_t *report, mpcf_error *err)
{
    const mpcf_task *task = &p->task;

    MPCF_TRY(report_set_text(report, "task.name", task->name, err));
    MPCF_TRY(report_set_count(report, "task.classes", task->classes, err));
    MPCF_TRY(report_set(report, "task.labels", label_names(task), err));
    if (task->judge_split != NULL) {
        MPCF_TRY(report_set_text(report, "task.split", task->judge_split, err));
    }
    return report_set_text(report, "model.family", p->model.name, err);
}

static mpcf_status put_machine(json_t *report, mpcf_error *err)
{
    MPCF_TRY(report_set_text(report, "machine.processor", cpu_name(), err));
    MPCF_TRY(report_set_text(report, "machine.kernels", cpu_level_name(cpu_level()), err));
    return report_set_count(report, "machine.threads", workers_count(), err);
}

static mpcf_status put_plugins(const struct pipeline *p, json_t *report, mpcf_error *err)
{
    MPCF_TRY(report_set(report, "plugins", json_array(), err));
    for (int k = 0; k < COMPONENT_KINDS; k++) {
        const enum component_kind kind = (enum component_kind) k;
        const void *component = NULL;

        for (size_t i = 0; (component = plugins_component(p->plugins, kind, i)) != NULL; i++) {
            const struct plugin_facts *facts = plugins_facts_of(p->plugins, component);

            if (facts != NULL) {
                MPCF_TRY(report_add_plugin(report, component_kind_name(kind),
                                           component_name(kind, component), facts->version,
                                           facts->path, err));
            }
        }
    }
    return MPCF_OK;
}

/* One role has not looked at the evaluation split. */
static json_t *privacy_notes(const struct pipeline *p, bool is_role)
{
    const size_t begun = json_begin();
    json_t *notes = json_array();

    if (notes == NULL) {
        return NULL;
    }
    (void) json_array_append_new(
        notes, json_string("The ranges in student/public were measured on training rows, and tell "
                           "something of them to user and dealer."));
    (void) json_array_append_new(
        notes,
        json_string(is_role ? "Values beyond their range give wrong answers that no role can see."
                            : "Values beyond their range give wrong answers that no role can see; "
                              "ranges.smallest_margin_bits is the room left on the evaluation "
                              "split."));
    if (p->infer.embedding == EMBEDDING_PUBLIC) {
        (void) json_array_append_new(
            notes, json_string("The embedding tables are given to the user: they lie in "
                               "student/public."));
    }
    if (p->infer.weight_masks == MASKS_KEPT) {
        (void) json_array_append_new(
            notes,
            json_string("Masks of weights are kept for a user beyond a session: the dealer of "
                        "one of its sessions and that user together have the weights, also at "
                        "any later time."));
    }
    if (p->plain_link) {
        (void) json_array_append_new(
            notes, json_string("The transport by itself does not both encrypt and prove who the "
                               "peer is: keys prove that when a link begins, but who listens on "
                               "it learns the seeds of the dealer, and with them the texts and "
                               "the weights."));
    }
    return json_end(notes, begun);
}

/* Whether all that is called has an address of this machine's own. */
static bool is_called_here(const struct pipeline *p)
{
    bool is_here = true;

    for (int role = 0; role < 3; role++) {
        const char *address = p->endpoints[role].address;

        is_here = is_here && (address == NULL || roles_is_loopback(address));
    }
    return is_here;
}

/* IS_HERE: the roles were on one machine. */
static mpcf_status put_privacy(const struct pipeline *p, bool has_keys, bool is_here,
                               json_t *report, mpcf_error *err)
{
    const mpcf_transport *t = p->transport.descriptor;
    const bool is_local = (t->caps & MPCF_TRANSPORT_LOCAL) != 0 || is_here;
    const char *by = link_authentication(p, has_keys);
    json_t *link = json_pack("{s:s, s:b, s:b, s:s, s:b}", "name", t->name, "encrypted",
                             (t->caps & MPCF_TRANSPORT_ENCRYPTED) != 0, "authenticated",
                             strcmp(by, "none") != 0, "authenticated_by", by, "local", is_local);

    MPCF_TRY(report_set(report, "privacy.transport", link, err));
    MPCF_TRY(report_set_text(report, "privacy.length", infer_length_names[p->infer.length], err));
    MPCF_TRY(report_set_text(report, "privacy.embedding", infer_embedding_names[p->infer.embedding],
                             err));
    MPCF_TRY(
        report_set_text(report, "privacy.weights", infer_weights_names[p->infer.weights], err));
    MPCF_TRY(report_set_text(report, "privacy.weight_masks",
                             infer_masks_names[p->infer.weight_masks], err));
    MPCF_TRY(report_set_text(report, "privacy.reveal", infer_reveal_names[p->infer.reveal], err));
    MPCF_TRY(report_set_text(report, "privacy.check_ranges",
                             infer_check_names[p->infer.check_ranges], err));
    MPCF_TRY(
        report_set_count(report, "privacy.max_questions", (uint64_t) p->infer.max_questions, err));
    return report_set(report, "privacy.notes",
                      privacy_notes(p, report_get(report, "run.role") != NULL), err);
}

static mpcf_status put_common(const struct pipeline *p, json_t *report, mpcf_error *err)
{
    MPCF_TRY(put_run(p, report, err));
    MPCF_TRY(put_task(p, report, err));
    MPCF_TRY(report_set(report, "settings", pipeline_settings_json(p), err));
    MPCF_TRY(put_machine(report, err));
    return put_plugins(p, report, err);
}

/* These runs draw keys for their links, and choose their addresses here (roles/local_run.h). */
mpcf_status run_report_begin(const struct pipeline *p, json_t *report, mpcf_error *err)
{
    MPCF_TRY(put_common(p, report, err));
    return p->has_stage[STAGE_INFER] ? put_privacy(p, true, true, report, err) : MPCF_OK;
}

mpcf_status run_report_begin_role(const struct pipeline *p, enum role role, json_t *report,
                                  mpcf_error *err)
{
    MPCF_TRY(put_common(p, report, err));
    MPCF_TRY(report_set_text(report, "run.role", role_name(role), err));
    return put_privacy(p, p->endpoints[role].keys != NULL, is_called_here(p), report, err);
}
