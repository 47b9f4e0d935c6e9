/* SPDX-License-Identifier: Apache-2.0 */
/* Opening by words, what is reserved and taken, and products on the CPU. */
#include "device/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "device/device_product.h"
#include "device/device_queue.h"
#include "device/ring_products.h"
#include "ring/ring_product.h"
#include "support/support.h"

static mpcf_error *err;

static struct device *open_cpu(void)
{
    struct device *d = NULL;

    assert_ok(device_open("cpu", &d, err), err);
    return d;
}

static void test_words(void **state)
{
    static const char *const wrong[] = {"",       "gpu",      "CPU",     "cuda:",     "cuda:-1",
                                        "cuda:x", "cuda:256", "cuda:1 ", "cuda:0001", "cpu:0"};
    struct device *d = open_cpu();

    (void) state;
    assert_string_equal(device_name(d), "cpu");
    assert_string_equal(device_reason(d), "asked for");
    assert_true(device_facts(d)->name[0] != '\0');
    assert_non_null(strstr(device_facts(d)->by, "openblas"));
    device_close(d);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_status(MPCF_E_CONFIG, device_open(wrong[i], &d, err), err);
        assert_message_contains(err, "expected cpu, cuda, cuda:N (N from 0 to 255) or auto");
    }
}

/* With a device or without: `cuda` says what is missing, and `auto` says the same and computes. */
static void test_auto(void **state)
{
    struct device *d = NULL, *found = NULL;
    char missing[512];

    (void) state;
    mpcf_error_reset(err);
    const mpcf_status status = device_open("cuda", &found, err);
    (void) snprintf(missing, sizeof missing, "%s", mpcf_error_text(err));
    assert_ok(device_open("auto", &d, err), err);
    if (status == MPCF_OK) {
        assert_string_equal(device_name(d), "cuda:0");
        assert_string_equal(device_name(found), "cuda:0");
    } else {
        assert_int_equal(status, MPCF_E_UNSUPPORTED);
        assert_true(missing[0] != '\0' && strchr(missing, '\n') == NULL);
        assert_string_equal(device_name(d), "cpu");
        assert_string_equal(strstr(device_reason(d), "auto: "), device_reason(d));
        assert_string_equal(device_reason(d) + 6, missing);
    }
    device_close(d);
    device_close(found);
}

static void test_memory(void **state)
{
    struct device *d = open_cpu();
    struct device_part a, b;

    (void) state;
    assert_int_equal(device_room(0), 0);
    assert_int_equal(device_room(1), DEVICE_ALIGNMENT);
    assert_int_equal(device_room(DEVICE_ALIGNMENT), DEVICE_ALIGNMENT);
    assert_true(device_room(SIZE_MAX) == SIZE_MAX);
    assert_status(MPCF_E_NOMEM, device_take(d, 1, &a, err), err);
    assert_ok(device_reserve(d, device_room(10) + device_room(300), err), err);
    assert_status(MPCF_E_INVALID, device_reserve(d, 1, err), err);
    assert_ok(device_take(d, 10, &a, err), err);
    assert_ok(device_take(d, 300, &b, err), err);
    assert_true(a.bytes == 10 && b.bytes == 300 && b.at - a.at == DEVICE_ALIGNMENT);
    assert_true(a.at % DEVICE_ALIGNMENT == 0);
    assert_status(MPCF_E_NOMEM, device_take(d, 1, &a, err), err);
    assert_message_contains(err, "768 reserved");
    device_take_back(d, 0);
    assert_ok(device_take(d, 768, &a, err), err);
    assert_status(MPCF_E_NOMEM, device_take(d, SIZE_MAX, &a, err), err);
    a = device_part_of(b, 16, 32);
    assert_true(a.at == b.at + 16 && a.bytes == 32);
    device_close(d);
}

static void test_copies(void **state)
{
    struct device *d = open_cpu();
    struct device_queue *q = NULL, *other = NULL;
    struct device_part a, b;
    unsigned char got[100], *host = NULL;

    (void) state;
    assert_ok(device_reserve(d, 2 * device_room(100), err), err);
    assert_ok(device_take(d, 100, &a, err), err);
    assert_ok(device_take(d, 100, &b, err), err);
    assert_ok(device_queue_create(d, &q, err), err);
    assert_ok(device_queue_create(d, &other, err), err);
    assert_ok(device_host_alloc(d, 100, (void **) &host, err), err);
    for (unsigned i = 0; i < 100; i++) {
        host[i] = (unsigned char) i;
    }
    assert_ok(device_upload(q, a, host, err), err);
    assert_ok(device_after(other, q, err), err);
    assert_ok(device_copy(other, b, a, err), err);
    assert_ok(device_clear(other, device_part_of(b, 50, 10), err), err);
    assert_ok(device_download(other, got, b, err), err);
    assert_ok(device_wait(other, err), err);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(got[i], i >= 50 && i < 60 ? 0 : i);
    }
    device_host_free(d, host, 100);
    device_queue_destroy(q);
    device_queue_destroy(other);
    device_close(d);
}

/* Results of a batch one behind the other, or side by side in rows of a larger matrix. */
static void check_results(struct device *d, struct device_float_product real)
{
    struct device_plan *plan = NULL;

    real.count = 2;
    real.ldc = 2 * real.n;
    real.stride_c = real.n;
    assert_ok(device_float_plan(d, &real, &plan, err), err);
    device_plan_destroy(plan);
    real.stride_c = real.m * real.ldc;
    assert_ok(device_float_plan(d, &real, &plan, err), err);
    device_plan_destroy(plan);
    real.stride_c = real.n - 1;
    assert_status(MPCF_E_SHAPE, device_float_plan(d, &real, &plan, err), err);
    real.stride_c = 0;
    assert_status(MPCF_E_SHAPE, device_float_plan(d, &real, &plan, err), err);
    assert_message_contains(err, "over each other");
}

static void check_operands_apart(struct device_queue *q, struct device_plan *plan,
                                 struct device_part a)
{
    const struct device_part other = device_part_of(a, 1024, 1024);

    assert_status(MPCF_E_INVALID, device_multiply(q, plan, a, other, a, a, err), err);
    assert_message_contains(err, "the result and the left operand");
    assert_status(MPCF_E_INVALID, device_multiply(q, plan, a, other, other, a, err), err);
    assert_message_contains(err, "the result and the right operand");
    assert_ok(device_multiply(q, plan, a, a, other, a, err), err);
    assert_ok(device_wait(q, err), err);
}

/* What is asked is checked before it is computed. */
static void test_refusals(void **state)
{
    struct device *d = open_cpu();
    struct device_queue *q = NULL;
    struct device_plan *plan = NULL;
    struct device_right *right = NULL;
    struct device_part a;
    struct device_ring_product ring = {2, 3, 4, 1, false, false, 40};
    struct device_float_product real = {
        .m = 2, .n = 3, .k = 4, .lda = 4, .ldb = 3, .ldc = 3, .count = 1};

    (void) state;
    assert_ok(device_queue_create(d, &q, err), err);
    assert_ok(device_reserve(d, 4096, err), err);
    assert_ok(device_take(d, 4096, &a, err), err);
    ring.bits = 65;
    assert_status(MPCF_E_SHAPE, device_ring_plan(d, &ring, &plan, err), err);
    ring.bits = 40;
    ring.depth = 0;
    assert_status(MPCF_E_SHAPE, device_ring_plan(d, &ring, &plan, err), err);
    ring.depth = 3;
    real.ldb = 2;
    assert_status(MPCF_E_SHAPE, device_float_plan(d, &real, &plan, err), err);
    real.ldb = 3;
    real.count = 0;
    assert_status(MPCF_E_SHAPE, device_float_plan(d, &real, &plan, err), err);
    check_results(d, real);
    assert_ok(device_ring_plan(d, &ring, &plan, err), err);
    assert_status(MPCF_E_SHAPE, device_multiply(q, plan, device_part_of(a, 0, 47), a, a, a, err),
                  err);
    assert_message_contains(err, "the left operand of a product has 47 bytes, its shape needs 48");
    assert_status(MPCF_E_INVALID,
                  device_multiply(q, plan, a, device_part_of(a, 8, 1000), a, a, err), err);
    check_operands_apart(q, plan, a);
    assert_ok(device_arrange(q, plan, a, a, &right, err), err);
    device_plan_destroy(plan);
    ring.bits = 41;
    assert_ok(device_ring_plan(d, &ring, &plan, err), err);
    assert_status(MPCF_E_SHAPE, device_multiply_right(q, plan, a, right, a, a, err), err);
    device_plan_destroy(plan);
    device_right_destroy(right);
    device_queue_destroy(q);
    device_close(d);
}

/* The CPU's products are the kernels' own. */
static void test_products(void **state)
{
    const struct device_ring_product ring = {5, 7, 3, 1, true, false, 64};
    struct device *d = open_cpu();
    struct device_queue *q = NULL;
    struct device_plan *plan = NULL;
    struct device_right *right = NULL;
    struct device_part a, b, c;
    uint64_t x[35], y[21], want[15], got[15];
    struct test_random random = {1};

    (void) state;
    for (size_t i = 0; i < 35; i++) {
        x[i] = test_random_u64(&random);
        y[i % 21] = test_random_u64(&random);
    }
    ring_multiply_batch(x, y, want, 1, 5, 7, 3, true, 64, false);
    assert_ok(device_queue_create(d, &q, err), err);
    assert_ok(device_reserve(d, 3 * device_room(sizeof x), err), err);
    assert_ok(device_take(d, sizeof x, &a, err), err);
    assert_ok(device_take(d, sizeof y, &b, err), err);
    assert_ok(device_take(d, sizeof got, &c, err), err);
    assert_ok(device_ring_plan(d, &ring, &plan, err), err);
    assert_int_equal(device_plan_scratch(plan), 0);
    assert_ok(device_upload(q, a, x, err), err);
    assert_ok(device_upload(q, b, y, err), err);
    assert_ok(device_multiply(q, plan, a, b, c, c, err), err);
    assert_ok(device_download(q, got, c, err), err);
    assert_memory_equal(got, want, sizeof got);
    assert_ok(device_clear(q, c, err), err);
    assert_ok(device_arrange(q, plan, b, b, &right, err), err);
    assert_ok(device_multiply_right(q, plan, a, right, c, c, err), err);
    assert_ok(device_download(q, got, c, err), err);
    assert_memory_equal(got, want, sizeof got);
    device_right_destroy(right);
    device_plan_destroy(plan);
    device_queue_destroy(q);
    device_close(d);
}

/* What products leave behind is nothing, and the next ones have its place. */
static void test_one_after_another(void **state)
{
    static const uint64_t a[6] = {1, 2, 3, 4, 5, 6}, b[12] = {7};
    static const char zeros[4096];
    const struct device_ring_product p = {2, 3, 4, 1, false, false, 40};
    struct device *d = open_cpu();
    struct ring_products *products = NULL;
    struct device_part all;
    uint64_t c[8];

    (void) state;
    for (unsigned i = 0; i < 2; i++) {
        assert_ok(ring_products_create(d, sizeof zeros, &products, err), err);
        assert_ok(ring_products_multiply(products, &p, a, b, c, err), err);
        assert_true(c[0] == 7 && c[4] == 28);
        ring_products_destroy(products);
    }
    assert_status(MPCF_E_INVALID, ring_products_create(d, sizeof zeros + 1, &products, err), err);
    assert_ok(device_reserve(d, sizeof zeros, err), err);
    assert_ok(device_take(d, sizeof zeros, &all, err), err);
    assert_memory_equal((const void *) (uintptr_t) all.at, zeros, sizeof zeros);
    device_close(d);
}

/* --- Each allocation fails in turn: memory is what is said, and nothing is left behind --- */

static mpcf_status use_right(struct ring_products *products)
{
    static const uint64_t a[6] = {1, 2, 3, 4, 5, 6}, b[12] = {7};
    uint64_t c[8];
    struct ring_right *right = NULL;
    const struct device_ring_product p = {2, 3, 4, 1, false, false, 40};

    mpcf_status status = ring_products_multiply(products, &p, a, b, c, err);
    if (status == MPCF_OK) {
        status = ring_right_create(products, b, 3, 4, false, 40, &right, err);
    }
    if (status == MPCF_OK) {
        status = ring_right_multiply(right, a, 2, c, false, err);
        assert_true(status != MPCF_OK || (c[0] == 7 && c[4] == 28));
    }
    ring_right_destroy(right);
    return status;
}

static mpcf_status use(const char *asked)
{
    struct device *d = NULL;
    struct ring_products *products = NULL;

    mpcf_status status = device_open(asked, &d, err);
    if (status == MPCF_OK) {
        status = ring_products_create(d, (size_t) 1 << 20, &products, err);
    }
    if (status == MPCF_OK) {
        status = use_right(products);
    }
    ring_products_destroy(products);
    device_close(d);
    return status;
}

static void test_short_memory(void **state)
{
    size_t failed = 0;
    mpcf_status status = MPCF_E_NOMEM;

    (void) state;
    while (status != MPCF_OK) {
        assert_true(failed < 100);
        mpcf_error_reset(err);
        mpcf_test_fail_alloc(++failed);
        status = use("cpu");
        mpcf_test_fail_alloc(0);
        assert_true(status == MPCF_OK || status == MPCF_E_NOMEM);
    }
    assert_true(failed > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_auto),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_products),
        cmocka_unit_test(test_one_after_another),
        cmocka_unit_test(test_short_memory),
    };
    int failed;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
