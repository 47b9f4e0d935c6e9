/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secure inferences with one role's products through the module, without a device: every message that any
 * role sends, and the result, are those of three roles on the CPU, bit for bit.
 */
#include <string.h>

#include "cuda_operations.h"
#include "device/device.h"
#include "fake_cuda.h"
#include "plugins/device/secure_roles.h"
#include "support/support.h"

static mpcf_error *err;

/* The stand-in is one device, for one thread: one role at a time. */
static void check_role(const struct secure_roles *n, enum role role)
{
    struct device *devices[3] = {NULL, NULL, NULL};

    fake_cuda_begin();
    assert_ok(device_open_with(&cuda_operations, "cuda", 0, &devices[role], err), err);
    assert_ok(secure_roles_compare(n, devices, err), err);
    assert_true(fake_cuda_counts.products > 0);
    device_close(devices[role]);
    if (fake_cuda_problem() != NULL) {
        fail_msg("role %d: %s", (int) role, fake_cuda_problem());
    }
}

/* The CPU as a device of all three, at once: what an engine asks of a device, without CUDA. */
static void check_cpu(const struct secure_roles *n)
{
    struct device *devices[3];

    for (int i = 0; i < 3; i++) {
        assert_ok(device_open("cpu", &devices[i], err), err);
    }
    assert_ok(secure_roles_compare(n, devices, err), err);
    for (int i = 0; i < 3; i++) {
        device_close(devices[i]);
    }
}

static void check(const char *activation, const char *normaliser, bool weights_shared)
{
    struct secure_roles n;

    secure_roles_begin(&n, activation, normaliser, weights_shared);
    for (int role = 0; role < 3; role++) {
        check_role(&n, (enum role) role);
    }
    check_cpu(&n);
    secure_roles_end(&n);
}

static void test_quad(void **state)
{
    (void) state;
    check("quad", "2quad", false);
}

static void test_exact(void **state)
{
    (void) state;
    check("gelu", "softmax", false);
}

static void test_shared_weights(void **state)
{
    (void) state;
    check("quad", "2quad", true);
}

/* A reserve that is too small ends the role's session with a word of it, and leaves nothing. */
static void check_short(const struct secure_roles *n, size_t bytes, const char *words)
{
    struct secure_outcome o = {0};
    struct test_parties t = secure_roles_parties(n, &o);

    fake_cuda_begin();
    t.device_bytes = bytes;
    assert_ok(device_open_with(&cuda_operations, "cuda", 0, &t.devices[ROLE_USER], err), err);
    test_parties_run(&t);
    assert_int_equal(t.status[ROLE_USER], MPCF_E_NOMEM);
    assert_message_contains(t.errors[ROLE_USER], words);
    test_parties_clear(&t);
    recording_clear(&o.heard);
    device_close(t.devices[ROLE_USER]);
    if (fake_cuda_problem() != NULL) {
        fail_msg("%zu bytes: %s", bytes, fake_cuda_problem());
    }
}

static void test_too_small(void **state)
{
    struct secure_roles n;

    (void) state;
    secure_roles_begin(&n, "quad", "2quad", false);
    check_short(&n, (size_t) 1 << 40, "Pretended 0: 1024.0 GiB are needed");
    check_short(&n, 16384, "reserved are left");
    secure_roles_end(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quad),
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_shared_weights),
        cmocka_unit_test(test_too_small),
    };
    int failed;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
