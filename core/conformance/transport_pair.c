/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens and closes what a check of a transport stands on, runs its other end, and says what was
 * expected.
 */
#include "conformance/transport_pair.h"

#include <inttypes.h>
#include <time.h>

#include "base/clock.h"
#include "channel/link_party.h"

#define LONG_NS (60 * SECOND)

static void *run_peer(void *context)
{
    struct peer *p = context;

    p->status = p->act(p->s, p->err);
    return NULL;
}

mpcf_status peer_start(struct peer *p, struct pair *s,
                       mpcf_status (*act)(struct pair *s, mpcf_error *err), mpcf_error *err)
{
    *p = (struct peer){.s = s, .act = act, .err = mpcf_error_create()};
    if (p->err == NULL || pthread_create(&p->thread, NULL, run_peer, p) != 0) {
        mpcf_error_destroy(p->err);
        return mpcf_fail(err, MPCF_E_NOMEM, "cannot start a thread");
    }
    return MPCF_OK;
}

mpcf_status peer_join(struct peer *p, mpcf_status status, mpcf_error *err)
{
    (void) pthread_join(p->thread, NULL);
    if (status == MPCF_OK && p->status != MPCF_OK) {
        status = mpcf_fail(err, p->status, "other end: %s", mpcf_error_text(p->err));
    }
    mpcf_error_destroy(p->err);
    return status;
}

int64_t pair_soon(void)
{
    return clock_deadline(LONG_NS);
}

void pair_pause(int64_t duration)
{
    struct timespec time = {.tv_sec = duration / SECOND, .tv_nsec = duration % SECOND};

    (void) nanosleep(&time, NULL);
}

void pair_fill(uint8_t *data, size_t length, uint64_t seed)
{
    uint64_t x = seed * 2 + 1;

    for (size_t i = 0; i < length; i++) {
        x = x * UINT64_C(6364136223846793005) + 1;
        data[i] = (uint8_t) (x >> 56);
    }
}

mpcf_status expect_same(const uint8_t *got, const uint8_t *want, size_t length, mpcf_error *err)
{
    for (size_t i = 0; i < length; i++) {
        if (got[i] != want[i]) {
            return mpcf_fail(err, MPCF_E_INVALID, "byte %zu of %zu differs from what was sent", i,
                             length);
        }
    }
    return MPCF_OK;
}

mpcf_status expect_status(mpcf_status got, mpcf_status want, const char *call, mpcf_error *err)
{
    if (got == want) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_INVALID, "%s returned %s, expected %s", call,
                     mpcf_status_name(got), mpcf_status_name(want));
}

mpcf_status expect_within(int64_t start, int64_t limit, const char *call, mpcf_error *err)
{
    int64_t took = clock_now_ns() - start;

    if (took <= limit) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_INVALID, "%s took %" PRId64 " ms, at most %" PRId64 " ms", call,
                     took / 1000000, limit / 1000000);
}

mpcf_status pair_leave_out(struct pair *s, const char *why)
{
    s->left_out = why;
    return MPCF_OK;
}

mpcf_status pair_listen(struct pair *s, mpcf_error *err)
{
    MPCF_TRY(link_listen(s->t, s->config, s->provider, s->wish, &s->listener, err));
    return s->t->bound(s->listener, s->address, sizeof(s->address), err);
}

void pair_unlisten(struct pair *s)
{
    if (s->listener != NULL) {
        s->t->unlisten(s->listener);
    }
    s->listener = NULL;
}

mpcf_status pair_call(struct pair *s, int64_t deadline, void **conn, mpcf_error *err)
{
    return link_connect(s->t, s->config, s->user, ROLE_PROVIDER, s->address, deadline, conn, err);
}

mpcf_status pair_connect(struct pair *s, mpcf_error *err)
{
    return pair_call(s, pair_soon(), &s->b, err);
}

mpcf_status pair_join(struct pair *s, mpcf_error *err)
{
    struct peer peer;

    MPCF_TRY(peer_start(&peer, s, pair_connect, err));
    mpcf_status status = s->t->accept(s->listener, pair_soon(), &s->a, err);
    return peer_join(&peer, status, err);
}

void pair_close(struct pair *s, void **conn)
{
    if (*conn != NULL) {
        s->t->close(*conn);
    }
    *conn = NULL;
}
