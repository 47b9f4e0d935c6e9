/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of a report: values at paths, and lists that grow. */
#include "report/report_tree.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"

/* --- Paths --- */

/* The member of OBJECT that the first word of *PATH names; *PATH goes on behind its dot. */
static json_t *step_into(const json_t *object, const char **path)
{
    size_t length = strcspn(*path, ".");
    json_t *member = json_object_getn(object, *path, length);
    *path += length + ((*path)[length] == '.');
    return member;
}

json_t *report_get(const json_t *root, const char *path)
{
    json_t *found = step_into(root, &path);
    while (found != NULL && *path != '\0') {
        found = step_into(found, &path);
    }
    return found;
}

mpcf_status report_set(json_t *root, const char *path, json_t *value, mpcf_error *err)
{
    json_t *object = root;
    const char *dot;
    while (value != NULL && object != NULL && (dot = strchr(path, '.')) != NULL) {
        size_t length = (size_t) (dot - path);
        json_t *member = json_object_getn(object, path, length);
        if (!json_is_object(member)) {
            member = json_object();
            if (json_object_setn_new(object, path, length, member) != 0) {
                member = NULL;
            }
        }
        object = member;
        path = dot + 1;
    }
    if (value == NULL || object == NULL) {
        json_decref(value);
        return mpcf_fail_memory(err, 0, "the report");
    }
    if (json_object_set_new(object, path, value) != 0) {
        return mpcf_fail_memory(err, 0, "the report");
    }
    return MPCF_OK;
}

void report_drop(json_t *root, const char *path)
{
    const char *dot = strrchr(path, '.');
    char above[128];

    if (dot != NULL && (size_t) (dot - path) < sizeof above) {
        (void) snprintf(above, sizeof above, "%.*s", (int) (dot - path), path);
        (void) json_object_del(report_get(root, above), dot + 1);
    } else if (dot == NULL) {
        (void) json_object_del(root, path);
    }
}

static json_t *real_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

mpcf_status report_set_real(json_t *root, const char *path, double value, mpcf_error *err)
{
    return report_set(root, path, real_or_null(value), err);
}

mpcf_status report_set_count(json_t *root, const char *path, uint64_t value, mpcf_error *err)
{
    return report_set(root, path, json_integer((json_int_t) value), err);
}

mpcf_status report_set_text(json_t *root, const char *path, const char *value, mpcf_error *err)
{
    return report_set(root, path, json_string(value), err);
}

/* --- Lists --- */

/* The list at PATH, made where there is none; NULL: memory. */
static json_t *need_list(json_t *root, const char *path)
{
    json_t *list = report_get(root, path);
    if (!json_is_array(list)) {
        list = json_array();
        if (report_set(root, path, list, NULL) != MPCF_OK) {
            return NULL;
        }
    }
    return list;
}

/* The entry of LIST whose KEY is VALUE, or NULL. */
static json_t *find_entry(const json_t *list, const char *key, const char *value)
{
    size_t i;
    json_t *entry;
    json_array_foreach(list, i, entry)
    {
        const char *text = json_string_value(json_object_get(entry, key));
        if (text != NULL && strcmp(text, value) == 0) {
            return entry;
        }
    }
    return NULL;
}

static json_t *append_entry(json_t *list, json_t *entry)
{
    return entry != NULL && json_array_append_new(list, entry) == 0 ? entry : NULL;
}

mpcf_status report_add_loss(json_t *root, const char *stage, uint64_t step, double epoch,
                            double loss, mpcf_error *err)
{
    json_t *list = need_list(root, "losses");
    json_t *curve = list == NULL ? NULL : find_entry(list, "stage", stage);
    if (list != NULL && curve == NULL) {
        curve = append_entry(
            list, json_pack("{s:s, s:[], s:[], s:[]}", "stage", stage, "step", "epoch", "loss"));
    }
    if (curve == NULL ||
        json_array_append_new(json_object_get(curve, "step"), json_integer((json_int_t) step)) ||
        json_array_append_new(json_object_get(curve, "epoch"), real_or_null(epoch)) ||
        json_array_append_new(json_object_get(curve, "loss"), real_or_null(loss))) {
        return mpcf_fail_memory(err, 0, "the report");
    }
    return MPCF_OK;
}

void report_drop_losses(json_t *root, const char *stage, uint64_t step)
{
    json_t *curve = find_entry(report_get(root, "losses"), "stage", stage);
    json_t *steps = json_object_get(curve, "step");
    for (size_t i = json_array_size(steps); i-- > 0;) {
        if ((uint64_t) json_integer_value(json_array_get(steps, i)) >= step) {
            (void) json_array_remove(steps, i);
            (void) json_array_remove(json_object_get(curve, "epoch"), i);
            (void) json_array_remove(json_object_get(curve, "loss"), i);
        }
    }
}

static int add_count(json_t *entry, const char *key, uint64_t more)
{
    json_int_t old = json_integer_value(json_object_get(entry, key));
    return json_object_set_new(entry, key, json_integer(old + (json_int_t) more));
}

mpcf_status report_add_function(json_t *root, const struct report_function *function,
                                mpcf_error *err)
{
    json_t *list = need_list(root, "secure.functions");
    json_t *entry = list == NULL ? NULL : find_entry(list, "name", function->name);
    if (list != NULL && entry == NULL) {
        entry = append_entry(list, json_pack("{s:s, s:f}", "name", function->name, "seconds", 0.0));
    }
    double seconds = json_real_value(json_object_get(entry, "seconds")) + function->seconds;
    if (entry == NULL || json_object_set_new(entry, "seconds", real_or_null(seconds)) != 0 ||
        add_count(entry, "bytes", function->bytes) != 0 ||
        add_count(entry, "rounds", function->rounds) != 0 ||
        add_count(entry, "offline_bytes", function->offline_bytes) != 0) {
        return mpcf_fail_memory(err, 0, "the report");
    }
    return MPCF_OK;
}

static bool has_plugin(const json_t *list, const char *kind, const char *name)
{
    size_t i;
    json_t *entry;
    json_array_foreach(list, i, entry)
    {
        const char *its_kind = json_string_value(json_object_get(entry, "kind"));
        const char *its_name = json_string_value(json_object_get(entry, "name"));
        if (its_kind != NULL && its_name != NULL && strcmp(its_kind, kind) == 0 &&
            strcmp(its_name, name) == 0) {
            return true;
        }
    }
    return false;
}

mpcf_status report_add_plugin(json_t *root, const char *kind, const char *name, const char *version,
                              const char *path, mpcf_error *err)
{
    char digest[FILE_DIGEST_SIZE] = "";
    json_t *list = need_list(root, "plugins");
    if (has_plugin(list, kind, name)) {
        return MPCF_OK;
    }
    if (path != NULL) {
        MPCF_TRY(file_digest(path, digest, err));
    }
    json_t *entry = json_pack("{s:s, s:s, s:s, s:s?, s:s?}", "kind", kind, "name", name, "version",
                              version, "path", path, "sha256", path == NULL ? NULL : digest);
    if (list == NULL || append_entry(list, entry) == NULL) {
        return mpcf_fail_memory(err, 0, "the report");
    }
    return MPCF_OK;
}
