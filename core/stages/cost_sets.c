/* SPDX-License-Identifier: Apache-2.0 */
/* Makes each set's student in memory, as far as a price needs it: graph and ranges. */
#include "stages/cost_sets.h"

#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "pipeline/output.h"
#include "stages/context.h"
#include "stages/gauge_student.h"
#include "stages/measured.h"
#include "stages/public_folder.h"
#include "stages/random_weights.h"

enum { PARTS_MIN = 2, PARTS_MAX = 3 };

bool cost_set_is_well_formed(const char *set)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    size_t parts = 0;

    for (bool more = true; more;) {
        const size_t length = strspn(set, letters);

        if (length == 0 || (set[length] != ',' && set[length] != '\0')) {
            return false;
        }
        parts++;
        more = set[length] == ',';
        set += length + more;
    }
    return parts >= PARTS_MIN && parts <= PARTS_MAX;
}

/* --- A set's student --- */

/* As convert makes it, but that nothing is written. */
static mpcf_status make_weights(struct stage_context *c, const char *teacher,
                                struct loaded_network *n, mpcf_error *err)
{
    MPCF_TRY(loaded_network_open(c->pipeline, teacher, FUNCTIONS_APPROXIMATED, n, err));
    if (c->pipeline->convert.init == INIT_RANDOM) {
        stage_randomise(c->pipeline, n);
    }
    MPCF_TRY(stage_measure(c, n, NULL, err));
    return stage_gauge(STAGE_CONVERT, n, err);
}

static mpcf_status make_student(struct stage_context *c, const char *teacher,
                                struct secure_student *s, mpcf_error *err)
{
    struct loaded_network n = {0};
    mpcf_status status = make_weights(c, teacher, &n, err);

    s->pipeline = c->pipeline;
    secure_student_options(c->pipeline, &s->options);
    if (status == MPCF_OK) {
        status = public_folder_measure(c, &n, teacher, &s->network, &s->graph, &s->ranges, err);
    }
    loaded_network_clear(&n);
    return status;
}

static mpcf_status price(const struct pipeline *p, const char *teacher,
                         const struct cost_request *request, json_t **out, mpcf_error *err)
{
    struct stage_context c = {.pipeline = p};
    struct secure_student student = {0};
    mpcf_status status = make_student(&c, teacher, &student, err);

    if (status == MPCF_OK) {
        status = student_cost(p, &student, request, out, err);
    }
    secure_student_close(&student);
    stage_context_clear(&c);
    return status;
}

/* --- Sets --- */

/* "approximations={activation: quad, normaliser: 2quad}", for mpcf_free(). */
static char *setting_of(const char *set)
{
    const size_t first = strcspn(set, ","), second = strcspn(set + first + 1, ",");
    const char *third = set + first + 1 + second;

    return mpcf_format("approximations={activation: %.*s, normaliser: %.*s%s%s}", (int) first, set,
                       (int) second, set + first + 1, *third == ',' ? ", layer_norm: " : "",
                       *third == ',' ? third + 1 : "");
}

/* What no set would be without ends all; that this one leaves ranges or rings is said of it. */
static bool is_of_the_set(mpcf_status status)
{
    return status == MPCF_E_RANGE || status == MPCF_E_UNSUPPORTED || status == MPCF_E_INVALID;
}

static mpcf_status find_teacher(const struct pipeline *p, char **teacher, mpcf_error *err)
{
    *teacher = output_teacher(p);
    if (*teacher == NULL) {
        return mpcf_fail_memory(err, 0, "a path");
    }
    if (!file_is_folder(*teacher)) {
        return mpcf_fail(
            err, MPCF_E_CONFIG,
            "%s: ranges are calibrated with the teacher's weights, and '%s' is not there%s",
            p->file, *teacher, p->has_stage[STAGE_FINETUNE] ? ": the stage finetune makes it" : "");
    }
    return MPCF_OK;
}

static mpcf_status add_set(const struct pipeline *p, const char *set,
                           const struct cost_request *request, json_t *list, mpcf_error *err)
{
    char *teacher = NULL;
    json_t *cost = NULL, *entry = NULL;
    mpcf_status status = find_teacher(p, &teacher, err);

    if (status == MPCF_OK) {
        status = price(p, teacher, request, &cost, err);
        if (status == MPCF_OK) {
            entry = json_pack("{s:s, s:o}", "approximations", set, "cost", cost);
        } else if (is_of_the_set(status)) {
            entry = json_pack("{s:s, s:s}", "approximations", set, "failed", mpcf_error_text(err));
            mpcf_error_reset(err);
            status = MPCF_OK;
        }
    }
    if (status == MPCF_OK && (entry == NULL || json_array_append_new(list, entry) != 0)) {
        status = mpcf_fail_memory(err, 0, "costs");
    }
    mpcf_free(teacher);
    return status;
}

static mpcf_status open_set(const struct pipeline_request *source, const char *set,
                            struct pipeline **out, mpcf_error *err)
{
    const char **sets = mpcf_alloc_array(source->set_count + 1, sizeof *sets);
    char *setting = setting_of(set);
    struct pipeline_request request = *source;
    mpcf_status status =
        sets != NULL && setting != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "settings");

    if (status == MPCF_OK) {
        for (size_t i = 0; i < source->set_count; i++) {
            sets[i] = source->sets[i];
        }
        sets[source->set_count] = setting;
        request.sets = sets;
        request.set_count = source->set_count + 1;
        status = pipeline_open(&request, out, err);
    }
    mpcf_free(setting);
    mpcf_free(sets);
    return status;
}

mpcf_status cost_sets(const struct pipeline_request *source, const char *const *sets, size_t count,
                      const struct cost_request *request, json_t **out, mpcf_error *err)
{
    json_t *list = json_array();
    mpcf_status status = list != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "costs");

    for (size_t i = 0; status == MPCF_OK && i < count; i++) {
        struct pipeline *p = NULL;

        status = open_set(source, sets[i], &p, err);
        if (status == MPCF_OK) {
            status = add_set(p, sets[i], request, list, err);
        }
        pipeline_close(p);
    }
    if (status != MPCF_OK) {
        json_decref(list);
        return status;
    }
    *out = json_pack("{s:s, s:o}", "ranges", "teacher", "sets", list);
    return *out != NULL ? MPCF_OK : mpcf_fail_memory(err, 0, "costs");
}
