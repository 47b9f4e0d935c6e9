/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is at the other end, what binds a connection, and who is turned away. What a transport does not
 * offer it is not asked for.
 */
#include "conformance/transport_proof.h"

#include <string.h>

#include "base/clock.h"
#include "channel/link_party.h"

#define REFUSAL_NS (2 * SECOND) /* for a proof that is not good */

static mpcf_status expect_role(const struct pair *s, void *conn, int32_t want, const char *end,
                               mpcf_error *err)
{
    int32_t role = -1;

    MPCF_TRY(s->t->peer_role(conn, &role, err));
    return role == want
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_INVALID, "peer_role() of the end that %s is %d, expected %d",
                           end, role, want);
}

static mpcf_status check_roles(struct pair *s, mpcf_error *err)
{
    if (s->t->peer_role == NULL) {
        return pair_leave_out(s, "it has no peer_role()");
    }
    MPCF_TRY(expect_role(s, s->a, MPCF_ROLE_USER, "accepted", err));
    return expect_role(s, s->b, MPCF_ROLE_PROVIDER, "called", err);
}

static mpcf_status check_bindings(const struct pair *s, void *a, void *b, mpcf_error *err)
{
    uint8_t at[4][MPCF_BINDING_BYTES] = {{0}, {1}, {2}, {3}};
    void *const ends[4] = {s->a, s->b, a, b};

    for (size_t i = 0; i < 4; i++) {
        MPCF_TRY(s->t->binding(ends[i], at[i], err));
    }
    if (memcmp(at[0], at[1], sizeof(at[0])) != 0 || memcmp(at[2], at[3], sizeof(at[2])) != 0) {
        return mpcf_fail(err, MPCF_E_INVALID, "binding() differs at the ends of one connection");
    }
    if (memcmp(at[0], at[2], sizeof(at[0])) == 0) {
        return mpcf_fail(err, MPCF_E_INVALID, "binding() is the same of two connections");
    }
    return MPCF_OK;
}

static mpcf_status check_binding(struct pair *s, mpcf_error *err)
{
    void *a = s->a, *b = s->b;

    if (s->t->binding == NULL) {
        return pair_leave_out(s, "it has no binding()");
    }
    s->a = s->b = NULL;
    mpcf_status status = pair_join(s, err);
    if (status == MPCF_OK) {
        status = check_bindings(s, a, b, err);
    }
    pair_close(s, &b);
    pair_close(s, &a);
    return status;
}

/* Accepts what is to be refused: how that ends is its caller's to say. */
static mpcf_status accept_any(struct pair *s, mpcf_error *err)
{
    (void) err;
    (void) s->t->accept(s->listener, clock_deadline(REFUSAL_NS), &s->a, NULL);
    return MPCF_OK;
}

/* What SELF meets that calls PEER at the provider's address. */
static mpcf_status call_wrongly(struct pair *s, const mpcf_party *self, enum role peer,
                                mpcf_status *got, mpcf_error *err)
{
    struct peer other;

    MPCF_TRY(peer_start(&other, s, accept_any, err));
    *got = link_connect(s->t, s->config, self, peer, s->address, clock_deadline(REFUSAL_NS), &s->b,
                        NULL);
    mpcf_status status = peer_join(&other, MPCF_OK, err);
    pair_close(s, &s->b);
    pair_close(s, &s->a);
    return status;
}

static mpcf_status check_other_role(struct pair *s, mpcf_error *err)
{
    mpcf_status got = MPCF_OK;

    if (s->t->connect_as == NULL) {
        return pair_leave_out(s, "it has no connect_as()");
    }
    MPCF_TRY(call_wrongly(s, s->user, ROLE_DEALER, &got, err));
    return expect_status(got, MPCF_E_AUTH, "connect_as() of the dealer where the provider listens",
                         err);
}

/* A transport that takes who has no secret at all goes by something else. */
static mpcf_status check_other_secret(struct pair *s, mpcf_error *err)
{
    mpcf_party stranger = *s->user;
    mpcf_status got = MPCF_OK;

    if (s->t->connect_as == NULL) {
        return pair_leave_out(s, "it has no connect_as()");
    }
    memset(stranger.has_secret, 0, sizeof(stranger.has_secret));
    memset(stranger.calling, 0, sizeof(stranger.calling));
    MPCF_TRY(call_wrongly(s, &stranger, ROLE_PROVIDER, &got, err));
    if (got == MPCF_OK) {
        return pair_leave_out(s, "it does not go by the secrets of mpcf_party");
    }
    memcpy(stranger.has_secret, s->user->has_secret, sizeof(stranger.has_secret));
    MPCF_TRY(call_wrongly(s, &stranger, ROLE_PROVIDER, &got, err));
    return expect_status(got, MPCF_E_AUTH, "connect_as() with another secret", err);
}

const struct transport_check transport_proof_checks[] = {
    {"both ends have proved the roles that they play", true, 8, check_roles},
    {"what binds a connection is at its two ends and nowhere else", true, 8, check_binding},
    {"another role than was called is refused", false, 8, check_other_role},
    {"another secret is refused", false, 8, check_other_secret},
    {NULL, false, 0, NULL},
};
