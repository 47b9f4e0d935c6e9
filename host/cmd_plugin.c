/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin list, plugin show.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "graph/slot_name.h"
#include "host.h"
#include "plugin/option_set.h"
#include "plugin/plugins.h"
#include "standard_output.h"

static void list_components(const struct plugins *p)
{
    (void) fprintf(standard_output(), "%-14s %-16s %-16s %s\n", "kind", "name", "plug-in",
                   "summary");
    for (size_t kind = 0; kind < COMPONENT_KINDS; kind++) {
        const enum component_kind k = (enum component_kind) kind;
        const void *c;

        for (size_t i = 0; (c = plugins_component(p, k, i)) != NULL; i++) {
            (void) fprintf(standard_output(), "%-14s %-16s %-16s %s\n", component_kind_name(k),
                           component_name(k, c), plugins_owner(p, c), component_summary(k, c));
        }
    }
}

static void list_failures(const struct plugins *p)
{
    bool first = true;

    for (size_t i = 0; i < plugins_count(p); i++) {
        const struct plugin_facts *facts = plugins_facts(p, i);

        if (facts->failure != NULL) {
            (void) fprintf(standard_output(), "%s%s: %s\n", first ? "\nnot loaded:\n" : "",
                           facts->path, facts->failure);
            first = false;
        }
    }
}

int cmd_plugin_list(const struct args *args)
{
    mpcf_error *err = mpcf_error_create();
    struct plugins *p = NULL;
    int result = EXIT_DONE;

    if (plugins_create(args_value(args, "--plugin-dir"), &p, err) == MPCF_OK) {
        plugins_load_all(p);
        list_components(p);
        list_failures(p);
    } else {
        result = host_failed(err);
    }
    plugins_destroy(p);
    mpcf_error_destroy(err);
    return result;
}

/* --- show --- */

static void show_component(enum component_kind kind, const void *descriptor)
{
    struct text_buffer text = {0};
    size_t option_size = 0, config_size = 0;
    const mpcf_option *options = component_options(kind, descriptor, &option_size, &config_size);

    text_printf(&text, "\n%s %s: %s\n", component_kind_name(kind), component_name(kind, descriptor),
                component_summary(kind, descriptor));
    if (kind == COMPONENT_APPROX) {
        const mpcf_approx *a = descriptor;

        text_printf(&text, "  slot %s, checked on [%g, %g], %s\n", slot_name(a->slot), a->input_low,
                    a->input_high,
                    a->forward != NULL ? "with fused float kernels" : "float from the graph");
        if (a->formula != NULL) {
            text_printf(&text, "  formula: %s\n", a->formula);
        }
        if (a->source != NULL) {
            text_printf(&text, "  source: %s\n", a->source);
        }
    }
    if (kind == COMPONENT_TRANSPORT) {
        const mpcf_transport *t = descriptor;

        text_printf(&text, "  %s, %s, %s, %s\n",
                    (t->caps & MPCF_TRANSPORT_MESSAGES) != 0 ? "messages" : "bytes",
                    (t->caps & MPCF_TRANSPORT_AUTHENTICATED) != 0 ? "authenticated"
                                                                  : "not authenticated",
                    (t->caps & MPCF_TRANSPORT_ENCRYPTED) != 0 ? "encrypted" : "not encrypted",
                    (t->caps & MPCF_TRANSPORT_LOCAL) != 0 ? "one machine" : "between machines");
    }
    text_append(&text, options == NULL || options->key == NULL ? "  no options\n" : "  options:\n");
    option_table_print(options, option_size, &text);
    (void) fputs(text_string(&text), standard_output());
    text_clear(&text);
}

static void show_plugin(const struct plugins *p, const char *name)
{
    for (size_t i = 0; i < plugins_count(p); i++) {
        const struct plugin_facts *f = plugins_facts(p, i);

        if (f->failure == NULL && strcmp(f->name, name) == 0) {
            (void) fprintf(standard_output(), "plug-in %s %s (%s): %s\n  %s\n  SHA-256 %s\n",
                           f->name, f->version, f->license, f->summary, f->path, f->digest);
        }
    }
}

/* COMPONENT: only the one of that name, or NULL. */
static void show_components(const struct plugins *p, const char *plugin, const char *component)
{
    for (size_t kind = 0; kind < COMPONENT_KINDS; kind++) {
        const enum component_kind k = (enum component_kind) kind;
        const void *c;

        for (size_t i = 0; (c = plugins_component(p, k, i)) != NULL; i++) {
            if (strcmp(plugins_owner(p, c), plugin) == 0 &&
                (component == NULL || strcmp(component_name(k, c), component) == 0)) {
                show_component(k, c);
            }
        }
    }
}

static int show_loaded(struct plugins *p, const char *name, mpcf_error *err)
{
    if (plugins_load(p, name, err) == MPCF_OK) {
        /* By path, or by a component's name, the plug-in's own name is another. */
        const char *own = plugins_facts(p, 0)->name;
        const bool by_component = !plugin_is_path(name) && strcmp(name, own) != 0;

        show_plugin(p, own);
        show_components(p, own, by_component ? name : NULL);
        return EXIT_DONE;
    }
    return host_failed(err);
}

int cmd_plugin_show(const struct args *args)
{
    mpcf_error *err = mpcf_error_create();
    struct plugins *p = NULL;
    int result;

    result = plugins_create(args_value(args, "--plugin-dir"), &p, err) == MPCF_OK
                 ? show_loaded(p, args->operands[0], err)
                 : host_failed(err);
    plugins_destroy(p);
    mpcf_error_destroy(err);
    return result;
}
