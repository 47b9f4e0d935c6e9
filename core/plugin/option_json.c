/* SPDX-License-Identifier: Apache-2.0 */
/* The values of a component's options, each in the kind of JSON that is nearest to its type. */
#include "plugin/option_json.h"

#include <inttypes.h>
#include <math.h>

#include "format/json.h"
#include "plugin/option_parse.h"
#include "plugin/option_set.h"

static json_t *real_json(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *reals_json(const struct option_real_list *list)
{
    json_t *out = json_array();

    for (size_t i = 0; i < list->count; i++) {
        (void) json_array_append_new(out, real_json(list->items[i]));
    }
    return out;
}

static json_t *texts_json(const struct option_string_list *list)
{
    json_t *out = json_array();

    for (size_t i = 0; i < list->count; i++) {
        (void) json_array_append_new(out, json_string(list->items[i]));
    }
    return out;
}

/* As the file writes it, in the largest unit that has no fraction: "60s", "2min". */
static json_t *duration_json(int64_t ns)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {{"h", 3600000000000}, {"min", 60000000000}, {"s", 1000000000}, {"ms", 1000000}};

    for (size_t i = 0; ns != 0 && i < sizeof units / sizeof units[0]; i++) {
        if (ns % units[i].ns == 0) {
            return json_sprintf("%" PRId64 "%s", ns / units[i].ns, units[i].name);
        }
    }
    return ns == 0 ? json_string("0s") : json_sprintf("%" PRId64 "ns", ns);
}

static json_t *value_json(const mpcf_option *o, const void *at)
{
    const char *text = NULL;

    switch (o->type) {
    case MPCF_OPT_BOOL:
        return json_boolean(*(const bool *) at);
    case MPCF_OPT_INT:
        return json_integer(*(const int64_t *) at);
    case MPCF_OPT_DURATION:
        return duration_json(*(const int64_t *) at);
    case MPCF_OPT_REAL:
        return real_json(*(const double *) at);
    case MPCF_OPT_CHOICE:
        return json_string(o->choices[*(const int32_t *) at]);
    case MPCF_OPT_BYTES:
        return json_integer((json_int_t) * (const uint64_t *) at);
    case MPCF_OPT_STRING:
    case MPCF_OPT_PATH:
        text = *(const char *const *) at;
        return json_string(text == NULL ? "" : text);
    case MPCF_OPT_REAL_LIST:
        return reals_json(at);
    case MPCF_OPT_STRING_LIST:
        return texts_json(at);
    }
    return json_null();
}

json_t *option_config_json(const mpcf_option *options, size_t option_size, const void *config)
{
    const size_t begun = json_begin();
    json_t *out = json_object();
    mpcf_option o;

    for (size_t i = 0; option_at(options, option_size, i, &o); i++) {
        (void) json_object_set_new(out, o.key, value_json(&o, (const char *) config + o.offset));
    }
    return json_end(out, begun);
}
