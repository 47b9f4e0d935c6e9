/* SPDX-License-Identifier: Apache-2.0 */
#include "support/actors.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "support/role_keys.h"
#include "support/support.h"

struct roles_options actor_options(const char *transport, enum role role)
{
    struct test_transport t = test_transport_load(transport);
    return (struct roles_options){.role = role,
                                  .transport = t.transport,
                                  .config = t.config,
                                  .keys = test_role_keys(0, role),
                                  .connect_ns = 15 * ACTOR_SECOND,
                                  .timeout_ns = 10 * ACTOR_SECOND};
}

static const char *keep(char place[256], const char *address)
{
    if (address == NULL) {
        return NULL;
    }
    (void) snprintf(place, 256, "%s", address);
    return place;
}

void actor_open(struct actor *a, const struct roles_options *o, const char *batch)
{
    struct roles_options own = *o;
    *a = (struct actor){.err = mpcf_error_create()};
    for (size_t i = 0; i < 3; i++) {
        own.addresses[i] = keep(a->addresses[i], o->addresses[i]);
    }
    own.listen = keep(a->addresses[3], o->listen);
    handshake_init(&a->mine, o->role);
    assert_ok(handshake_add(&a->mine, a->err, "batch", "%s", batch), a->err);
    assert_ok(roles_open(&own, &a->roles, a->err), a->err);
}

static void *act(void *context)
{
    struct actor *a = context;
    int64_t began = clock_now_ns();
    a->status = roles_join(a->roles, &a->mine, &a->links, a->err);
    a->seconds = clock_seconds_since(began);
    return NULL;
}

void actor_start(struct actor *a)
{
    mpcf_error_reset(a->err);
    assert_int_equal(pthread_create(&a->thread, NULL, act, a), 0);
}

void actor_join(struct actor *a)
{
    assert_int_equal(pthread_join(a->thread, NULL), 0);
}

void actor_run(struct actor *a)
{
    mpcf_error_reset(a->err);
    (void) act(a);
}

void actor_close(struct actor *a)
{
    roles_links_close(&a->links);
    roles_close(a->roles);
    mpcf_error_destroy(a->err);
}

void couple_open(struct actor couple[2], const char *transport, const char *dealer,
                 const char *batch)
{
    struct roles_options provider = actor_options(transport, ROLE_PROVIDER);
    provider.addresses[ROLE_DEALER] = dealer;
    actor_open(&couple[0], &provider, batch);
    struct roles_options user = actor_options(transport, ROLE_USER);
    user.addresses[ROLE_DEALER] = dealer;
    user.addresses[ROLE_PROVIDER] = roles_address(couple[0].roles);
    actor_open(&couple[1], &user, batch);
}

void couple_joins(struct actor couple[2], struct actor *dealer)
{
    struct actor *all[3] = {&couple[0], &couple[1], dealer};
    for (size_t i = 0; i < 3; i++) {
        actor_start(all[i]);
    }
    for (size_t i = 0; i < 3; i++) {
        actor_join(all[i]);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_was_ok(all[i]->status, all[i]->err);
        assert_memory_equal(all[i]->links.session, dealer->links.session, HANDSHAKE_SESSION);
    }
}

void couple_close(struct actor couple[2])
{
    actor_close(&couple[0]);
    actor_close(&couple[1]);
}

void *stranger_call(const struct test_transport *t, const char *address)
{
    void *conn = NULL;
    assert_int_equal(
        t->transport->connect(t->config, address, clock_deadline(5 * ACTOR_SECOND), &conn, NULL),
        MPCF_OK);
    return conn;
}

void stranger_send(const struct test_transport *t, void *conn, const void *bytes, size_t length)
{
    assert_int_equal(
        t->transport->send(conn, bytes, length, clock_deadline(5 * ACTOR_SECOND), NULL), MPCF_OK);
}

size_t stranger_hear(const struct test_transport *t, void *conn, void *bytes, size_t limit,
                     double seconds)
{
    size_t had = 0;
    while (had < limit) {
        size_t out = 0, in = limit - had;
        int64_t deadline = clock_deadline((int64_t) (seconds * 1e9));
        if (t->transport->advance(conn, NULL, &out, (uint8_t *) bytes + had, &in, deadline, NULL) !=
            MPCF_OK) {
            break;
        }
        had += in;
    }
    return had;
}
