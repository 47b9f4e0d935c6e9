/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a machine on which a device of CUDA cannot be used, in one line, with nothing left behind. */
#include <string.h>

#include "cuda_operations.h"
#include "device/device.h"
#include "device/device_product.h"
#include "device/device_queue.h"
#include "fake_cuda.h"
#include "support/support.h"

static mpcf_error *err;

static void assert_no_problem(void)
{
    if (fake_cuda_problem() != NULL) {
        fail_msg("%s", fake_cuda_problem());
    }
}

static void refused(const char *part)
{
    struct device *d = NULL;

    assert_status(MPCF_E_UNSUPPORTED, device_open_with(&cuda_operations, "cuda", 0, &d, err), err);
    assert_message_contains(err, part);
    assert_null(strchr(mpcf_error_text(err), '\n'));
    assert_no_problem();
    fake_cuda_begin();
}

static void test_refusals(void **state)
{
    (void) state;
    fake_cuda_begin();
    fake_cuda.has_driver = false;
    refused("no CUDA driver: libcuda.so.1");
    fake_cuda.init = CUDA_NO_DEVICE;
    refused("finds no device: CUDA_ERROR_NO_DEVICE, no CUDA-capable device is detected");
    fake_cuda.driver_version = 12080;
    refused("the driver is one for CUDA 12.8, this build needs one for CUDA 13.0 or newer");
    fake_cuda.count = 0;
    refused("the CUDA driver has no device");
    fake_cuda.major = 7;
    fake_cuda.minor = 5;
    refused("Pretended 0 has compute capability 7.5, 8.0 or higher is needed");
    fake_cuda.load = CUDA_NO_BINARY;
    refused("this build has no kernels for Pretended 0");
    fake_cuda.load = CUDA_NEWER_PTX;
    refused("this build has no kernels for Pretended 0");
    fake_cuda.has_lt = false;
    refused("no cuBLAS: libcublasLt");
}

static void test_number(void **state)
{
    struct device *d = NULL;

    (void) state;
    fake_cuda_begin();
    fake_cuda.count = 2;
    assert_status(MPCF_E_UNSUPPORTED, device_open_with(&cuda_operations, "cuda", 2, &d, err), err);
    assert_message_contains(err, "there is no cuda:2; the last is cuda:1");
    assert_ok(device_open_with(&cuda_operations, "cuda", 1, &d, err), err);
    assert_string_equal(device_name(d), "cuda:1");
    assert_string_equal(device_facts(d)->name, "Pretended 1");
    assert_string_equal(device_facts(d)->by, "cuBLASLt 13.1.0");
    assert_int_equal(device_facts(d)->memory, fake_cuda.memory);
    device_close(d);
    assert_no_problem();
}

/* A driver that is newer than the toolkit, or of its major number, does. */
static void test_driver(void **state)
{
    static const int versions[] = {13000, 13010, 14000};
    struct device *d = NULL;

    (void) state;
    for (size_t i = 0; i < 3; i++) {
        fake_cuda_begin();
        fake_cuda.toolkit = 13020;
        fake_cuda.driver_version = versions[i];
        assert_ok(device_open_with(&cuda_operations, "cuda", 0, &d, err), err);
        device_close(d);
        assert_no_problem();
    }
}

static void test_memory(void **state)
{
    struct device *d = NULL;

    (void) state;
    fake_cuda_begin();
    assert_ok(device_open_with(&cuda_operations, "cuda", 0, &d, err), err);
    assert_status(MPCF_E_NOMEM, device_reserve(d, (size_t) 1 << 30, err), err);
    assert_message_contains(err, "Pretended 0: 1.0 GiB are needed, 0.2 of 0.2 GiB are free");
    assert_ok(device_reserve(d, (size_t) 1 << 20, err), err);
    device_close(d);
    assert_no_problem();
}

/* Who closes a device hears whether its memory was wiped. */
static void test_wiping(void **state)
{
    static const cuda_result faults[] = {CUDA_OK, CUDA_OUT_OF_MEMORY};
    struct device_part memory;
    void *opened = NULL;

    (void) state;
    for (size_t i = 0; i < 2; i++) {
        fake_cuda_begin();
        assert_ok(cuda_operations.open(0, &opened, err), err);
        assert_ok(cuda_operations.reserve(opened, 4096, &memory, err), err);
        fake_cuda.stream_fault = faults[i];
        assert_int_equal(cuda_operations.close(opened), i == 0);
        assert_no_problem();
    }
}

/* No algorithm is said when a product is planned, before anything runs. */
static void test_no_algorithm(void **state)
{
    const struct device_ring_product ring = {16, 16, 16, 1, false, false, 40};
    const struct device_float_product real = {
        .m = 2, .n = 3, .k = 4, .lda = 4, .ldb = 3, .ldc = 3, .count = 1};
    struct device *d = NULL;
    struct device_plan *plan = NULL;

    (void) state;
    fake_cuda_begin();
    fake_cuda.has_no_algorithm = true;
    assert_ok(device_open_with(&cuda_operations, "cuda", 0, &d, err), err);
    assert_status(MPCF_E_UNSUPPORTED, device_ring_plan(d, &ring, &plan, err), err);
    assert_message_contains(err, "cuBLASLt has no int8 algorithm on Pretended 0");
    assert_status(MPCF_E_UNSUPPORTED, device_float_plan(d, &real, &plan, err), err);
    assert_message_contains(err, "cuBLASLt has no float algorithm on Pretended 0");
    device_close(d);
    assert_no_problem();
}

/* What fails on the way is told by who waits. */
static void test_fault(void **state)
{
    struct device *d = NULL;
    struct device_queue *q = NULL;

    (void) state;
    fake_cuda_begin();
    assert_ok(device_open_with(&cuda_operations, "cuda", 0, &d, err), err);
    assert_ok(device_queue_create(d, &q, err), err);
    fake_cuda.stream_fault = 700; /* CUDA_ERROR_ILLEGAL_ADDRESS */
    assert_status(MPCF_E_IO, device_wait(q, err), err);
    assert_message_contains(err, "waiting for the device: CUDA_ERROR_OTHER");
    device_queue_destroy(q);
    device_close(d);
    assert_no_problem();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_number),
        cmocka_unit_test(test_driver),   cmocka_unit_test(test_memory),
        cmocka_unit_test(test_wiping),   cmocka_unit_test(test_no_algorithm),
        cmocka_unit_test(test_fault),
    };
    int failed;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
