/* SPDX-License-Identifier: Apache-2.0 */
/* Which link the file names, and what a rate's text means. */
#include "pipeline/read_network.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lower/named_network.h"

#define RATE_LEAST 1e3
#define RATE_MOST  1e13

static const char *const unit_names[] = {"bit", "kbit", "Mbit", "Gbit"};
static const double unit_factors[] = {1, 1e3, 1e6, 1e9};
#define UNIT_COUNT (sizeof unit_factors / sizeof *unit_factors)

/* UNIT may end in "/s". NULL: none such. */
static const double *find_unit(const char *unit)
{
    const size_t length = strlen(unit);
    const size_t kept = length > 2 && strcmp(unit + length - 2, "/s") == 0 ? length - 2 : length;

    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (strlen(unit_names[i]) == kept && strncasecmp(unit, unit_names[i], kept) == 0) {
            return &unit_factors[i];
        }
    }
    return NULL;
}

bool read_rate(const char *text, double *bits_per_second, struct text_buffer *why)
{
    const size_t digits = strspn(text, "0123456789.");
    const char *unit = text + digits + strspn(text + digits, " ");
    const double *factor = find_unit(unit);
    char *end = NULL;
    const double number = strtod(text, &end);

    if (digits == 0 || end != text + digits) {
        text_printf(why, "'%s' is not a rate; write 200Mbit, 6Gbit", text);
        return false;
    }
    if (factor == NULL) {
        const char *near = text_nearest(unit, unit_names, UNIT_COUNT);
        text_printf(why, "'%s' %s; write %s%s%s", *unit == '\0' ? text : unit,
                    *unit == '\0' ? "has no unit" : "is not a unit of a rate",
                    near == NULL ? "200Mbit, 6Gbit" : "'", near == NULL ? "" : near,
                    near == NULL ? "" : "'");
        return false;
    }
    *bits_per_second = number * *factor;
    if (!(*bits_per_second >= RATE_LEAST && *bits_per_second <= RATE_MOST)) {
        text_printf(why, "'%s' is outside 1kbit to 10000Gbit", text);
        return false;
    }
    return true;
}

static void take_name(struct pipeline_reader *r, const struct yaml_node *node,
                      struct lower_network *out)
{
    const struct named_network *known = named_network_find(node->text);
    struct text_buffer why = {0};

    if (known != NULL) {
        *out = known->link;
        return;
    }
    named_network_refuse(node->text, &why);
    yaml_problem(r->problems, node,
                 "network: %s; or write {delay: 20ms, rate: 200Mbit}, the delay one way",
                 text_string(&why));
    text_clear(&why);
}

static mpcf_status take_link(struct pipeline_reader *r, const struct yaml_node *node,
                             struct lower_network *out)
{
    struct network_settings s;
    struct text_buffer why = {0};

    MPCF_TRY(reader_section(r, SCHEMA_NETWORK, node, &s));
    out->delay_seconds = (double) s.delay_ns / 1e9;
    if (s.rate != NULL && !read_rate(s.rate, &out->bits_per_second, &why)) {
        yaml_problem(r->problems, yaml_get(node, "rate"), "rate: %s", text_string(&why));
    }
    text_clear(&why);
    return MPCF_OK;
}

mpcf_status read_network(struct pipeline_reader *r, const struct yaml_node *node)
{
    struct lower_network *out = &r->p->infer.network;

    *out = named_networks[0].link;
    if (node == NULL) {
        return MPCF_OK;
    }
    if (node->kind == YAML_NODE_MAPPING) {
        return take_link(r, node, out);
    }
    if (node->kind == YAML_NODE_SCALAR) {
        take_name(r, node, out);
    } else {
        yaml_problem(r->problems, node,
                     "network: expected lan, campus, wan or {delay: 20ms, rate: 200Mbit}");
    }
    return MPCF_OK;
}
