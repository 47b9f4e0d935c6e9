/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of what a transport proves: tls passes them, and each fails on one that proves wrongly.
 */
#include "conformance/transport_proof.h"

#include <string.h>

#include <mpcf/plugin.h>

#include "conformance/transport_check.h"
#include "support/support.h"
#include "support/transports.h"

enum fault { SOUND, OTHER_ROLE, ONE_BINDING, OWN_BINDING, ANY_ROLE, ANY_SECRET, FAULTS };

static struct {
    const mpcf_transport *real;
    mpcf_transport shown;
    const char *check; /* the one that runs */
    mpcf_status status;
    unsigned runs;
    uint8_t count;
    mpcf_party good; /* of the run that is watched */
} wrong;

static mpcf_status other_role(void *conn, int32_t *role, mpcf_error *err)
{
    MPCF_TRY(wrong.real->peer_role(conn, role, err));
    *role = MPCF_ROLE_DEALER;
    return MPCF_OK;
}

static mpcf_status one_binding(void *conn, uint8_t *value, mpcf_error *err)
{
    (void) conn;
    (void) err;
    memset(value, 5, MPCF_BINDING_BYTES);
    return MPCF_OK;
}

static mpcf_status own_binding(void *conn, uint8_t *value, mpcf_error *err)
{
    (void) conn;
    (void) err;
    memset(value, ++wrong.count, MPCF_BINDING_BYTES);
    return MPCF_OK;
}

static mpcf_status any_role(const void *config, const mpcf_party *self, int32_t peer,
                            const char *address, int64_t deadline, void **conn, mpcf_error *err)
{
    (void) peer;
    return wrong.real->connect_as(config, self, MPCF_ROLE_PROVIDER, address, deadline, conn, err);
}

/* Takes who has any secret for one that has the right one. */
static mpcf_status listen_to_any(const void *config, const mpcf_party *self, const char *address,
                                 void **listener, mpcf_error *err)
{
    static const uint8_t zeros[MPCF_SECRET_BYTES];
    wrong.good = *self;
    memcpy(wrong.good.accepting[MPCF_ROLE_USER], zeros, sizeof(zeros));
    return wrong.real->listen_as(config, &wrong.good, address, listener, err);
}

static mpcf_transport wrong_by(enum fault fault)
{
    mpcf_transport t = *wrong.real;
    switch (fault) {
    case OTHER_ROLE:
        t.peer_role = other_role;
        break;
    case ONE_BINDING:
        t.binding = one_binding;
        break;
    case OWN_BINDING:
        t.binding = own_binding;
        break;
    case ANY_ROLE:
        t.connect_as = any_role;
        break;
    case ANY_SECRET:
        t.listen_as = listen_to_any;
        break;
    default:
        break;
    }
    return t;
}

static bool is_watched(void *context, const char *check)
{
    (void) context;
    return strcmp(check, wrong.check) == 0;
}

static void watch(void *context, const char *check, mpcf_status status, const char *detail)
{
    (void) context;
    print_message("%s: %s\n", check, detail);
    wrong.status = status;
    wrong.runs++;
}

static void each_check_finds_what_it_is_for(void **state)
{
    static const enum fault faults[4][2] = {
        {OTHER_ROLE, FAULTS}, {ONE_BINDING, OWN_BINDING}, {ANY_ROLE, FAULTS}, {ANY_SECRET, FAULTS}};
    const struct test_transport tls = test_transport_load("tls");
    (void) state;
    wrong.real = tls.transport;
    for (size_t i = 0; transport_proof_checks[i].name != NULL; i++) {
        assert_in_range(i, 0, 3);
        wrong.check = transport_proof_checks[i].name;
        for (int f = SOUND; f < FAULTS; f++) {
            const bool is_found = f == (int) faults[i][0] || f == (int) faults[i][1];
            if (f != SOUND && !is_found) {
                continue;
            }
            wrong.shown = wrong_by((enum fault) f);
            wrong.runs = 0;
            mpcf_status status = conform_transport(&wrong.shown, MPCF_ABI_MINOR, tls.config, NULL,
                                                   is_watched, watch, NULL, NULL);
            assert_int_equal(wrong.runs, 1);
            assert_int_equal(wrong.status == MPCF_OK, f == SOUND);
            assert_int_equal(status == MPCF_OK, f == SOUND);
        }
    }
}

static void expect_left_out(const struct test_transport *tls, size_t check)
{
    wrong.check = transport_proof_checks[check].name;
    wrong.runs = 0;
    assert_int_equal(conform_transport(&wrong.shown, MPCF_ABI_MINOR, tls->config, NULL, is_watched,
                                       watch, NULL, NULL),
                     MPCF_OK);
    assert_int_equal(wrong.runs, 1);
    assert_int_equal(wrong.status, MPCF_E_UNSUPPORTED);
}

/* A test that says "ok" of what a transport does not offer would say what nobody has seen. */
static void what_is_not_offered_is_left_out(void **state)
{
    const struct test_transport tls = test_transport_load("tls");
    (void) state;
    wrong.shown = *tls.transport;
    wrong.shown.peer_role = NULL;
    wrong.shown.binding = NULL;
    expect_left_out(&tls, 0);
    expect_left_out(&tls, 1);
    wrong.shown.connect_as = NULL;
    expect_left_out(&tls, 2);
    expect_left_out(&tls, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_offered_is_left_out),
        cmocka_unit_test(each_check_finds_what_it_is_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
