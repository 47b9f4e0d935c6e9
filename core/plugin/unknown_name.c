/* SPDX-License-Identifier: Apache-2.0 */
/* What to say of a name that nothing has, from the names of files and from what stands in them. */
#include "plugin/unknown_name.h"

#include "base/memory.h"
#include "plugin/plugin_words.h"

enum { WORDS_MAX = 512 };

/* What could be meant. */
struct guess {
    const char *name;
    const char *words[WORDS_MAX];
    size_t count;
    const char *holder; /* a plug-in of another name whose file has the word in it, or NULL */
};

static void add_word(struct guess *g, const char *word)
{
    if (g->count < WORDS_MAX) {
        g->words[g->count++] = word;
    }
}

/* KIND: only what offers components of it, or NULL. */
static void look_into(const struct folder_list *folders, const char *plugin,
                      const enum component_kind *kind, struct guess *g)
{
    char *path = NULL;

    if (folder_list_find(folders, plugin, &path, NULL) == MPCF_OK && path != NULL &&
        (kind == NULL || plugin_file_offers(path, *kind))) {
        add_word(g, plugin);
        if (g->holder == NULL && plugin_file_says(path, g->name)) {
            g->holder = plugin;
        }
    }
    mpcf_free(path);
}

mpcf_status unknown_plugin(const struct folder_list *folders, const char *name, mpcf_error *err)
{
    struct guess g = {.name = name};
    struct text_buffer hint = {0}, places = {0};
    struct name_list files = {0};
    const char *near;
    mpcf_status status;

    folder_list_print(folders, &places);
    folder_list_names(folders, &files);
    for (size_t i = 0; i < files.count; i++) {
        look_into(folders, files.items[i], NULL, &g);
    }
    near = text_nearest(name, g.words, g.count);
    if (near != NULL) {
        text_printf(&hint, "; did you mean '%s'?", near);
    } else if (g.holder != NULL) {
        text_printf(&hint, "; plug-in '%s' has that word in it", g.holder);
    }
    status = mpcf_fail(err, MPCF_E_CONFIG, "there is no plug-in '%s' (mpcf-%s.so) in %s%s", name,
                       name, places.data == NULL ? "any folder" : places.data, text_string(&hint));
    name_list_clear(&files);
    text_clear(&places);
    text_clear(&hint);
    return status;
}

static mpcf_status fail_component(const struct guess *g, const char *kind, mpcf_error *err)
{
    const char *near = text_nearest(g->name, g->words, g->count);

    if (text_ends_with(g->name, ".so")) {
        return mpcf_fail(
            err, MPCF_E_CONFIG,
            "there is no %s '%s': a plug-in's file stands under `plugins`, and here the "
            "name of what it has",
            kind, g->name);
    }
    if (near != NULL) {
        return mpcf_fail(err, MPCF_E_CONFIG, "there is no %s '%s'; did you mean '%s'?", kind,
                         g->name, near);
    }
    if (g->holder != NULL) {
        return mpcf_fail(err, MPCF_E_CONFIG,
                         "there is no %s '%s', but plug-in '%s' has that word in it: name it under "
                         "`plugins`",
                         kind, g->name, g->holder);
    }
    return mpcf_fail(err, MPCF_E_CONFIG,
                     "there is no %s '%s'; `mpcf-host plugin list` shows those there are", kind,
                     g->name);
}

mpcf_status unknown_component(const struct folder_list *folders,
                              const struct component_list *loaded, enum component_kind kind,
                              const char *name, mpcf_error *err)
{
    struct guess g = {.name = name};
    struct name_list files = {0};
    mpcf_status status;

    for (size_t i = 0; i < loaded->count; i++) {
        if (loaded->items[i]->kind == kind) {
            add_word(&g, component_name(kind, &loaded->items[i]->as));
        }
    }
    folder_list_names(folders, &files);
    for (size_t i = 0; i < files.count; i++) {
        look_into(folders, files.items[i], &kind, &g);
    }
    status = fail_component(&g, component_kind_name(kind), err);
    name_list_clear(&files);
    return status;
}
