/* SPDX-License-Identifier: Apache-2.0 */
/* What the text of an option's value means for its type, and why it is refused. */
#include "plugin/option_parse.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/folder.h"
#include "base/memory.h"

#define NUMBER_SIZE 64

struct unit {
    const char *name;
    double factor;
};

static const struct unit byte_units[] = {
    {"B", 1},
    {"KiB", 1024.0},
    {"MiB", 1024.0 * 1024},
    {"GiB", 1024.0 * 1024 * 1024},
    {"TiB", 1024.0 * 1024 * 1024 * 1024},
    {"kB", 1e3},
    {"MB", 1e6},
    {"GB", 1e9},
};

static const struct unit time_units[] = {
    {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}, {"h", 3600e9},
};

size_t option_type_size(mpcf_option_type type)
{
    switch (type) {
    case MPCF_OPT_BOOL:
        return sizeof(bool);
    case MPCF_OPT_INT:
    case MPCF_OPT_DURATION:
        return sizeof(int64_t);
    case MPCF_OPT_REAL:
        return sizeof(double);
    case MPCF_OPT_STRING:
    case MPCF_OPT_PATH:
        return sizeof(const char *);
    case MPCF_OPT_CHOICE:
        return sizeof(int32_t);
    case MPCF_OPT_BYTES:
        return sizeof(uint64_t);
    case MPCF_OPT_REAL_LIST:
        return sizeof(struct option_real_list);
    case MPCF_OPT_STRING_LIST:
        return sizeof(struct option_string_list);
    }
    return 0;
}

size_t option_type_align(mpcf_option_type type)
{
    if (type == MPCF_OPT_BOOL) {
        return _Alignof(bool);
    }
    return type == MPCF_OPT_CHOICE ? _Alignof(int32_t) : _Alignof(int64_t);
}

/* Copies TEXT without the '_' that stand between digits. false: too long, or a stray '_'. */
static bool plain_number(const char *text, char number[NUMBER_SIZE])
{
    size_t length = 0;

    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] == '_') {
            if (i == 0 || strchr("0123456789", text[i - 1]) == NULL || text[i + 1] == '\0' ||
                strchr("0123456789", text[i + 1]) == NULL) {
                return false;
            }
        } else {
            if (length + 1 == NUMBER_SIZE) {
                return false;
            }
            number[length++] = text[i];
        }
    }
    number[length] = '\0';
    /* strtod() and strtoll() would skip white space and take "inf", "nan", "0x". */
    return length > 0 && strspn(number, "0123456789+-.eE") == length;
}

static bool check_limits(const mpcf_option *o, const char *text, double value,
                         struct text_buffer *why)
{
    if ((o->min == 0 && o->max == 0) || (value >= o->min && value <= o->max)) {
        return true;
    }
    text_printf(why, "'%s' is outside %g to %g", text, o->min, o->max);
    return false;
}

static bool parse_int(const mpcf_option *o, const char *text, void *at, struct text_buffer *why)
{
    char number[NUMBER_SIZE], *end = NULL;
    long long value;

    errno = 0;
    if (!plain_number(text, number) || (value = strtoll(number, &end, 10), *end != '\0') ||
        end == number) {
        text_printf(why, "'%s' is not a whole number", text);
        return false;
    }
    if (errno == ERANGE) {
        text_printf(why, "'%s' does not fit 64 bits", text);
        return false;
    }
    *(int64_t *) at = value;
    return check_limits(o, text, (double) value, why);
}

static bool read_real(const char *text, double *value, struct text_buffer *why)
{
    char number[NUMBER_SIZE], *end = NULL;

    if (!plain_number(text, number) || (*value = strtod(number, &end), *end != '\0') ||
        end == number) {
        text_printf(why, "'%s' is not a number", text);
        return false;
    }
    if (!isfinite(*value)) {
        text_printf(why, "'%s' is too large", text);
        return false;
    }
    return true;
}

static bool parse_real(const mpcf_option *o, const char *text, void *at, struct text_buffer *why)
{
    return read_real(text, at, why) && check_limits(o, text, *(double *) at, why);
}

static bool parse_bool(const char *text, void *at, struct text_buffer *why)
{
    const bool yes = strcmp(text, "true") == 0 || strcmp(text, "yes") == 0;

    if (!yes && strcmp(text, "false") != 0 && strcmp(text, "no") != 0) {
        text_printf(why, "'%s' is neither true nor false", text);
        return false;
    }
    *(bool *) at = yes;
    return true;
}

static bool parse_choice(const mpcf_option *o, const char *text, void *at, struct text_buffer *why)
{
    size_t count = 0;
    const char *near;

    for (; o->choices[count] != NULL; count++) {
        if (strcmp(o->choices[count], text) == 0) {
            *(int32_t *) at = (int32_t) count;
            return true;
        }
    }
    text_printf(why, "'%s' is not one of ", text);
    for (size_t i = 0; i < count; i++) {
        text_printf(why, "%s%s", i == 0 ? "" : ", ", o->choices[i]);
    }
    near = text_nearest(text, o->choices, count);
    if (near != NULL) {
        text_printf(why, "; did you mean '%s'?", near);
    }
    return false;
}

/* A number and one of COUNT units; a plain 0 needs none. */
static bool parse_unit(const char *text, const struct unit *units, size_t count,
                       const char *example, double *value, struct text_buffer *why)
{
    const size_t digits = strspn(text, "0123456789_.+-eE");
    char number[NUMBER_SIZE];

    if (digits == 0 || digits >= sizeof number) {
        text_printf(why, "'%s' is not a number with a unit; write %s", text, example);
        return false;
    }
    memcpy(number, text, digits);
    number[digits] = '\0';
    if (!read_real(number, value, why)) {
        return false;
    }
    text += digits + strspn(text + digits, " ");
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, units[i].name) == 0) {
            *value *= units[i].factor;
            return true;
        }
    }
    if (*text == '\0') {
        text_printf(why, "'%s' has no unit; write %s", number, example);
        return strcmp(number, "0") == 0;
    }
    text_printf(why, "'%s' is not a unit; write %s", text, example);
    return false;
}

static bool parse_bytes(const mpcf_option *o, const char *text, void *at, struct text_buffer *why)
{
    double value = 0;

    if (!parse_unit(text, byte_units, sizeof byte_units / sizeof *byte_units, "64KiB, 2GiB", &value,
                    why)) {
        return false;
    }
    if (value < 0 || value >= 9e18) {
        text_printf(why, "'%s' is not a size", text);
        return false;
    }
    *(uint64_t *) at = (uint64_t) value;
    return check_limits(o, text, value, why);
}

static bool parse_duration(const mpcf_option *o, const char *text, void *at,
                           struct text_buffer *why)
{
    double value = 0;

    if (!parse_unit(text, time_units, sizeof time_units / sizeof *time_units, "30s, 500ms", &value,
                    why)) {
        return false;
    }
    if (value < 0 || value >= 9e18) {
        text_printf(why, "'%s' is not a duration", text);
        return false;
    }
    *(int64_t *) at = (int64_t) value;
    return check_limits(o, text, value, why);
}

/* One ${NAME} or ${NAME:-default} at *TEXT, behind its "${". */
static bool expand_variable(const char **text, struct text_buffer *out, struct text_buffer *why)
{
    const char *end = strchr(*text, '}');
    const char *name_end, *value;
    char name[NUMBER_SIZE];
    size_t length;

    if (end == NULL) {
        text_append(why, "'${' without '}'");
        return false;
    }
    name_end = strstr(*text, ":-");
    if (name_end == NULL || name_end > end) {
        name_end = end;
    }
    length = (size_t) (name_end - *text);
    if (length == 0 || length >= sizeof name) {
        text_append(why, "'${...}' needs a name: ${NAME} or ${NAME:-default}");
        return false;
    }
    memcpy(name, *text, length);
    name[length] = '\0';
    value = getenv(name); /* NOLINT(concurrency-mt-unsafe): files are read before threads start */
    if (value != NULL && *value != '\0') {
        text_append(out, value);
    } else if (name_end != end) {
        text_append_bytes(out, name_end + 2, (size_t) (end - name_end) - 2);
    } else {
        text_printf(why, "environment variable '%s' is not set; ${%s:-default} gives a default",
                    name, name);
        return false;
    }
    *text = end + 1;
    return true;
}

static bool expand_text(const char *text, struct text_buffer *out, struct text_buffer *why)
{
    const char *dollar;

    while ((dollar = strstr(text, "${")) != NULL) {
        text_append_bytes(out, text, (size_t) (dollar - text));
        text = dollar + 2;
        if (!expand_variable(&text, out, why)) {
            return false;
        }
    }
    text_append(out, text);
    return true;
}

/* Whether ".." behind FOLDER is the folder that its name stands in: it is no link and no dots. */
static bool is_plain_folder(const char *folder)
{
    const char *slash = strrchr(folder, '/'), *name = slash == NULL ? folder : slash + 1;
    struct stat facts;

    return *name != '\0' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
           (lstat(folder, &facts) != 0 || !S_ISLNK(facts.st_mode));
}

/* "a" of "a/b", "." of "b", "/" of "/b". */
static void cut_last(char *folder)
{
    char *slash = strrchr(folder, '/');

    if (slash == NULL) {
        folder[0] = '.';
        slash = folder;
    }
    slash[slash == folder ? 1 : 0] = '\0';
}

/* "../runs" from "a/examples" is "a/runs", so that messages have it short and as it was written. */
static char *join_short(const char *base, const char *path)
{
    char *folder = mpcf_strdup(base), *joined;

    while (folder != NULL && strncmp(path, "../", 3) == 0 && is_plain_folder(folder)) {
        cut_last(folder);
        path += 3 + strspn(path + 3, "/");
    }
    if (folder == NULL || strcmp(folder, ".") == 0) {
        joined = folder != NULL ? mpcf_strdup(path) : NULL;
    } else {
        joined = file_join(strcmp(folder, "/") == 0 ? "" : folder, path);
    }
    mpcf_free(folder);
    return joined;
}

const char *option_expand_path(const char *text, const char *base, struct arena *arena,
                               struct text_buffer *why)
{
    struct text_buffer expanded = {0};
    const char *path = NULL;

    if (expand_text(text, &expanded, why)) {
        if (expanded.length == 0) {
            text_append(why, "the path is empty");
        } else {
            char *joined = join_short(base, expanded.data);

            path = joined == NULL ? NULL : arena_strdup(arena, joined);
            mpcf_free(joined);
            if (path == NULL) {
                text_append(why, "out of memory");
            }
        }
    }
    text_clear(&expanded);
    return path;
}

static bool parse_string(const mpcf_option *o, const char *text, const char *base,
                         struct arena *arena, void *at, struct text_buffer *why)
{
    const char **out = at, *value;

    if (o->type == MPCF_OPT_PATH && *text != '\0') {
        value = option_expand_path(text, base, arena, why);
    } else {
        value = arena_strdup(arena, text);
        if (value == NULL) {
            text_append(why, "out of memory");
        }
    }
    if (value != NULL) { /* else the default stays, which readers may look at before they end */
        *out = value;
    }
    return value != NULL;
}

static bool parse_scalar(const mpcf_option *o, const char *text, const char *base,
                         struct arena *arena, void *at, struct text_buffer *why)
{
    switch (o->type) {
    case MPCF_OPT_BOOL:
        return parse_bool(text, at, why);
    case MPCF_OPT_INT:
        return parse_int(o, text, at, why);
    case MPCF_OPT_REAL:
        return parse_real(o, text, at, why);
    case MPCF_OPT_CHOICE:
        return parse_choice(o, text, at, why);
    case MPCF_OPT_BYTES:
        return parse_bytes(o, text, at, why);
    case MPCF_OPT_DURATION:
        return parse_duration(o, text, at, why);
    case MPCF_OPT_STRING:
    case MPCF_OPT_PATH:
        return parse_string(o, text, base, arena, at, why);
    case MPCF_OPT_REAL_LIST:
    case MPCF_OPT_STRING_LIST:
        break; /* option_parse() takes them apart */
    }
    assert(!"a scalar type");
    return false;
}

static bool parse_list(const mpcf_option *o, const struct yaml_node *node, struct arena *arena,
                       void *at, struct text_buffer *why)
{
    const bool reals = o->type == MPCF_OPT_REAL_LIST;
    const mpcf_option entry = {
        .type = reals ? MPCF_OPT_REAL : MPCF_OPT_STRING, .min = o->min, .max = o->max};
    const size_t size = option_type_size(entry.type);
    char *items = arena_alloc(arena, node->count == 0 ? 1 : node->count, size);

    if (items == NULL) {
        text_append(why, "out of memory");
        return false;
    }
    for (size_t i = 0; i < node->count; i++) {
        if (node->items[i]->kind != YAML_NODE_SCALAR) {
            text_printf(why, "entry %zu is not a single value", i + 1);
            return false;
        }
        if (!parse_scalar(&entry, node->items[i]->text, "", arena, items + i * size, why)) {
            return false;
        }
    }
    if (reals) {
        *(struct option_real_list *) at =
            (struct option_real_list){(const double *) (void *) items, node->count};
    } else {
        *(struct option_string_list *) at =
            (struct option_string_list){(const char *const *) (void *) items, node->count};
    }
    return true;
}

bool option_parse(const mpcf_option *o, const struct yaml_node *node, const char *base,
                  struct arena *arena, void *at, struct text_buffer *why)
{
    const bool is_list = o->type == MPCF_OPT_REAL_LIST || o->type == MPCF_OPT_STRING_LIST;

    if (is_list && node->kind != YAML_NODE_SEQUENCE) {
        text_append(why, "expected a list: [a, b]");
        return false;
    }
    if (is_list) {
        return parse_list(o, node, arena, at, why);
    }
    if (node->kind != YAML_NODE_SCALAR) {
        text_printf(why, "expected a single value, found a %s",
                    node->kind == YAML_NODE_SEQUENCE ? "list" : "mapping");
        return false;
    }
    return parse_scalar(o, node->text, base, arena, at, why);
}
