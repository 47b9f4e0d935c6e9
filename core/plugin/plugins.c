/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which plug-ins are loaded and what they offer: found by path or name, started once, and
 * remembered with the reason where that failed.
 */
#include "plugin/plugins.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"
#include "plugin/loader_check.h"
#include "plugin/loader_ltdl.h"
#include "plugin/loader_trust.h"
#include "plugin/loader_whole.h"
#include "plugin/plugin_folders.h"
#include "plugin/registry.h"
#include "plugin/unknown_name.h"

struct loaded {
    struct plugin_facts facts;
    char *name, *path, *failure; /* what FACTS points to, where it is ours */
    const mpcf_plugin_info *info;
};

struct plugins {
    struct folder_list folders;
    struct loaded **items; /* in the order loaded, failures among them */
    size_t count, capacity;
    struct component_list components;
    bool loader_begun;
};

mpcf_status plugins_create(const char *folder, struct plugins **out, mpcf_error *err)
{
    struct plugins *p = mpcf_alloc_array(1, sizeof *p);
    mpcf_status status;

    if (p == NULL) {
        return mpcf_fail_memory(err, sizeof *p, "plug-ins");
    }
    status = loader_begin(err);
    p->loader_begun = status == MPCF_OK;
    if (status == MPCF_OK) {
        status = folder_list_fill(&p->folders, folder, err);
    }
    if (status != MPCF_OK) {
        plugins_destroy(p);
        return status;
    }
    *out = p;
    return MPCF_OK;
}

static void loaded_destroy(struct loaded *item)
{
    mpcf_free(item->name);
    mpcf_free(item->path);
    mpcf_free(item->failure);
    mpcf_free(item);
}

void plugins_destroy(struct plugins *p)
{
    if (p == NULL) {
        return;
    }
    for (size_t i = p->count; i-- > 0;) {
        if (p->items[i]->info != NULL && p->items[i]->info->stop != NULL) {
            p->items[i]->info->stop();
        }
    }
    component_list_clear(&p->components);
    for (size_t i = 0; i < p->count; i++) {
        loaded_destroy(p->items[i]);
    }
    mpcf_free(p->items);
    folder_list_clear(&p->folders);
    if (p->loader_begun) {
        loader_end();
    }
    mpcf_free(p);
}

/* --- One plug-in --- */

static mpcf_status refuse_second(const struct plugins *p, const char *path, const char *name,
                                 mpcf_error *err)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->items[i]->info != NULL && strcmp(p->items[i]->facts.name, name) == 0) {
            return mpcf_fail(err, MPCF_E_CONFIG,
                             "plug-in '%s' is loaded from '%s', and again "
                             "from '%s'",
                             name, p->items[i]->path, path);
        }
    }
    return MPCF_OK;
}

static mpcf_status start(struct plugins *p, const mpcf_plugin_info *info, mpcf_error *err)
{
    mpcf_registry registry = {.plugin = info->name, .others = &p->components};
    mpcf_status status = info->start(&registry, err);

    if (status == MPCF_OK && registry.failed != MPCF_OK) {
        status = registry.failed;
    }
    if (status == MPCF_OK && registry.pending.count == 0) {
        status = mpcf_fail(err, MPCF_E_INVALID, "its start() registers nothing");
    }
    if (status == MPCF_OK) {
        status = component_list_move(&p->components, &registry.pending, err);
    }
    component_list_clear(&registry.pending);
    return status;
}

static mpcf_status open_and_start(struct plugins *p, struct loaded *item, mpcf_error *err)
{
    const mpcf_plugin_info *info = NULL;

    MPCF_TRY(loader_check_trust(item->path, err));
    MPCF_TRY(file_digest(item->path, item->facts.digest, err));
    MPCF_TRY(loader_check_whole(item->path, err));
    MPCF_TRY(loader_open(item->path, &info, err));
    MPCF_TRY(loader_check_info(item->path, info, err));
    MPCF_TRY(refuse_second(p, item->path, info->name, err));
    MPCF_TRY(start(p, info, err));
    item->info = info;
    item->facts.name = info->name;
    item->facts.version = info->version;
    item->facts.license = info->license;
    item->facts.summary = info->summary;
    item->facts.abi_minor = info->abi_minor;
    item->facts.is_own = folder_list_is_own(&p->folders, item->path);
    return MPCF_OK;
}

/* "quad" of "/x/mpcf-quad.so"; the file's name where it has another form. */
static char *name_from_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *file = slash == NULL ? path : slash + 1;

    if (text_starts_with(file, "mpcf-") && text_ends_with(file, ".so") && strlen(file) > 8) {
        return mpcf_format("%.*s", (int) (strlen(file) - 8), file + 5);
    }
    return mpcf_strdup(file);
}

static struct loaded *add_item(struct plugins *p, const char *path)
{
    struct loaded *item;

    if (p->count == p->capacity) {
        const size_t capacity = p->capacity == 0 ? 16 : 2 * p->capacity;
        struct loaded **items =
            mpcf_grow_array(p->items, p->capacity, capacity, sizeof(struct loaded *));

        if (items == NULL) {
            return NULL;
        }
        p->items = items;
        p->capacity = capacity;
    }
    item = mpcf_alloc_array(1, sizeof *item);
    if (item == NULL) {
        return NULL;
    }
    item->path = mpcf_strdup(path);
    item->name = name_from_path(path);
    if (item->path == NULL || item->name == NULL) {
        loaded_destroy(item);
        return NULL;
    }
    item->facts = (struct plugin_facts){
        .name = item->name, .version = "", .license = "", .summary = "", .path = item->path};
    p->items[p->count++] = item;
    return item;
}

static void keep_failure(struct loaded *item, mpcf_status status, const mpcf_error *err)
{
    const char *text = mpcf_error_text(err);

    item->failure = mpcf_strdup(*text == '\0' ? mpcf_status_text(status) : text);
    item->facts.failure = item->failure == NULL ? "out of memory" : item->failure;
}

/* A shortage of memory is no fault of the plug-in: it is forgotten, and may be tried again. SHOWN: PATH as it was
 * written. */
static mpcf_status load_new(struct plugins *p, const char *path, const char *shown, mpcf_error *own,
                            mpcf_error *err)
{
    struct loaded *item = add_item(p, path);
    mpcf_status status;

    if (item == NULL) {
        return mpcf_fail_memory(err, sizeof *item, "a plug-in");
    }
    status = open_and_start(p, item, own);
    if (status == MPCF_E_NOMEM) {
        loaded_destroy(p->items[--p->count]);
        return mpcf_fail(err, status, "plug-in '%s': %s", shown, mpcf_error_text(own));
    }
    if (status != MPCF_OK) {
        keep_failure(item, status, own);
        return mpcf_fail(err, status, "plug-in '%s': %s", shown, item->facts.failure);
    }
    return MPCF_OK;
}

static mpcf_status load_path(struct plugins *p, const char *path, const char *shown,
                             mpcf_error *err)
{
    mpcf_error *own;
    mpcf_status status;

    for (size_t i = 0; i < p->count; i++) {
        const char *failure = p->items[i]->facts.failure;

        if (strcmp(p->items[i]->path, path) == 0) {
            return failure == NULL ? MPCF_OK
                                   : mpcf_fail(err, MPCF_E_ABI, "plug-in '%s': %s", shown, failure);
        }
    }
    own = mpcf_error_create();
    if (own == NULL) {
        return mpcf_fail_memory(err, 0, "an error");
    }
    status = load_new(p, path, shown, own, err);
    mpcf_error_destroy(own);
    return status;
}

/* "mpcf-quad.so", which is not in this folder, may be meant as the plug-in quad. */
static mpcf_status no_file(const struct plugins *p, const char *path, int cause, mpcf_error *err)
{
    char *name = strchr(path, '/') == NULL ? name_from_path(path) : NULL, *known = NULL;
    mpcf_status status = cause == ENOMEM ? MPCF_E_NOMEM : MPCF_E_CONFIG;

    if (name != NULL && folder_list_find(&p->folders, name, &known, NULL) == MPCF_OK &&
        known != NULL) {
        status = mpcf_fail(err, status, "plug-in '%s': %s; '%s' is '%s'", path, strerror(cause),
                           name, known);
    } else {
        status = mpcf_fail(err, status, "plug-in '%s': %s", path, strerror(cause));
    }
    mpcf_free(known);
    mpcf_free(name);
    return status;
}

static mpcf_status resolve_and_load(struct plugins *p, const char *path, mpcf_error *err)
{
    char *resolved = realpath(path, NULL);
    mpcf_status status;

    if (resolved == NULL) {
        return no_file(p, path, errno, err);
    }
    status = load_path(p, resolved, path, err);
    free(resolved);
    return status;
}

/* --- By name --- */

bool plugin_is_path(const char *path_or_name)
{
    return strchr(path_or_name, '/') != NULL || text_ends_with(path_or_name, ".so");
}

mpcf_status plugins_load(struct plugins *p, const char *path_or_name, mpcf_error *err)
{
    char *path;
    mpcf_status status;

    if (plugin_is_path(path_or_name)) {
        return resolve_and_load(p, path_or_name, err);
    }
    MPCF_TRY(folder_list_find(&p->folders, path_or_name, &path, err));
    if (path == NULL) {
        return unknown_plugin(&p->folders, path_or_name, err);
    }
    status = resolve_and_load(p, path, err);
    mpcf_free(path);
    return status;
}

mpcf_status plugins_find(struct plugins *p, enum component_kind kind, const char *name,
                         const void **descriptor, mpcf_error *err)
{
    const struct component *found = component_list_find(&p->components, kind, name);
    char *path = NULL;

    if (found == NULL && !plugin_is_path(name)) {
        MPCF_TRY(folder_list_find(&p->folders, name, &path, err));
    }
    if (path != NULL) {
        const mpcf_status status = resolve_and_load(p, path, err);

        mpcf_free(path);
        if (status != MPCF_OK) {
            return status;
        }
        found = component_list_find(&p->components, kind, name);
        if (found == NULL) {
            return mpcf_fail(err, MPCF_E_CONFIG, "plug-in '%s' has no %s '%s'", name,
                             component_kind_name(kind), name);
        }
    }
    if (found == NULL) {
        return unknown_component(&p->folders, &p->components, kind, name, err);
    }
    *descriptor = &found->as;
    return MPCF_OK;
}

void plugins_load_all(struct plugins *p)
{
    struct name_list files = {0};

    folder_list_names(&p->folders, &files);
    for (size_t i = 0; i < files.count; i++) {
        (void) plugins_load(p, files.items[i], NULL); /* the reason is kept with its facts */
    }
    name_list_clear(&files);
}

/* --- What is there --- */

size_t plugins_count(const struct plugins *p)
{
    return p->count;
}

const struct plugin_facts *plugins_facts(const struct plugins *p, size_t i)
{
    return i < p->count ? &p->items[i]->facts : NULL;
}

const void *plugins_component(const struct plugins *p, enum component_kind kind, size_t i)
{
    for (size_t j = 0; j < p->components.count; j++) {
        if (p->components.items[j]->kind == kind && i-- == 0) {
            return &p->components.items[j]->as;
        }
    }
    return NULL;
}

const char *plugins_owner(const struct plugins *p, const void *descriptor)
{
    for (size_t i = 0; i < p->components.count; i++) {
        if ((const void *) &p->components.items[i]->as == descriptor) {
            return p->components.items[i]->plugin;
        }
    }
    return NULL;
}

const struct plugin_facts *plugins_facts_of(const struct plugins *p, const void *descriptor)
{
    const char *owner = plugins_owner(p, descriptor);

    for (size_t i = 0; owner != NULL && i < p->count; i++) {
        const struct plugin_facts *facts = &p->items[i]->facts;

        if (facts->failure == NULL && strcmp(facts->name, owner) == 0) {
            return facts;
        }
    }
    return NULL;
}
