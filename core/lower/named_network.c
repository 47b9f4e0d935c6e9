/* SPDX-License-Identifier: Apache-2.0 */
/* Which links have a name, and how a link is written. */
#include "lower/named_network.h"

#include <string.h>

#define ROW(name, delay, rate) {name, {delay, rate}},
const struct named_network named_networks[NAMED_NETWORKS] = {NAMED_NETWORK_MAP(ROW)};

const struct named_network *named_network_find(const char *name)
{
    for (size_t i = 0; i < NAMED_NETWORKS; i++) {
        if (strcmp(named_networks[i].name, name) == 0) {
            return &named_networks[i];
        }
    }
    return NULL;
}

void named_network_refuse(const char *name, struct text_buffer *why)
{
    const char *names[NAMED_NETWORKS], *near;

    text_printf(why, "there is no network '%s'; networks are ", name);
    for (size_t i = 0; i < NAMED_NETWORKS; i++) {
        names[i] = named_networks[i].name;
        text_printf(why, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    near = text_nearest(name, names, NAMED_NETWORKS);
    if (near != NULL) {
        text_printf(why, "; did you mean '%s'?", near);
    }
}

void named_network_print(const struct lower_network *link, struct text_buffer *out)
{
    for (size_t i = 0; i < NAMED_NETWORKS; i++) {
        const struct lower_network *known = &named_networks[i].link;
        if (known->delay_seconds == link->delay_seconds &&
            known->bits_per_second == link->bits_per_second) {
            text_append(out, named_networks[i].name);
            return;
        }
    }
    text_printf(out, "{delay: %.10gms, rate: %.10gMbit}", link->delay_seconds * 1e3,
                link->bits_per_second / 1e6);
}

json_t *named_network_json(const struct lower_network *link)
{
    struct text_buffer text = {0};
    json_t *name;

    named_network_print(link, &text);
    name = text.failed ? NULL : json_string(text_string(&text));
    text_clear(&text);
    return name;
}
