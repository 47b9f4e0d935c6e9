/* SPDX-License-Identifier: Apache-2.0 */
#include "support/transports.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "plugin/option_set.h"
#include "plugin/plugins.h"
#include "support/support.h"

#define KEPT    8
#define WAIT_NS INT64_C(30000000000)

static struct {
    struct plugins *plugins;
    mpcf_error *err;
    struct kept {
        struct test_transport t;
        void *config;
        struct option_memory *owned;
    } kept[KEPT];
    size_t count;
} loaded;

static void release(void)
{
    for (size_t i = 0; i < loaded.count; i++) {
        mpcf_free(loaded.kept[i].config);
        option_config_release(loaded.kept[i].owned);
    }
    plugins_destroy(loaded.plugins);
    mpcf_error_destroy(loaded.err);
}

static void prepare(void)
{
    if (loaded.plugins == NULL) {
        loaded.err = mpcf_error_create();
        assert_ok(plugins_create(NULL, &loaded.plugins, loaded.err), loaded.err);
        assert_int_equal(atexit(release), 0);
    }
}

static void fill_config(struct kept *kept, const mpcf_transport *t)
{
    struct yaml_problems *problems = yaml_problems_create();
    kept->config = mpcf_alloc_array(t->config_size + 1, 1);
    assert_non_null(problems);
    assert_non_null(kept->config);
    assert_ok(option_fill(t->options, t->option_size, t->config_size, NULL, t->name, ".",
                          kept->config, &kept->owned, problems, loaded.err),
              loaded.err);
    assert_int_equal(yaml_problems_count(problems), 0);
    yaml_problems_destroy(problems);
}

struct test_transport test_transport_load(const char *name)
{
    prepare();
    for (size_t i = 0; i < loaded.count; i++) {
        if (strcmp(loaded.kept[i].t.transport->name, name) == 0) {
            return loaded.kept[i].t;
        }
    }
    assert_true(loaded.count < KEPT);
    const void *found = NULL;
    assert_ok(plugins_find(loaded.plugins, COMPONENT_TRANSPORT, name, &found, loaded.err),
              loaded.err);
    struct kept *kept = &loaded.kept[loaded.count];
    fill_config(kept, found);
    kept->t = (struct test_transport){.transport = found, .config = kept->config};
    loaded.count++;
    return kept->t;
}

struct connecting {
    const struct test_transport *t;
    char address[256];
    void *conn;
    mpcf_status status;
};

static void *connect_thread(void *context)
{
    struct connecting *c = context;
    c->status =
        c->t->transport->connect(c->t->config, c->address, clock_deadline(WAIT_NS), &c->conn, NULL);
    return NULL;
}

void test_transport_pair(const struct test_transport *t, const char *listen, void *conns[2])
{
    mpcf_error *err = mpcf_error_create();
    struct connecting c = {.t = t};
    void *listener = NULL;
    pthread_t thread;
    assert_ok(t->transport->listen(t->config, listen, &listener, err), err);
    assert_ok(t->transport->bound(listener, c.address, sizeof(c.address), err), err);
    assert_int_equal(pthread_create(&thread, NULL, connect_thread, &c), 0);
    assert_ok(t->transport->accept(listener, clock_deadline(WAIT_NS), &conns[0], err), err);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(c.status, MPCF_OK);
    conns[1] = c.conn;
    t->transport->unlisten(listener);
    mpcf_error_destroy(err);
}

void test_channel_pair(const struct test_transport *t, const char *listen, int64_t timeout_ns,
                       struct channel *channels[2])
{
    void *conns[2];
    test_transport_pair(t, listen, conns);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(channel_create(t->transport, conns[i], timeout_ns, &channels[i], NULL),
                         MPCF_OK);
    }
}

/* --- faults --- */

struct faulty {
    mpcf_transport shown; /* what the channel sees */
    const mpcf_transport *real;
    void *conn;
    struct test_faults faults;
    _Atomic size_t calls; /* a thread may send while another receives */
};

static mpcf_status count_call(struct faulty *f, mpcf_error *err)
{
    size_t call = ++f->calls;
    if (f->faults.fail_at != 0 && call >= f->faults.fail_at) {
        return mpcf_fail(err, f->faults.status, "fault at call %zu", call);
    }
    return MPCF_OK;
}

static mpcf_status faulty_send(void *conn, const void *buffer, size_t length, int64_t deadline,
                               mpcf_error *err)
{
    struct faulty *f = conn;
    MPCF_TRY(count_call(f, err));
    return f->real->send(f->conn, buffer, length, deadline, err);
}

static mpcf_status faulty_recv(void *conn, void *buffer, size_t length, int64_t deadline,
                               mpcf_error *err)
{
    struct faulty *f = conn;
    MPCF_TRY(count_call(f, err));
    return f->real->recv(f->conn, buffer, length, deadline, err);
}

static mpcf_status faulty_exchange(void *conn, const void *out, size_t out_length, void *in,
                                   size_t in_length, int64_t deadline, mpcf_error *err)
{
    struct faulty *f = conn;
    MPCF_TRY(count_call(f, err));
    return f->real->exchange(f->conn, out, out_length, in, in_length, deadline, err);
}

static mpcf_status faulty_advance(void *conn, const void *out, size_t *out_length, void *in,
                                  size_t *in_length, int64_t deadline, mpcf_error *err)
{
    struct faulty *f = conn;
    mpcf_status status = count_call(f, err);
    if (status != MPCF_OK) {
        *out_length = *in_length = 0;
        return status;
    }
    return f->real->advance(f->conn, out, out_length, in, in_length, deadline, err);
}

static mpcf_status faulty_identity(void *conn, char *text, size_t size, mpcf_error *err)
{
    struct faulty *f = conn;
    return f->real->peer_identity(f->conn, text, size, err);
}

static void faulty_close(void *conn)
{
    struct faulty *f = conn;
    f->real->close(f->conn);
    mpcf_free(f);
}

const mpcf_transport *test_transport_faulty(const mpcf_transport *transport, void *conn,
                                            const struct test_faults *faults, void **wrapped)
{
    struct faulty *f = mpcf_alloc_array(1, sizeof(*f));
    assert_non_null(f);
    f->shown = *transport;
    f->real = transport;
    f->conn = conn;
    f->faults = *faults;
    f->shown.send = faulty_send;
    f->shown.recv = faulty_recv;
    f->shown.exchange =
        transport->exchange == NULL || faults->hide_exchange ? NULL : faulty_exchange;
    f->shown.advance = transport->advance == NULL || faults->hide_exchange ? NULL : faulty_advance;
    f->shown.peer_identity = transport->peer_identity == NULL ? NULL : faulty_identity;
    f->shown.close = faulty_close;
    *wrapped = f;
    return &f->shown;
}
