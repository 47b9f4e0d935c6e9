/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a component's options come to: the table checked, a struct filled from YAML or defaults, and
 * the same table printed for people.
 */
#include "plugin/option_set.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "plugin/option_parse.h"

#define TABLE_LIMIT 256 /* options of a component; more is a table without its end */

struct option_memory {
    struct arena *arena;
};

static const char *const type_names[] = {
    [MPCF_OPT_BOOL] = "true or false", [MPCF_OPT_INT] = "whole number",
    [MPCF_OPT_REAL] = "real",          [MPCF_OPT_STRING] = "text",
    [MPCF_OPT_CHOICE] = "choice",      [MPCF_OPT_BYTES] = "size",
    [MPCF_OPT_DURATION] = "duration",  [MPCF_OPT_PATH] = "path",
    [MPCF_OPT_REAL_LIST] = "reals",    [MPCF_OPT_STRING_LIST] = "texts",
};

static const char *type_name(mpcf_option_type type)
{
    return option_type_size(type) == 0 ? "unknown type" : type_names[type];
}

bool option_at(const mpcf_option *options, size_t option_size, size_t i, mpcf_option *option)
{
    if (options == NULL) {
        return false;
    }
    memset(option, 0, sizeof *option);
    memcpy(option, (const char *) options + i * option_size,
           option_size < sizeof *option ? option_size : sizeof *option);
    return option->key != NULL;
}

void option_config_release(struct option_memory *owned)
{
    if (owned != NULL) {
        arena_destroy(owned->arena);
        mpcf_free(owned);
    }
}

static mpcf_status memory_create(struct option_memory **out, mpcf_error *err)
{
    struct option_memory *owned = mpcf_alloc_array(1, sizeof *owned);

    if (owned == NULL || (owned->arena = arena_create()) == NULL) {
        option_config_release(owned);
        return mpcf_fail(err, MPCF_E_NOMEM, "no memory for options");
    }
    *out = owned;
    return MPCF_OK;
}

/* --- The table --- */

static bool key_well_formed(const char *key)
{
    return *key >= 'a' && *key <= 'z' &&
           strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(key);
}

static bool is_list(const mpcf_option *o)
{
    return o->type == MPCF_OPT_REAL_LIST || o->type == MPCF_OPT_STRING_LIST;
}

/* A default is YAML for lists, and the text itself for the rest. */
static bool parse_default(const mpcf_option *o, const char *base, struct arena *arena, void *at,
                          struct text_buffer *why)
{
    struct yaml_node node = {.kind = YAML_NODE_SCALAR, .file = "default", .text = o->default_text};
    struct yaml_tree *tree = NULL;
    bool parsed;

    if (!is_list(o)) {
        return option_parse(o, &node, base, arena, at, why);
    }
    if (yaml_parse_text(o->default_text, strlen(o->default_text), "default", &tree, NULL) !=
        MPCF_OK) {
        text_printf(why, "'%s' is not a list", o->default_text);
        return false;
    }
    parsed = option_parse(o, yaml_root(tree), base, arena, at, why);
    yaml_tree_destroy(tree);
    return parsed;
}

static mpcf_status check_default(const mpcf_option *o, mpcf_error *err)
{
    union {
        struct option_real_list list;
        int64_t whole;
        double real;
    } scratch;
    struct text_buffer why = {0};
    struct arena *arena = arena_create();
    const size_t refusals = memory_refusals();
    mpcf_status status = MPCF_OK;

    if (arena == NULL) {
        return mpcf_fail_memory(err, 0, "options");
    }
    memset(&scratch, 0, sizeof scratch);
    if (!parse_default(o, "/", arena, &scratch, &why)) {
        status = memory_refusals() != refusals
                     ? mpcf_fail_memory(err, 0, o->key)
                     : mpcf_fail(err, MPCF_E_INVALID, "option '%s': its default does not pass: %s",
                                 o->key, text_string(&why));
    }
    arena_destroy(arena);
    text_clear(&why);
    return status;
}

static mpcf_status check_option(const mpcf_option *o, size_t config_size, mpcf_error *err)
{
    const size_t size = option_type_size(o->type);

    if (!key_well_formed(o->key)) {
        return mpcf_fail(err, MPCF_E_INVALID,
                         "option '%s': a key is lower-case letters, digits and '_'", o->key);
    }
    if (size == 0) {
        return mpcf_fail(err, MPCF_E_INVALID, "option '%s': unknown type %d", o->key,
                         (int) o->type);
    }
    if (config_size < size || o->offset > config_size - size) {
        return mpcf_fail(err, MPCF_E_INVALID,
                         "option '%s': offset %zu with %zu bytes is outside the config of %zu",
                         o->key, o->offset, size, config_size);
    }
    if (o->offset % option_type_align(o->type) != 0) {
        return mpcf_fail(err, MPCF_E_INVALID, "option '%s': offset %zu is not aligned", o->key,
                         o->offset);
    }
    if (o->type == MPCF_OPT_CHOICE && (o->choices == NULL || o->choices[0] == NULL)) {
        return mpcf_fail(err, MPCF_E_INVALID, "option '%s': no choices", o->key);
    }
    if (!(o->min <= o->max)) {
        return mpcf_fail(err, MPCF_E_INVALID, "option '%s': limits %g to %g", o->key, o->min,
                         o->max);
    }
    if (o->help == NULL || *o->help == '\0') {
        return mpcf_fail(err, MPCF_E_INVALID, "option '%s': no help text", o->key);
    }
    return o->default_text == NULL ? MPCF_OK : check_default(o, err);
}

mpcf_status option_table_check(const mpcf_option *options, size_t option_size, size_t config_size,
                               mpcf_error *err)
{
    mpcf_option o, before;

    if (options == NULL) {
        return MPCF_OK;
    }
    if (option_size < offsetof(mpcf_option, help) + sizeof o.help) {
        return mpcf_fail(err, MPCF_E_INVALID, "option_size is %zu; set it to sizeof(mpcf_option)",
                         option_size);
    }
    for (size_t i = 0; option_at(options, option_size, i, &o); i++) {
        if (i == TABLE_LIMIT) {
            return mpcf_fail(err, MPCF_E_INVALID, "more than %d options: no all-zero end entry?",
                             TABLE_LIMIT);
        }
        MPCF_TRY(check_option(&o, config_size, err));
        for (size_t j = 0; j < i; j++) {
            (void) option_at(options, option_size, j, &before);
            if (strcmp(before.key, o.key) == 0) {
                return mpcf_fail(err, MPCF_E_INVALID, "option '%s' stands twice in the table",
                                 o.key);
            }
        }
    }
    return MPCF_OK;
}

/* --- Filling --- */

static bool find_option(const struct option_source *s, const char *key, mpcf_option *o)
{
    for (size_t i = 0; option_at(s->options, s->option_size, i, o); i++) {
        if (strcmp(o->key, key) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_by_others(const struct option_source *s, const char *key)
{
    for (size_t i = 0; s->others != NULL && s->others[i] != NULL; i++) {
        if (strcmp(s->others[i], key) == 0) {
            return true;
        }
    }
    return false;
}

/* All keys that MAPPING may have. */
static size_t known_keys(const struct option_source *s, const char *words[2 * TABLE_LIMIT])
{
    mpcf_option o;
    size_t count = 0;

    for (size_t i = 0; i < TABLE_LIMIT && option_at(s->options, s->option_size, i, &o); i++) {
        words[count++] = o.key;
    }
    for (size_t i = 0; i < TABLE_LIMIT && s->others != NULL && s->others[i] != NULL; i++) {
        words[count++] = s->others[i];
    }
    return count;
}

static void describe(const mpcf_option *o, struct text_buffer *out)
{
    text_printf(out, "%s (", o->key);
    if (o->type == MPCF_OPT_CHOICE) {
        for (size_t i = 0; o->choices[i] != NULL; i++) {
            text_printf(out, "%s%s", i == 0 ? "" : "|", o->choices[i]);
        }
    } else {
        text_append(out, type_name(o->type));
    }
    if (o->default_text == NULL) {
        text_append(out, ", must be given)");
    } else if (*o->default_text == '\0') {
        text_append(out, ", default empty)");
    } else {
        text_printf(out, ", default %s)", o->default_text);
    }
}

static void report_unknown(const struct option_source *s, const struct yaml_node *item,
                           struct yaml_problems *problems)
{
    const char *words[2 * TABLE_LIMIT];
    const size_t count = known_keys(s, words);
    const char *near = text_nearest(item->key, words, count);
    struct text_buffer list = {0};
    mpcf_option o;

    if (count == 0) {
        yaml_problem_key(problems, item, "%s takes no options, found '%s'", s->what, item->key);
        return;
    }
    if (strchr(item->key, ':') != NULL) { /* {family:bert} is one key without a value */
        text_append(&list, "; a space belongs behind the colon");
    } else if (near == NULL) {
        text_append(&list, "\n  options: ");
        for (size_t i = 0; i < count; i++) {
            text_printf(&list, "%s%s", i == 0 ? "" : ", ", words[i]);
        }
    } else {
        text_printf(&list, "; did you mean '%s'?", near);
        if (find_option(s, near, &o)) {
            text_append(&list, "\n  options: ");
            describe(&o, &list);
        }
    }
    yaml_problem_key(problems, item, "%s has no option '%s'%s", s->what, item->key,
                     text_string(&list));
    text_clear(&list);
}

static void fill_one(const struct option_source *s, const struct yaml_node *item, void *config,
                     struct arena *arena, struct yaml_problems *problems)
{
    struct text_buffer why = {0};
    mpcf_option o;

    if (!find_option(s, item->key, &o)) {
        if (!read_by_others(s, item->key)) {
            report_unknown(s, item, problems);
        }
        return;
    }
    if (!option_parse(&o, item, s->base, arena, (char *) config + o.offset, &why)) {
        yaml_problem(problems, item, "%s: option '%s': %s", s->what, o.key, text_string(&why));
    }
    text_clear(&why);
}

static void fill_defaults(const struct option_source *s, void *config, struct arena *arena,
                          struct yaml_problems *problems)
{
    mpcf_option o;

    for (size_t i = 0; option_at(s->options, s->option_size, i, &o); i++) {
        struct text_buffer why = {0};

        if (o.default_text != NULL) {
            if (!parse_default(&o, s->base, arena, (char *) config + o.offset, &why)) {
                yaml_problem(problems, s->at, "%s: option '%s': default: %s", s->what, o.key,
                             text_string(&why));
            }
            text_clear(&why);
        } else if (yaml_get(s->mapping, o.key) == NULL) {
            yaml_problem(problems, s->at, "%s: option '%s' must be given: %s", s->what, o.key,
                         o.help);
        }
    }
}

mpcf_status option_fill_from(const struct option_source *s, void *config,
                             struct option_memory **owned, struct yaml_problems *problems,
                             mpcf_error *err)
{
    const struct yaml_node *mapping = s->mapping;
    struct option_source source = *s;
    const size_t refusals = memory_refusals();

    MPCF_TRY(memory_create(owned, err));
    if (s->config_size > 0) {
        memset(config, 0, s->config_size);
    }
    if (mapping != NULL && mapping->kind != YAML_NODE_MAPPING) {
        yaml_problem(problems, mapping, "%s: expected a mapping of options: {key: value}", s->what);
        source.mapping = mapping = NULL;
        return MPCF_OK;
    }
    if (source.at == NULL) {
        source.at = mapping;
    }
    fill_defaults(&source, config, (*owned)->arena, problems);
    for (size_t i = 0; mapping != NULL && i < mapping->count; i++) {
        fill_one(&source, mapping->items[i], config, (*owned)->arena, problems);
    }
    /* What found no room stands among the problems as if it were the file's. */
    if (memory_refusals() != refusals) {
        option_config_release(*owned);
        *owned = NULL;
        return mpcf_fail_memory(err, 0, s->what);
    }
    return MPCF_OK;
}

mpcf_status option_fill(const mpcf_option *options, size_t option_size, size_t config_size,
                        const struct yaml_node *mapping, const char *what, const char *base,
                        void *config, struct option_memory **owned, struct yaml_problems *problems,
                        mpcf_error *err)
{
    const struct option_source source = {
        .options = options,
        .option_size = option_size,
        .config_size = config_size,
        .mapping = mapping,
        .what = what,
        .base = base,
    };

    return option_fill_from(&source, config, owned, problems, err);
}

/* --- Printing --- */

void option_table_print(const mpcf_option *options, size_t option_size, struct text_buffer *out)
{
    mpcf_option o;

    for (size_t i = 0; option_at(options, option_size, i, &o); i++) {
        struct text_buffer head = {0};

        describe(&o, &head);
        text_printf(out, "  %-44s %s", head.data == NULL ? o.key : head.data, o.help);
        if (o.min != 0 || o.max != 0) {
            const bool is_time = o.type == MPCF_OPT_DURATION;

            text_printf(out, " [%g%s to %g%s]", is_time ? o.min / 1e9 : o.min, is_time ? "s" : "",
                        is_time ? o.max / 1e9 : o.max, is_time ? "s" : "");
        }
        text_append(out, "\n");
        text_clear(&head);
    }
}

typedef void print_real(struct text_buffer *out, double value);

static void print_digits(struct text_buffer *out, double value)
{
    text_printf(out, "%.17g", value);
}

static void print_value(const mpcf_option *o, const void *at, print_real *real,
                        struct text_buffer *out)
{
    const struct option_real_list *reals = at;
    const struct option_string_list *texts = at;

    switch (o->type) {
    case MPCF_OPT_BOOL:
        text_append(out, *(const bool *) at ? "true" : "false");
        return;
    case MPCF_OPT_INT:
    case MPCF_OPT_DURATION:
        text_printf(out, "%" PRId64, *(const int64_t *) at);
        return;
    case MPCF_OPT_REAL:
        real(out, *(const double *) at);
        return;
    case MPCF_OPT_CHOICE:
        text_append(out, o->choices[*(const int32_t *) at]);
        return;
    case MPCF_OPT_BYTES:
        text_printf(out, "%" PRIu64, *(const uint64_t *) at);
        return;
    case MPCF_OPT_STRING:
    case MPCF_OPT_PATH:
        text_append(out, *(const char *const *) at == NULL ? "" : *(const char *const *) at);
        return;
    case MPCF_OPT_REAL_LIST:
        for (size_t i = 0; i < reals->count; i++) {
            text_append(out, i == 0 ? "" : ",");
            real(out, reals->items[i]);
        }
        return;
    case MPCF_OPT_STRING_LIST:
        for (size_t i = 0; i < texts->count; i++) {
            text_printf(out, "%s%s", i == 0 ? "" : ",", texts->items[i]);
        }
        return;
    }
}

static void print_config(const mpcf_option *options, size_t option_size, const void *config,
                         print_real *real, struct text_buffer *out)
{
    mpcf_option o;

    for (size_t i = 0; option_at(options, option_size, i, &o); i++) {
        text_printf(out, "%s%s=", i == 0 ? "" : " ", o.key);
        print_value(&o, (const char *) config + o.offset, real, out);
    }
}

void option_config_print(const mpcf_option *options, size_t option_size, const void *config,
                         struct text_buffer *out)
{
    print_config(options, option_size, config, print_digits, out);
}

void option_config_show(const mpcf_option *options, size_t option_size, const void *config,
                        struct text_buffer *out)
{
    print_config(options, option_size, config, text_append_real, out);
}
