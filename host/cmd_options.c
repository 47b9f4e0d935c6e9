/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options: every key of a pipeline file and of the components that are found, as Markdown.
 * docs/pipeline-file.md holds it; scripts/check-options compares.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host.h"
#include "pipeline/schema.h"
#include "plugin/option_set.h"
#include "plugin/plugins.h"
#include "standard_output.h"

#define COMPONENT_LIMIT 256

struct entry {
    enum component_kind kind;
    const void *descriptor;
};

static int by_name(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    return strcmp(component_name(x->kind, x->descriptor), component_name(y->kind, y->descriptor));
}

static void print_component(const struct entry *e, struct text_buffer *out)
{
    size_t option_size = 0, config_size = 0;
    const mpcf_option *options =
        component_options(e->kind, e->descriptor, &option_size, &config_size);
    const bool has_options = options != NULL && options->key != NULL;

    text_printf(out, "### %s %s\n\n%s%s.\n\n", component_kind_name(e->kind),
                component_name(e->kind, e->descriptor), component_summary(e->kind, e->descriptor),
                has_options ? "" : "; no options");
    if (has_options) {
        text_append(out, "```\n");
        option_table_print(options, option_size, out);
        text_append(out, "```\n\n");
    }
}

/* Kind by kind, each sorted by name: the same whatever order files have. */
static void print_components(const struct plugins *p, struct text_buffer *out)
{
    text_append(out, "## Options of components\n\n");
    for (size_t kind = 0; kind < COMPONENT_KINDS; kind++) {
        struct entry entries[COMPONENT_LIMIT];
        const enum component_kind k = (enum component_kind) kind;
        const void *d;
        size_t count = 0;

        for (size_t i = 0; count < COMPONENT_LIMIT && (d = plugins_component(p, k, i)) != NULL;
             i++) {
            entries[count++] = (struct entry){k, d};
        }
        /* cppcheck-suppress uninitvar ; COUNT of them are set */
        qsort(entries, count, sizeof *entries, by_name);
        for (size_t i = 0; i < count; i++) {
            print_component(&entries[i], out);
        }
    }
}

int cmd_options(const struct args *args)
{
    mpcf_error *err = mpcf_error_create();
    struct text_buffer text = {0};
    struct plugins *p = NULL;
    int result = EXIT_DONE;

    if (plugins_create(args_value(args, "--plugin-dir"), &p, err) == MPCF_OK) {
        plugins_load_all(p);
        schema_print(&text);
        print_components(p, &text);
        (void) fputs(text.failed ? "" : text_string(&text), standard_output());
        result = text.failed ? EXIT_FAILED : EXIT_DONE;
    } else {
        result = host_failed(err);
    }
    text_clear(&text);
    plugins_destroy(p);
    mpcf_error_destroy(err);
    return result;
}
