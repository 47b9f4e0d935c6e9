/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TAP lines, and the configuration that a component is checked with.
 */
#include "conformance/conform.h"

#include <math.h>
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

/* Whether what is said now was said by an earlier process. */
static bool is_told(const struct conform *c)
{
    return c->apart != NULL && c->done < c->apart->told;
}

static const char *where(const struct conform *c)
{
    return c->where == NULL ? "" : c->where;
}

bool conform_begin(struct conform *c, const char *name)
{
    if (c->apart == NULL) {
        return true;
    }
    (void) snprintf(c->apart->running, sizeof c->apart->running, "%s%s", where(c), name);
    c->apart->steps++;
    if (c->done < sizeof c->apart->ended && c->apart->ended[c->done]) {
        c->done++;
        return false;
    }
    return true;
}

bool conform_begin_alone(struct conform *c, const char *name)
{
    if (is_told(c)) {
        c->done++;
        return false;
    }
    return conform_begin(c, name);
}

/* A result's line; false: it is told already. */
static bool tell(struct conform *c, bool passed, const char *name, const char *behind)
{
    const bool told = is_told(c);

    c->done++;
    if (told) {
        return false;
    }
    c->failed += passed ? 0 : 1;
    (void) fprintf(c->out, "%s %zu - %s%s%s\n", passed ? "ok" : "not ok", c->before + c->done,
                   where(c), name, behind);
    if (c->apart != NULL) {
        c->apart->told = c->done;
        c->apart->failed += passed ? 0 : 1;
        c->apart->steps++;
    }
    return true;
}

bool conform_result(struct conform *c, bool passed, const char *name, const char *format, ...)
{
    char detail[1024] = "";
    va_list args;

    if (tell(c, passed, name, "") && !passed) {
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
    char behind[256];

    (void) snprintf(behind, sizeof behind, " # SKIP %s", why);
    (void) tell(c, true, name, behind);
    (void) fflush(c->out);
}

void conform_note(struct conform *c, const char *format, ...)
{
    va_list args;

    if (is_told(c)) {
        return;
    }
    (void) fputs("# ", c->out);
    va_start(args, format);
    (void) vfprintf(c->out, format, args);
    va_end(args);
    (void) fputc('\n', c->out);
}

/* Of an option that must be given: what lies in its range. false: a text, which cannot be made up. */
static bool made_up(const mpcf_option *o, struct text_buffer *out)
{
    const bool has_limits = o->min < 0 || o->min > 0 || o->max < 0 || o->max > 0;
    const double middle = has_limits ? (o->min + o->max) / 2 : 1;

    switch (o->type) {
    case MPCF_OPT_BOOL:
        text_append(out, "true");
        return true;
    case MPCF_OPT_INT:
        text_printf(out, "%.0f", has_limits ? floor(middle) : 1);
        return true;
    case MPCF_OPT_REAL:
        text_printf(out, "%.17g", middle);
        return true;
    case MPCF_OPT_CHOICE:
        text_append(out, o->choices[0]);
        return true;
    case MPCF_OPT_BYTES:
        text_printf(out, "%.0f", has_limits ? floor(middle) : 1 << 20);
        return true;
    case MPCF_OPT_DURATION:
        text_printf(out, "%.0fms", has_limits ? fmax(1, floor(middle / 1e6)) : 1000);
        return true;
    case MPCF_OPT_REAL_LIST:
        text_printf(out, "[%.17g]", middle);
        return true;
    default:
        return false;
    }
}

/* The options as YAML: those that are given, and those that must be. false: one cannot be made up. */
static bool option_text(struct conform *c, const mpcf_option *options, size_t option_size,
                        const struct yaml_node *given, struct text_buffer *out)
{
    mpcf_option o;

    text_printf(out, "{%s", c->options == NULL ? "" : c->options);
    for (size_t i = 0; option_at(options, option_size, i, &o); i++) {
        if (o.default_text != NULL || (given != NULL && yaml_get(given, o.key) != NULL)) {
            continue;
        }
        text_printf(out, "%s%s: ", out->length > 1 ? ", " : "", o.key);
        const size_t begin = out->length;
        if (!made_up(&o, out)) {
            return false;
        }
        conform_note(c, "%s must be given: %s", o.key, text_string(out) + begin);
    }
    text_append(out, "}");
    return true;
}

/* What --options says; NULL: nothing, or no YAML, which is told when all options are read. */
static struct yaml_tree *given_options(struct conform *c)
{
    struct text_buffer text = {0};
    struct yaml_tree *tree = NULL;

    text_printf(&text, "{%s}", c->options == NULL ? "" : c->options);
    if (yaml_parse_text(text_string(&text), text.length, "--options", &tree, NULL) != MPCF_OK) {
        tree = NULL;
    }
    text_clear(&text);
    return tree;
}

static bool all_options(struct conform *c, const mpcf_option *options, size_t option_size,
                        struct text_buffer *out)
{
    struct yaml_tree *given = given_options(c);
    const bool possible =
        option_text(c, options, option_size, given == NULL ? NULL : yaml_root(given), out);

    yaml_tree_destroy(given);
    return possible;
}

static mpcf_status fill_config(struct conform *c, enum component_kind kind, const void *descriptor,
                               const struct text_buffer *text, void *config,
                               struct option_memory **owned, struct yaml_problems *problems)
{
    size_t option_size = 0, config_size = 0;
    const mpcf_option *options = component_options(kind, descriptor, &option_size, &config_size);
    struct yaml_tree *tree = NULL;
    mpcf_status status = yaml_parse_text(text->data, text->length, "--options", &tree, c->err);

    if (status == MPCF_OK) {
        status =
            option_fill(options, option_size, config_size, yaml_root(tree),
                        component_name(kind, descriptor), "/", config, owned, problems, c->err);
    }
    yaml_tree_destroy(tree);
    return status;
}

bool conform_defaults(struct conform *c, enum component_kind kind, const void *descriptor,
                      void **config, struct option_memory **owned)
{
    const char *name = c->options == NULL ? "its options have defaults that pass their own table"
                                          : "--options and its other defaults pass its own table";
    size_t option_size = 0, config_size = 0;
    const mpcf_option *options = component_options(kind, descriptor, &option_size, &config_size);
    struct text_buffer text = {0};
    struct yaml_problems *problems = yaml_problems_create();
    bool filled = conform_begin(c, name) && all_options(c, options, option_size, &text);

    *owned = NULL;
    *config = mpcf_alloc_array(1, config_size == 0 ? 1 : config_size);
    if (!filled) {
        conform_skip(c, name, "an option must be given (--options); nothing else can be checked");
    } else if (problems == NULL || *config == NULL) {
        filled = conform_result(c, false, name, "out of memory");
    } else {
        filled = fill_config(c, kind, descriptor, &text, *config, owned, problems) == MPCF_OK &&
                 yaml_problems_count(problems) == 0;
        (void) conform_result(c, filled, name, "%s", yaml_problems_text(problems));
    }
    text_clear(&text);
    yaml_problems_destroy(problems);
    return filled;
}

void conform_release(void *config, struct option_memory *owned)
{
    option_config_release(owned);
    mpcf_free(config);
}
