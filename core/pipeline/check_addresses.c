/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses of `parties` nobody can listen on or call, and why. */
#include "pipeline/check_addresses.h"

#include <string.h>
#include <strings.h>

#include "channel/role.h"
#include "roles/roles.h"

struct address_check {
    struct pipeline_reader *r;
    const mpcf_transport *transport;
    enum role role;
    const struct pipeline_endpoint *endpoint;
    const struct yaml_node *party; /* may be NULL */
};

/* Adds what the transport says against ADDRESS, behind HEAD, at AT. */
static mpcf_status ask(const struct address_check *c, const char *address, bool is_listen,
                       const struct yaml_node *at, const char *head)
{
    mpcf_status status = MPCF_OK;

    mpcf_error_reset(c->r->err);
    if (c->transport->check_address != NULL) {
        status = c->transport->check_address(c->endpoint->config, address, is_listen, c->r->err);
    }
    if (status != MPCF_OK && status != MPCF_E_NOMEM) {
        yaml_problem(c->r->problems, at, "parties.%s%s%s", role_name(c->role), head,
                     mpcf_error_text(c->r->err));
        status = MPCF_OK;
    }
    return status;
}

static bool is_empty(const struct yaml_node *node)
{
    return node != NULL && node->kind == YAML_NODE_SCALAR && node->text[0] == '\0';
}

static mpcf_status check_listen(const struct address_check *c)
{
    const struct yaml_node *node = yaml_get(c->party, "listen");
    /* Without an address it is the transport's choice, which its options may stand against. */
    const char *text = c->endpoint->listen != NULL ? c->endpoint->listen : roles_wish(c->transport);

    if (c->role == ROLE_USER && c->endpoint->listen == NULL) {
        return MPCF_OK;
    }
    return ask(c, text, true, node != NULL ? node : c->r->root, ".listen: ");
}

/* HAS_GOOD_LISTEN: what is said of it as an address to call is not said twice. */
static mpcf_status check_called(const struct address_check *c, bool has_good_listen)
{
    const struct yaml_node *node = yaml_get(c->party, "address");

    if (is_empty(node)) {
        yaml_problem(c->r->problems, node,
                     "parties.%s.address is empty; without the key it is as `listen`",
                     role_name(c->role));
        return MPCF_OK;
    }
    if (node != NULL) {
        return ask(c, c->endpoint->address, false, node, ".address: ");
    }
    if (c->endpoint->listen == NULL || c->role == ROLE_USER || !has_good_listen) {
        return MPCF_OK;
    }
    return ask(c, c->endpoint->listen, false, yaml_get(c->party, "listen"),
               ": the others need an `address` beside this `listen`: ");
}

/* --- Both --- */

/* "localhost:1" is "127.0.0.1:1" and "[::1]:1" here. */
static bool is_same(const char *a, const char *b)
{
    static const char local[] = "localhost:";
    const char *a_port = strrchr(a, ':'), *b_port = strrchr(b, ':');
    const size_t length = sizeof local - 1;

    if (strcasecmp(a, b) == 0) {
        return true;
    }
    return a_port != NULL && b_port != NULL && strcmp(a_port, b_port) == 0 &&
           roles_is_loopback(a) && roles_is_loopback(b) &&
           (strncasecmp(a, local, length) == 0 || strncasecmp(b, local, length) == 0);
}

static void check_apart(struct pipeline_reader *r)
{
    const char *provider = r->p->endpoints[ROLE_PROVIDER].address;
    const char *dealer = r->p->endpoints[ROLE_DEALER].address;
    const struct yaml_node *parties = yaml_get(r->root, "parties");
    const struct yaml_node *party = yaml_get(parties, role_name(ROLE_DEALER));
    const struct yaml_node *at = yaml_get(party, "address");

    if (provider != NULL && dealer != NULL && is_same(provider, dealer)) {
        yaml_problem(r->problems, at != NULL ? at : yaml_get(party, "listen"),
                     "parties.dealer and parties.provider have one address, '%s'; each listens at "
                     "its own",
                     dealer);
    }
}

mpcf_status check_addresses(struct pipeline_reader *r)
{
    const struct yaml_node *parties = yaml_get(r->root, "parties");

    for (size_t i = 0; i < 3; i++) {
        const struct address_check c = {
            .r = r,
            .transport = r->p->transport.descriptor,
            .role = (enum role) i,
            .endpoint = &r->p->endpoints[i],
            .party = yaml_get(parties, role_name((enum role) i)),
        };

        const size_t before = yaml_problems_count(r->problems);

        MPCF_TRY(check_listen(&c));
        MPCF_TRY(check_called(&c, yaml_problems_count(r->problems) == before));
    }
    check_apart(r);
    return MPCF_OK;
}
