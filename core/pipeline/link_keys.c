/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What proves to a role who its peers are, and what is wrong with the keys that the file names.
 */
#include "pipeline/link_keys.h"

#include <string.h>

#include <mpcf/transport.h>

#include "base/folder.h"
#include "channel/key_file.h"
#include "channel/link_party.h"
#include "format/yaml_node.h"
#include "pipeline/key_place.h"

/* The transport itself proves a role by keys, and needs them for that. */
static bool takes_secrets(const struct pipeline *p, enum role role)
{
    const mpcf_transport *t = p->transport.descriptor;

    return t->needs_secrets != NULL && t->needs_secrets(p->endpoints[role].config);
}

const char *link_authentication(const struct pipeline *p, bool has_keys)
{
    const mpcf_transport *t = p->transport.descriptor;

    if (has_keys) {
        return "keys";
    }
    if ((t->caps & MPCF_TRANSPORT_LOCAL) != 0) {
        return "system user";
    }
    return link_proves_roles(t) ? "transport" : "none";
}

bool link_knows_peers(const struct pipeline *p, bool has_keys)
{
    return strcmp(link_authentication(p, has_keys), "none") != 0;
}

bool link_is_open(const struct pipeline *p)
{
    const mpcf_transport *t = p->transport.descriptor;

    return (t->caps & (MPCF_TRANSPORT_LOCAL | MPCF_TRANSPORT_ENCRYPTED)) == 0;
}

static bool needs_keys(const struct pipeline *p, enum role role)
{
    const mpcf_transport *t = p->transport.descriptor;

    return takes_secrets(p, role) ||
           (!p->plain_allowed && (t->caps & MPCF_TRANSPORT_LOCAL) == 0 && !link_proves_roles(t));
}

static void complain_of_none(const struct pipeline *p, enum role role,
                             struct yaml_problems *problems)
{
    const char *name = role_name(role);
    const struct yaml_node *party = yaml_get(p->parties, name);

    if (takes_secrets(p, role)) {
        yaml_problem(problems, party != NULL ? party : p->parties,
                     "parties.%s.keys is not given: transport '%s' proves roles by keys\n"
                     "make them with `mpcf-host keys new FOLDER` and write `parties: {%s: {keys: "
                     "FOLDER/%s.key}}`, or have it prove them by something else: `mpcf-host plugin "
                     "show %s` lists its options",
                     name, p->transport.name, name, name, p->transport.name);
        return;
    }
    yaml_problem(problems, party != NULL ? party : p->parties,
                 "parties.%s.keys is not given: transport '%s' %s, so a role that is started by "
                 "itself needs keys\n"
                 "make them with `mpcf-host keys new FOLDER` and write `parties: {%s: {keys: "
                 "FOLDER/%s.key}}`, or do without and write `transport: {require: []}`",
                 name, p->transport.name, link_lacks(p->transport.descriptor), name, name);
}

static mpcf_status check_file(const struct pipeline *p, enum role role,
                              struct yaml_problems *problems, mpcf_error *err)
{
    const struct yaml_node *party = yaml_get(p->parties, role_name(role));
    struct role_keys *keys = NULL;
    const mpcf_status status = key_file_read_as(p->endpoints[role].keys, role, &keys, err);

    role_keys_destroy(keys);
    if (status != MPCF_OK && status != MPCF_E_NOMEM) {
        yaml_problem(problems, yaml_get(party, "keys"), "parties.%s.keys: %s", role_name(role),
                     mpcf_error_text(err));
        mpcf_error_reset(err);
        return MPCF_OK;
    }
    return status;
}

/* The files of keys that the transport's options name. */
static mpcf_status check_transport(const struct pipeline *p, enum role role,
                                   struct yaml_problems *problems, mpcf_error *err)
{
    const mpcf_transport *t = p->transport.descriptor;
    const struct yaml_node *party = yaml_get(p->parties, role_name(role));

    if (t->check_role == NULL || !p->has_parties) {
        return MPCF_OK;
    }
    const mpcf_status status = t->check_role(p->endpoints[role].config, (int32_t) role, err);
    if (status != MPCF_OK && status != MPCF_E_NOMEM) {
        yaml_problem(problems, party != NULL ? party : p->parties, "the keys of the %s: %s",
                     role_name(role), mpcf_error_text(err));
        mpcf_error_reset(err);
        return MPCF_OK;
    }
    return status;
}

static void check_masks(const struct pipeline *p, enum role role, struct yaml_problems *problems)
{
    const struct yaml_node *place = NULL;

    if (p->infer.weight_masks != MASKS_KEPT || !p->has_parties) {
        return;
    }
    place = key_place(p, "stages.infer.weight_masks");
    if (!link_knows_peers(p, p->endpoints[role].keys != NULL)) {
        yaml_problem(problems, place, LINK_KEPT_NEEDS_PROOF, p->transport.name);
    } else if (link_is_open(p)) {
        yaml_problem(problems, place, LINK_KEPT_NEEDS_SECRECY, p->transport.name);
    }
}

mpcf_status link_keys_check_role(const struct pipeline *p, enum role role,
                                 struct yaml_problems *problems, mpcf_error *err)
{
    MPCF_TRY(check_transport(p, role, problems, err));
    check_masks(p, role, problems);
    if (p->endpoints[role].keys != NULL) {
        return check_file(p, role, problems, err);
    }
    if (p->has_parties && needs_keys(p, role)) {
        complain_of_none(p, role, problems);
    }
    return MPCF_OK;
}

mpcf_status link_keys_check_all(const struct pipeline *p, struct yaml_problems *problems,
                                mpcf_error *err)
{
    for (int role = 0; role < 3; role++) {
        const char *path = p->endpoints[role].keys;

        if (path != NULL && file_exists(path)) {
            MPCF_TRY(check_file(p, (enum role) role, problems, err));
        }
    }
    return MPCF_OK;
}
