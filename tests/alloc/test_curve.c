/* SPDX-License-Identifier: Apache-2.0 */
/* Two ends of zmq-curve shake hands, talk and part where each allocation fails in turn. */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sodium.h>

#include "alloc/fail_alloc.h"
#include "base/clock.h"
#include "curve_handshake.h"
#include "curve_traffic.h"
#include "support/curve_ends.h"
#include "support/support.h"

struct two {
    struct curve_credentials *credentials[2]; /* the caller's, the callee's */
    struct curve_link *links[2];
    int fds[2];
};

static mpcf_status load(struct two *t, mpcf_error *err)
{
    static const mpcf_party selves[2] = {
        {.struct_size = sizeof(mpcf_party), .role = MPCF_ROLE_USER},
        {.struct_size = sizeof(mpcf_party), .role = MPCF_ROLE_DEALER}};
    const struct curve_config config = {.proof = CURVE_BY_FILES, .folder = curve_folders[0]};

    for (unsigned i = 0; i < 2; i++) {
        MPCF_TRY(curve_credentials_load(&config, &selves[i], &t->credentials[i], err));
    }
    return MPCF_OK;
}

static mpcf_status join(struct two *t, mpcf_error *err)
{
    for (unsigned i = 0; i < 2; i++) {
        const int fd = t->fds[i];
        t->fds[i] = -1; /* the link's, also where it fails */
        MPCF_TRY(curve_link_create(t->credentials[i], fd, i == 0, i == 0 ? MPCF_ROLE_DEALER : -1,
                                   &t->links[i], err));
    }
    return MPCF_OK;
}

static mpcf_status shake(struct two *t, mpcf_error *err)
{
    bool done[2] = {false, false};

    while (!done[0] || !done[1]) {
        for (unsigned i = 0; i < 2; i++) {
            short events = 0;
            if (!done[i]) {
                MPCF_TRY(curve_link_shake(t->links[i], &done[i], &events, err));
            }
        }
    }
    return MPCF_OK;
}

static mpcf_status talk(struct two *t, mpcf_error *err)
{
    char got[6] = "";

    MPCF_TRY(load(t, err));
    MPCF_TRY(join(t, err));
    MPCF_TRY(shake(t, err));
    MPCF_TRY(curve_send(t->links[0], "hello", 6, clock_deadline(1000000000), err));
    return curve_recv(t->links[1], got, 6, clock_deadline(1000000000), err);
}

static mpcf_status meet(void *context, mpcf_error *err)
{
    struct two t = {.fds = {-1, -1}};

    (void) context;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, t.fds) != 0) {
        return MPCF_E_IO;
    }
    mpcf_status status = talk(&t, err);
    for (unsigned i = 0; i < 2; i++) {
        curve_link_close(t.links[i]);
        curve_credentials_drop(t.credentials[i]);
        if (t.fds[i] >= 0) {
            (void) close(t.fds[i]);
        }
    }
    return status;
}

static void curve_says_memory_is_short(void **state)
{
    const int before = open("/dev/null", O_RDONLY | O_CLOEXEC);
    (void) state;
    assert_survives("zmq-curve", meet, NULL);
    const int behind = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_int_equal(behind, before + 1); /* no socket stays open */
    (void) close(before);
    (void) close(behind);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(curve_says_memory_is_short)};
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, curve_make_folders, curve_drop_folders);
}
