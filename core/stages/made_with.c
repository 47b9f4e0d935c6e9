/* SPDX-License-Identifier: Apache-2.0 */
/* What a network was made with, in words: stand-ins, plug-ins, the stage's own settings. */
#include "stages/made_with.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "pipeline/print_settings.h"
#include "pipeline/stage_name.h"

typedef void print_part(const struct pipeline *p, enum pipeline_stage stage,
                        struct text_buffer *out);

static void print_approximations(const struct pipeline *p, enum pipeline_stage stage,
                                 struct text_buffer *out)
{
    if (stage != STAGE_FINETUNE) {
        pipeline_print_approximations(p, out);
    }
}

static void print_plugin(const struct pipeline *p, const char *name, const void *descriptor,
                         bool own, struct text_buffer *out)
{
    const struct plugin_facts *facts = plugins_facts_of(p->plugins, descriptor);

    if (facts != NULL && facts->is_own == own) {
        text_printf(out, "%s of %s %s (%.16s...)\n", name, facts->name,
                    facts->version != NULL ? facts->version : "", facts->digest);
    }
}

static void print_plugins_of(const struct pipeline *p, enum pipeline_stage stage, bool own,
                             struct text_buffer *out)
{
    print_plugin(p, p->model.name, p->model.descriptor, own, out);
    for (size_t i = 0; stage != STAGE_FINETUNE && i < p->filling_count; i++) {
        print_plugin(p, p->fillings[i].approx->name, p->fillings[i].approx, own, out);
    }
}

static void print_plugins(const struct pipeline *p, enum pipeline_stage stage,
                          struct text_buffer *out)
{
    print_plugins_of(p, stage, false, out);
}

/* Another version of mpcf has others, and its networks are good: of them only what convert measured is asked. */
static void print_own_plugins(const struct pipeline *p, enum pipeline_stage stage,
                              struct text_buffer *out)
{
    if (stage == STAGE_CONVERT) {
        print_plugins_of(p, stage, true, out);
    }
}

/* The parts, how a message calls them, and what stands there where there is none. */
static const struct {
    const char *key, *by, *none;
    print_part *print;
    bool for_distill; /* alone */
} parts[] = {
    {"approximations", "", "exact functions", print_approximations, false},
    {"plugins", "the plug-in ", "none", print_plugins, false},
    {"own_plugins", "the plug-in ", "none", print_own_plugins, true},
    {"settings", "", "none", pipeline_print_own, false},
};
enum { PARTS = sizeof parts / sizeof parts[0] };

/* The lines of PART as one, "; " between them; mpcf_free(). NULL: memory. */
static char *part_text(const struct pipeline *p, enum pipeline_stage stage, size_t part)
{
    struct text_buffer lines = {0}, out = {0};
    const char *at, *end;
    char *text = NULL;

    parts[part].print(p, stage, &lines);
    at = text_string(&lines);
    for (; !lines.failed && (end = strchr(at, '\n')) != NULL; at = end + 1) {
        size_t length = (size_t) (end - at);

        while (length > 0 && at[length - 1] == ' ') {
            length--;
        }
        text_append(&out, out.length > 0 ? "; " : "");
        text_append_bytes(&out, at, length);
    }
    if (!lines.failed && !out.failed) {
        text = mpcf_strdup(text_string(&out));
    }
    text_clear(&lines);
    text_clear(&out);
    return text;
}

json_t *made_with(const struct pipeline *p, enum pipeline_stage stage)
{
    json_t *made = json_object();

    for (size_t i = 0; made != NULL && i < PARTS; i++) {
        char *text = part_text(p, stage, i);

        if (text == NULL || json_object_set_new(made, parts[i].key, json_string(text)) != 0) {
            json_decref(made);
            made = NULL;
        }
        mpcf_free(text);
    }
    return made;
}

bool made_with_is_same(const json_t *made, const struct pipeline *p, enum pipeline_stage stage)
{
    json_t *now = made_with(p, stage);
    const bool same = now != NULL && json_equal(made, now) != 0;

    json_decref(now);
    return same;
}

/* PART was HAD, and the file asks for WANTED. */
static mpcf_status fail_stale(const struct pipeline *p, enum pipeline_stage stage,
                              enum pipeline_stage asked, size_t part, const char *had,
                              const char *wanted, mpcf_error *err)
{
    const char *name = pipeline_stage_name(stage);

    return mpcf_fail(err, MPCF_E_CONFIG,
                     "%s: %s alone would go on from the %s in '%s', which %s made with %s%s; the "
                     "file, with each --set, asks for %s%s: `mpcf-host run %s` with the same --set "
                     "and without --stage makes it anew, or `--stage %s` first",
                     p->file, pipeline_stage_name(asked),
                     stage == STAGE_FINETUNE ? "teacher" : "student", p->output, name,
                     parts[part].by, *had != '\0' ? had : parts[part].none, parts[part].by,
                     *wanted != '\0' ? wanted : parts[part].none, p->file, name);
}

mpcf_status made_with_check(const json_t *made, const struct pipeline *p, enum pipeline_stage stage,
                            enum pipeline_stage asked, mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    for (size_t i = 0; status == MPCF_OK && i < PARTS; i++) {
        const char *had = json_string_value(json_object_get(made, parts[i].key));
        char *wanted = part_text(p, stage, i);
        const bool counts = !parts[i].for_distill || asked == STAGE_DISTILL;

        if (wanted == NULL) {
            status = mpcf_fail_memory(err, 0, "a stage's settings");
        } else if (counts && had != NULL && strcmp(had, wanted) != 0) {
            status = fail_stale(p, stage, asked, i, had, wanted, err);
        }
        mpcf_free(wanted);
    }
    return status;
}
