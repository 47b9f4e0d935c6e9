/* SPDX-License-Identifier: Apache-2.0 */
/* Where figures are kept, and what makes one another machine's. */
#include "inference/machine_figure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/build_id.h"
#include "base/cpu.h"
#include "base/digest.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/workers.h"
#include "format/json.h"

/* --- What it is of --- */

static json_t *identity(size_t threads)
{
    char build[BUILD_ID_SIZE];

    build_id(build);
    return json_pack("{s:i, s:s, s:s, s:I, s:s}", "version", 1, "cpu", cpu_name(), "kernels",
                     cpu_level_name(cpu_level()), "threads", (json_int_t) threads, "build", build);
}

static char *cache_folder(void)
{
    const char *cache = getenv("XDG_CACHE_HOME"); /* NOLINT(concurrency-mt-unsafe) */
    const char *home = getenv("HOME");            /* NOLINT(concurrency-mt-unsafe) */

    if (cache != NULL && cache[0] == '/') {
        return mpcf_format("%s/mpcf", cache);
    }
    return home != NULL && home[0] == '/' ? mpcf_format("%s/.cache/mpcf", home) : NULL;
}

/* A name for each identity; NULL: no folder. */
static char *cache_file(const json_t *facts)
{
    char text[FILE_DIGEST_SIZE], *folder = cache_folder(), *path = NULL;
    char *whole = json_text(facts, JSON_COMPACT);
    struct digest *digest = digest_begin();

    if (digest != NULL) {
        digest_add(digest, whole != NULL ? whole : "", whole != NULL ? strlen(whole) : 0);
        digest_end(digest, text);
    }
    if (digest != NULL && whole != NULL && folder != NULL) {
        path = mpcf_format("%s/computing-%.16s.json", folder, text);
    }
    free(whole);
    mpcf_free(folder);
    return path;
}

/* --- As JSON --- */

static void key_of(size_t kind, size_t sort, char text[64])
{
    (void) snprintf(text, 64, "%s.%zu", step_name((enum step_kind) kind), sort);
}

static json_t *rates_json(const struct computing_rates *rates)
{
    json_t *all = json_object();

    for (size_t kind = 0; kind < STEP_COUNT; kind++) {
        for (size_t sort = 0; sort < WORK_SORTS; sort++) {
            const struct work_rate *r = &rates->of[kind][sort];
            char key[64];

            key_of(kind, sort, key);
            if (r->is_measured) {
                (void) json_object_set_new(
                    all, key,
                    json_pack("[f, f, f, f]", r->online[0], r->online[1], r->before, r->dealer));
            }
        }
    }
    return all;
}

static bool read_rate(const json_t *list, struct work_rate *r)
{
    double *const to[] = {&r->online[0], &r->online[1], &r->before, &r->dealer};

    for (size_t i = 0; i < 4; i++) {
        *to[i] = json_number_value(json_array_get(list, i));
        if (!json_is_number(json_array_get(list, i)) || !(*to[i] >= 0 && *to[i] < 1)) {
            return false;
        }
    }
    r->is_measured = true;
    return true;
}

static bool read_rates(const json_t *all, struct computing_rates *rates)
{
    size_t found = 0;

    for (size_t kind = 0; kind < STEP_COUNT; kind++) {
        for (size_t sort = 0; sort < WORK_SORTS; sort++) {
            char key[64];
            const json_t *list;

            key_of(kind, sort, key);
            list = json_object_get(all, key);
            if (list != NULL && !read_rate(list, &rates->of[kind][sort])) {
                return false;
            }
            found += list != NULL;
        }
    }
    return found > 0;
}

/* --- Kept --- */

static bool is_time(const struct message_times *m)
{
    return m->exchange_seconds > 0 && m->exchange_seconds < 1 && m->byte_seconds >= 0 &&
           m->byte_seconds < 1e-3;
}

/* What the file says of itself is what this machine is, and all numbers are there. */
static bool read_kept(const char *path, json_t *facts, struct machine_figure *f)
{
    json_t *kept = NULL;
    const char *key;
    json_t *value;
    bool is_good = path != NULL && json_read_file(path, &kept, NULL) == MPCF_OK;

    json_object_foreach(facts, key, value)
    {
        is_good = is_good && json_equal(json_object_get(kept, key), value);
    }
    f->of.speedup = json_number_value(json_object_get(kept, "speedup"));
    f->of.messages.exchange_seconds = json_number_value(json_object_get(kept, "exchange_seconds"));
    f->of.messages.byte_seconds = json_number_value(json_object_get(kept, "byte_seconds"));
    is_good = is_good && f->of.speedup > 0 && f->of.speedup <= 1024 && is_time(&f->of.messages) &&
              json_is_string(json_object_get(kept, "measured")) &&
              read_rates(json_object_get(kept, "rates"), &f->of.rates);
    if (is_good) {
        f->facts = json_deep_copy(kept);
        (void) json_object_set_new(f->facts, "file", json_string(path));
        (void) json_object_del(f->facts, "rates");
        is_good = f->facts != NULL;
    }
    json_decref(kept);
    return is_good;
}

/* Why it is not kept is a fact, no failure. */
static void keep(const char *path, json_t *facts)
{
    mpcf_error *err = mpcf_error_create();
    char *folder = path != NULL ? file_folder_of(path) : NULL;
    const bool is_kept = folder != NULL && file_make_folder(folder, err) == MPCF_OK &&
                         json_write_file(path, facts, err) == MPCF_OK;
    const char *why =
        folder == NULL ? "neither XDG_CACHE_HOME nor HOME names a folder" : mpcf_error_text(err);

    (void) json_object_set_new(facts, is_kept ? "file" : "not_kept",
                               json_string(is_kept ? path : why));
    mpcf_free(folder);
    mpcf_error_destroy(err);
}

static void date(char text[32])
{
    const time_t now = time(NULL);
    struct tm parts;

    if (gmtime_r(&now, &parts) == NULL || strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) {
        (void) snprintf(text, 32, "unknown");
    }
}

static mpcf_status measure(struct plugins *plugins, const char *path, json_t *facts,
                           struct machine_figure *f, mpcf_error *err)
{
    char text[32];

    log_line(LOG_INFO, "cost: measuring what computing takes this machine, some seconds, once");
    MPCF_TRY(measure_figure(plugins, f->threads, &f->of, err));
    date(text);
    f->facts = json_deep_copy(facts);
    (void) json_object_set_new(f->facts, "measured", json_string(text));
    (void) json_object_set_new(f->facts, "speedup", json_real(f->of.speedup));
    (void) json_object_set_new(f->facts, "exchange_seconds",
                               json_real(f->of.messages.exchange_seconds));
    (void) json_object_set_new(f->facts, "byte_seconds", json_real(f->of.messages.byte_seconds));
    (void) json_object_set_new(f->facts, "rates", rates_json(&f->of.rates));
    if (f->facts == NULL) {
        return mpcf_fail_memory(err, 0, "a figure");
    }
    keep(path, f->facts);
    (void) json_object_del(f->facts, "rates");
    return MPCF_OK;
}

mpcf_status machine_figure_get(struct plugins *plugins, bool anew, struct machine_figure *out,
                               mpcf_error *err)
{
    struct machine_figure f = {.threads = workers_count()};
    json_t *facts = identity(f.threads);
    char *path = cache_file(facts);
    mpcf_status status = MPCF_OK;

    if (facts == NULL) {
        status = mpcf_fail_memory(err, 0, "a figure");
    } else if (anew || !read_kept(path, facts, &f)) {
        f = (struct machine_figure){.threads = f.threads};
        status = measure(plugins, path, facts, &f, err);
    }
    json_decref(facts);
    mpcf_free(path);
    if (status != MPCF_OK) {
        machine_figure_clear(&f);
        return mpcf_fail_while(err, status, "measuring this machine's computing");
    }
    *out = f;
    return MPCF_OK;
}

void machine_figure_clear(struct machine_figure *f)
{
    json_decref(f->facts);
    *f = (struct machine_figure){0};
}

double machine_figure_seconds(const struct machine_figure *f, double seconds)
{
    return seconds / f->of.speedup;
}
