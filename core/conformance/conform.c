/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TAP lines, and the configuration that a component is checked with.
 */
#include "conformance/conform.h"

#include <stdarg.h>
#include <string.h>

#include "base/memory.h"
#include "plugin/option_set.h"

/* Lines of a diagnosis, each behind "# ". */
static void print_lines(FILE *out, const char *text)
{
    while (*text != '\0') {
        const size_t length = strcspn(text, "\n");

        (void) fprintf(out, "#   %.*s\n", (int) length, text);
        text += length + (text[length] == '\n');
    }
}

bool conform_result(struct conform *c, bool passed, const char *name, const char *format, ...)
{
    char detail[1024] = "";
    va_list args;

    c->done++;
    (void) fprintf(c->out, "%s %zu - %s\n", passed ? "ok" : "not ok", c->done, name);
    if (!passed) {
        c->failed++;
        va_start(args, format);
        (void) vsnprintf(detail, sizeof detail, format, args);
        va_end(args);
        print_lines(c->out, detail);
        print_lines(c->out, mpcf_error_text(c->err));
    }
    mpcf_error_reset(c->err);
    (void) fflush(c->out);
    return passed;
}

void conform_skip(struct conform *c, const char *name, const char *why)
{
    c->done++;
    (void) fprintf(c->out, "ok %zu - %s # SKIP %s\n", c->done, name, why);
}

void conform_note(struct conform *c, const char *format, ...)
{
    va_list args;

    (void) fputs("# ", c->out);
    va_start(args, format);
    (void) vfprintf(c->out, format, args);
    va_end(args);
    (void) fputc('\n', c->out);
}

/* Options that must be given: of a choice the first one; others cannot be made up. */
static bool required_options(const mpcf_option *options, size_t option_size,
                             struct text_buffer *out)
{
    mpcf_option o;
    bool possible = true;

    text_append(out, "{");
    for (size_t i = 0; option_at(options, option_size, i, &o); i++) {
        if (o.default_text == NULL && o.type == MPCF_OPT_CHOICE) {
            text_printf(out, "%s: %s, ", o.key, o.choices[0]);
        } else if (o.default_text == NULL) {
            possible = false;
        }
    }
    text_append(out, "}");
    return possible;
}

static mpcf_status fill_config(struct conform *c, enum component_kind kind, const void *descriptor,
                               void *config, struct option_memory **owned,
                               struct yaml_problems *problems)
{
    size_t option_size = 0, config_size = 0;
    const mpcf_option *options = component_options(kind, descriptor, &option_size, &config_size);
    struct text_buffer text = {0};
    struct yaml_tree *tree = NULL;
    mpcf_status status;

    (void) required_options(options, option_size, &text);
    status = yaml_parse_text(text.data, text.length, "check", &tree, c->err);
    if (status == MPCF_OK) {
        status =
            option_fill(options, option_size, config_size, yaml_root(tree),
                        component_name(kind, descriptor), "/", config, owned, problems, c->err);
    }
    yaml_tree_destroy(tree);
    text_clear(&text);
    return status;
}

bool conform_defaults(struct conform *c, enum component_kind kind, const void *descriptor,
                      void **config, struct option_memory **owned)
{
    static const char name[] = "its options have defaults that pass their own table";
    size_t option_size = 0, config_size = 0;
    const mpcf_option *options = component_options(kind, descriptor, &option_size, &config_size);
    struct text_buffer text = {0};
    struct yaml_problems *problems = yaml_problems_create();
    bool filled = required_options(options, option_size, &text);

    text_clear(&text);
    *owned = NULL;
    *config = mpcf_alloc_array(1, config_size == 0 ? 1 : config_size);
    if (!filled) {
        conform_skip(c, name, "an option must be given; nothing else can be checked");
    } else if (problems == NULL || *config == NULL) {
        filled = conform_result(c, false, name, "out of memory");
    } else {
        filled = fill_config(c, kind, descriptor, *config, owned, problems) == MPCF_OK &&
                 yaml_problems_count(problems) == 0;
        (void) conform_result(c, filled, name, "%s", yaml_problems_text(problems));
    }
    yaml_problems_destroy(problems);
    return filled;
}

void conform_release(void *config, struct option_memory *owned)
{
    option_config_release(owned);
    mpcf_free(config);
}
