/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the sections transport and parties, and what a pipeline may ask of a link.
 */
#include "pipeline/read_transport.h"

#include <string.h>

#include "channel/role.h"
#include "pipeline/check_addresses.h"
#include "roles/roles.h"

#define PROTECTED (MPCF_TRANSPORT_AUTHENTICATED | MPCF_TRANSPORT_ENCRYPTED)

struct need {
    const char *name, *lacking;
    uint32_t bit;
};
static const struct need needs[] = {
    {"authenticated", "", MPCF_TRANSPORT_AUTHENTICATED},
    {"encrypted", "does not encrypt", MPCF_TRANSPORT_ENCRYPTED},
    {"local", "is not confined to one machine", MPCF_TRANSPORT_LOCAL},
};
#define NEED_COUNT (sizeof needs / sizeof *needs)

/* A link inside one machine counts as protected. */
static uint32_t offered(const mpcf_transport *t)
{
    return t->caps | ((t->caps & MPCF_TRANSPORT_LOCAL) != 0 ? PROTECTED : 0);
}

/* Keys prove who the peer is over every transport; link_keys.h asks for them. */
static bool is_met(const mpcf_transport *t, const struct need *need)
{
    return ((offered(t) | MPCF_TRANSPORT_AUTHENTICATED) & need->bit) != 0;
}

static bool asks_for_proof(const struct yaml_node *item)
{
    return item->kind == YAML_NODE_SCALAR && strcmp(item->text, needs[0].name) == 0;
}

static void check_need(struct pipeline_reader *r, const mpcf_transport *t,
                       const struct yaml_node *item)
{
    const char *words[NEED_COUNT], *near;

    if (item->kind != YAML_NODE_SCALAR) {
        yaml_problem(r->problems, item,
                     "require: expected a list of words, as [authenticated, encrypted]");
        return;
    }
    for (size_t i = 0; i < NEED_COUNT; i++) {
        words[i] = needs[i].name;
        if (strcmp(item->text, needs[i].name) == 0) {
            if (!is_met(t, &needs[i])) {
                yaml_problem(r->problems, item, "transport '%s' %s, but the pipeline requires '%s'",
                             t->name, needs[i].lacking, needs[i].name);
            }
            return;
        }
    }
    near = text_nearest(item->text, words, NEED_COUNT);
    yaml_problem(r->problems, item, "require: '%s' is not known; %s%s%s", item->text,
                 near == NULL ? "there are authenticated, encrypted, local" : "did you mean '",
                 near == NULL ? "" : near, near == NULL ? "" : "'?");
}

/* "tcp://HOST:PORT", "HOST:PORT", "[V6]:PORT"; a path is on this machine. */
static bool is_loopback(const char *address)
{
    const char *scheme = strstr(address, "://");
    const char *host = scheme == NULL ? address : scheme + 3;

    if (scheme != NULL && (strncmp(address, "ipc", 3) == 0 || strncmp(address, "inproc", 6) == 0)) {
        return true;
    }
    return *host == '/' || text_starts_with(host, "unix:") || roles_is_loopback(host);
}

static void check_plain_address(struct pipeline_reader *r, const struct yaml_node *at,
                                const char *address)
{
    if (address != NULL && at != NULL && !is_loopback(address)) {
        yaml_problem(
            r->problems, at,
            "transport '%s' does not authenticate and encrypt: a listener on the way "
            "learns the texts and the weights\nwrite `transport: tls`, which does both, use "
            "a loopback address, or write under transport `require: [authenticated]`, with "
            "keys that prove who the peer is, or `require: []`",
            r->p->transport.name);
    }
}

static void check_requirements(struct pipeline_reader *r, const struct yaml_node *transport)
{
    const mpcf_transport *t = r->p->transport.descriptor;
    const struct yaml_node *require = yaml_get(transport, "require");
    const struct yaml_node *parties = yaml_get(r->root, "parties");

    r->p->plain_link = (offered(t) & PROTECTED) != PROTECTED;
    r->p->plain_allowed = require != NULL;
    if (require != NULL && require->kind != YAML_NODE_SEQUENCE) {
        yaml_problem(r->problems, require,
                     "require: expected a list, as [authenticated, encrypted]");
        return;
    }
    for (size_t i = 0; require != NULL && i < require->count; i++) {
        check_need(r, t, require->items[i]);
        if (asks_for_proof(require->items[i])) {
            r->p->plain_allowed = false;
        }
    }
    if (require != NULL || !r->p->plain_link) {
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        const struct yaml_node *party = yaml_get(parties, role_name((enum role) i));

        check_plain_address(r, yaml_get(party, "listen"), r->p->endpoints[i].listen);
        check_plain_address(r, yaml_get(party, "address"), r->p->endpoints[i].address);
    }
}

static mpcf_status read_party(struct pipeline_reader *r, enum role role,
                              const struct yaml_node *transport_options)
{
    const struct yaml_node *parties = yaml_get(r->root, "parties");
    const struct yaml_node *node = yaml_get(parties, role_name(role)), *merged = NULL;
    struct pipeline_endpoint *endpoint = &r->p->endpoints[role];
    struct party_settings settings;

    MPCF_TRY(reader_section(r, SCHEMA_PARTY, node, &settings));
    endpoint->listen = *settings.listen == '\0' ? NULL : settings.listen;
    endpoint->address = *settings.address == '\0' ? endpoint->listen : settings.address;
    endpoint->keys = *settings.keys == '\0' ? NULL : settings.keys;
    if (r->p->has_parties && role != ROLE_USER && endpoint->listen == NULL) {
        yaml_problem(r->problems, node == NULL ? parties : node,
                     "parties.%s: option 'listen' must be given: the %s", role_name(role),
                     role == ROLE_DEALER ? "others connect to the dealer"
                                         : "user connects to the provider");
    }
    MPCF_TRY(reader_merge(r, yaml_get(node, "options"), transport_options, &merged));
    return reader_config(r, COMPONENT_TRANSPORT, &r->p->transport, merged,
                         node == NULL ? yaml_get(r->root, "transport") : node, NULL,
                         &endpoint->config);
}

static void check_keys(struct pipeline_reader *r, const struct yaml_node *node, const char *what,
                       const char *const *keys, size_t count)
{
    for (size_t i = 0; node != NULL && i < node->count && node->kind == YAML_NODE_MAPPING; i++) {
        const char *key = node->items[i]->key, *near = text_nearest(key, keys, count);
        bool known = false;

        for (size_t j = 0; j < count; j++) {
            known = known || strcmp(key, keys[j]) == 0;
        }
        if (!known) {
            yaml_problem_key(r->problems, node->items[i], "%s has no option '%s'%s%s%s", what, key,
                             near == NULL ? "" : "; did you mean '", near == NULL ? "" : near,
                             near == NULL ? "" : "'?");
        }
    }
}

mpcf_status read_transport(struct pipeline_reader *r)
{
    static const char *const keys[] = {"name", "options", "require"};
    const struct yaml_node *node = yaml_get(r->root, "transport");
    const struct yaml_node *parties = yaml_get(r->root, "parties");
    const struct yaml_node *name =
        node != NULL && node->kind == YAML_NODE_MAPPING ? yaml_get(node, "name") : node;
    const char *const roles[] = {role_name(ROLE_PROVIDER), role_name(ROLE_USER),
                                 role_name(ROLE_DEALER)};

    check_keys(r, node, "transport", keys, 3);
    check_keys(r, parties, "parties", roles, 3);
    r->p->has_parties = parties != NULL;
    r->p->parties = parties != NULL ? parties : r->root;
    if (parties != NULL && parties->kind != YAML_NODE_MAPPING) {
        yaml_problem(r->problems, parties, "parties: expected provider, dealer and user");
        return MPCF_OK;
    }
    if ((node != NULL && name == NULL && node->kind != YAML_NODE_MAPPING) ||
        (name != NULL && name->kind != YAML_NODE_SCALAR)) {
        yaml_problem(r->problems, node,
                     "transport: expected a name, or {name: ..., options: {...}}");
        return MPCF_OK;
    }
    MPCF_TRY(reader_component(r, COMPONENT_TRANSPORT, name == NULL ? r->root : name,
                              name == NULL ? "loopback" : name->text, &r->p->transport));
    if (r->p->transport.descriptor == NULL) {
        return MPCF_OK;
    }
    for (size_t i = 0; i < 3; i++) {
        MPCF_TRY(read_party(r, (enum role) i, yaml_get(node, "options")));
    }
    check_requirements(r, node);
    return check_addresses(r);
}
