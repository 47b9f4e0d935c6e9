/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/conform_parties.h"

#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "channel/channel.h"
#include "format/yaml_tree.h"
#include "plugin/option_set.h"

#define PARTY_TIMEOUT_NS INT64_C(30000000000)

/* --- Links --- */

struct link_maker {
    const mpcf_transport *transport;
    void *config;
    struct option_memory *owned;
};

struct connecting {
    const struct link_maker *maker;
    char address[256];
    void *conn;
    mpcf_status status;
};

static void *connect_main(void *object)
{
    struct connecting *c = object;

    c->status = c->maker->transport->connect(c->maker->config, c->address,
                                             clock_deadline(PARTY_TIMEOUT_NS), &c->conn, NULL);
    return NULL;
}

static mpcf_status meet(const struct link_maker *m, void *listener, void *conns[2],
                        mpcf_error *err)
{
    struct connecting c = {.maker = m, .status = MPCF_E_INTERNAL};
    pthread_t thread;
    mpcf_status status;

    MPCF_TRY(m->transport->bound(listener, c.address, sizeof c.address, err));
    if (pthread_create(&thread, NULL, connect_main, &c) != 0) {
        return mpcf_fail(err, MPCF_E_NOMEM, "no thread");
    }
    status = m->transport->accept(listener, clock_deadline(PARTY_TIMEOUT_NS), &conns[0], err);
    (void) pthread_join(thread, NULL);
    conns[1] = c.conn;
    return status != MPCF_OK ? status : c.status;
}

static mpcf_status make_link(const struct link_maker *m, struct channel **a, struct channel **b,
                             mpcf_error *err)
{
    void *listener = NULL, *conns[2] = {NULL, NULL};
    mpcf_status status;

    MPCF_TRY(m->transport->listen(m->config, "", &listener, err));
    status = meet(m, listener, conns, err);
    m->transport->unlisten(listener);
    if (status == MPCF_OK) {
        status = channel_create(m->transport, conns[0], PARTY_TIMEOUT_NS, a, err);
    }
    if (status == MPCF_OK) {
        status = channel_create(m->transport, conns[1], PARTY_TIMEOUT_NS, b, err);
    }
    return status;
}

static mpcf_status maker_open(struct plugins *plugins, struct link_maker *m, mpcf_error *err)
{
    struct yaml_problems *problems = yaml_problems_create();
    const void *found = NULL;
    mpcf_status status = plugins_find(plugins, COMPONENT_TRANSPORT, "loopback", &found, err);

    m->transport = found;
    if (status == MPCF_OK) {
        m->config = mpcf_alloc_array(m->transport->config_size + 1, 1);
        if (problems == NULL || m->config == NULL) {
            status = mpcf_fail_memory(err, m->transport->config_size, "a transport's options");
        } else {
            status = option_fill(m->transport->options, m->transport->option_size,
                                 m->transport->config_size, NULL, "loopback", "/", m->config,
                                 &m->owned, problems, err);
        }
    }
    yaml_problems_destroy(problems);
    return status;
}

/* --- Roles --- */

struct party {
    enum role role;
    struct channel *peers[3];
    struct session_run run;
    mpcf_error *err;
    mpcf_status status;
    pthread_t thread;
    bool begun;
};

static void *party_main(void *object)
{
    struct party *p = object;
    const struct session_options options = {.role = p->role, .timeout_ns = PARTY_TIMEOUT_NS};
    struct session *session = NULL;

    p->status = session_create(&options, p->peers, &session, p->err);
    if (p->status == MPCF_OK) {
        p->status = session_infer(session, &p->run, p->err);
    }
    session_destroy(session);
    for (size_t i = 0; i < 3; i++) {
        channel_close(p->peers[i]);
        p->peers[i] = NULL;
    }
    return NULL;
}

static mpcf_status make_links(struct plugins *plugins, struct party parties[3], mpcf_error *err)
{
    struct link_maker maker = {0};
    mpcf_status status = maker_open(plugins, &maker, err);

    for (size_t a = 0; a < 3; a++) {
        for (size_t b = a + 1; status == MPCF_OK && b < 3; b++) {
            status = make_link(&maker, &parties[a].peers[b], &parties[b].peers[a], err);
        }
    }
    option_config_release(maker.owned);
    mpcf_free(maker.config);
    return status;
}

static void run_all(struct party parties[3])
{
    for (size_t i = 0; i < 3; i++) {
        parties[i].begun =
            pthread_create(&parties[i].thread, NULL, party_main, &parties[i]) == 0;
    }
    for (size_t i = 0; i < 3; i++) {
        if (parties[i].begun) {
            (void) pthread_join(parties[i].thread, NULL);
        }
    }
}

mpcf_status conform_parties(struct plugins *plugins, const struct program *program,
                            const struct weights *weights, const struct secure_input *input,
                            double *output, struct cost **metered, mpcf_error *err)
{
    struct party parties[3] = {{.role = ROLE_PROVIDER}, {.role = ROLE_USER}, {.role = ROLE_DEALER}};
    mpcf_status status = cost_run(program, metered, err);

    for (size_t i = 0; i < 3; i++) {
        parties[i].run.program = program;
        parties[i].err = mpcf_error_create();
        parties[i].status = MPCF_E_INTERNAL;
    }
    parties[ROLE_PROVIDER].run.weights = weights;
    parties[ROLE_USER].run.input = input;
    parties[ROLE_USER].run.output = output;
    parties[ROLE_USER].run.metered = *metered;
    if (status == MPCF_OK) {
        status = make_links(plugins, parties, err);
    }
    if (status == MPCF_OK) {
        run_all(parties);
    }
    for (size_t i = 0; i < 3; i++) {
        if (status == MPCF_OK && parties[i].status != MPCF_OK) {
            status = mpcf_fail(err, parties[i].status, "%s", mpcf_error_text(parties[i].err));
        }
        mpcf_error_destroy(parties[i].err);
        for (size_t j = 0; j < 3; j++) {
            channel_close(parties[i].peers[j]);
        }
    }
    return status;
}
