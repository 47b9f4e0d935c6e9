/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The module's products through the table of calls, without a device: equal to the CPU's bit for bit, with
 * every operand inside what lives, nothing allocated in a run, and nothing left behind.
 */
#include <stdlib.h>
#include <string.h>

#include "cuda_operations.h"
#include "device/device_product.h"
#include "device/device_queue.h"
#include "fake_cuda.h"
#include "ring_digits.h"
#include "support/device_products.h"
#include "support/support.h"

#define ROOM  ((size_t) 1 << 20)
#define LARGE ((size_t) 16 << 20)

static mpcf_error *err;

static void assert_no_problem(const char *where)
{
    if (fake_cuda_problem() != NULL) {
        fail_msg("%s: %s", where, fake_cuda_problem());
    }
}

static void freeze(bool is_frozen)
{
    fake_cuda.is_frozen = is_frozen;
}

static struct device_bench open_cuda(size_t room)
{
    struct device_bench b = {0};

    fake_cuda_begin();
    assert_ok(device_open_with(&cuda_operations, "cuda", 0, &b.device, err), err);
    assert_ok(device_bench_begin(&b, room, err), err);
    return b;
}

static struct device_bench open_cpu(size_t room)
{
    struct device_bench b = {0};

    assert_ok(device_open("cpu", &b.device, err), err);
    assert_ok(device_bench_begin(&b, room, err), err);
    return b;
}

static void *new_block(size_t bytes)
{
    void *block = malloc(bytes);

    assert_non_null(block);
    return block;
}

/* --- Modulo 2^k --- */

enum kind { RANDOM, ALL_ONES, TOP_BIT, ALTERNATING, LEAST_DIGITS, KINDS };

static void fill(uint64_t *x, size_t n, enum kind kind, unsigned bits, struct test_random *random)
{
    for (size_t i = 0; i < n; i++) {
        x[i] = kind == ALL_ONES  ? UINT64_MAX
               : kind == TOP_BIT ? UINT64_C(1) << (bits - 1)
               : kind == ALTERNATING
                   ? (i % 2 == 0 ? UINT64_C(0xAAAAAAAAAAAAAAAA) : UINT64_C(0x5555555555555555))
               : kind == LEAST_DIGITS ? UINT64_C(0x7F7F7F7F7F7F7F80)
                                      : test_random_u64(random);
    }
}

struct both {
    struct device_bench cuda, cpu;
};

static void run_ring(struct device_bench *b, const struct device_ring_product *p, bool arranged,
                     struct device_operands operands, uint64_t *c)
{
    struct device_plan *plan = NULL;

    operands.c = c;
    assert_ok(device_ring_plan(b->device, p, &plan, err), err);
    assert_ok(device_bench_run(b, plan, arranged, &operands, freeze, err), err);
}

static void check_ring(struct both *both, const struct device_ring_product *p, bool arranged,
                       enum kind left, enum kind right)
{
    const size_t na = p->count * p->rows * p->depth, nb = p->count * p->depth * p->columns;
    const size_t nc = p->count * p->rows * p->columns;
    struct test_random random = {na + nb + p->bits};
    uint64_t *a = new_block(8 * na), *b = new_block(8 * nb);
    uint64_t *want = new_block(8 * nc), *got = new_block(8 * nc);
    struct device_operands operands = {a, b, NULL, 8 * na, 8 * nb, 8 * nc};

    fill(a, na, left, p->bits, &random);
    fill(b, nb, right, p->bits, &random);
    fill(want, nc, RANDOM, p->bits, &random);
    memcpy(got, want, 8 * nc);
    run_ring(&both->cpu, p, arranged, operands, want);
    run_ring(&both->cuda, p, arranged, operands, got);
    for (size_t i = 0; i < nc; i++) {
        if ((want[i] ^ got[i]) << (64 - p->bits) != 0) {
            fail_msg(
                "%zu times %zu x %zu x %zu, %u bits, transposed %d, accumulate %d, arranged %d, "
                "kinds %d and %d: element %zu",
                p->count, p->rows, p->depth, p->columns, p->bits, p->transposed_b, p->accumulate,
                arranged, (int) left, (int) right, i);
        }
    }
    free(a);
    free(b);
    free(want);
    free(got);
}

static void test_ring_shapes(void **state)
{
    static const size_t shapes[][4] = {{1, 1, 1, 1},    {16, 16, 16, 1}, {2, 3, 5, 1},
                                       {17, 15, 33, 1}, {1, 40, 2, 3},   {5, 16, 7, 12},
                                       {33, 64, 18, 2}};
    static const unsigned widths[] = {1, 8, 9, 16, 31, 32, 33, 40, 52, 57, 64};
    struct both both = {open_cuda(ROOM), open_cpu(ROOM)};

    (void) state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++) {
            for (unsigned form = 0; form < 4; form++) {
                struct device_ring_product p = {shapes[i][0], shapes[i][1],  shapes[i][2],
                                                shapes[i][3], form % 2 == 0, form / 2 == 0,
                                                widths[w]};

                check_ring(&both, &p, false, RANDOM, RANDOM);
                if (p.count == 1) {
                    check_ring(&both, &p, true, RANDOM, RANDOM);
                }
            }
        }
    }
    device_bench_end(&both.cuda);
    device_bench_end(&both.cpu);
    assert_no_problem("shapes");
}

static void test_ring_operands(void **state)
{
    struct both both = {open_cuda(ROOM), open_cpu(ROOM)};

    (void) state;
    for (unsigned bits = 8; bits <= 64; bits++) {
        const struct device_ring_product p = {3, 21, 4, 1, bits % 2 == 0, false, bits};

        for (unsigned pair = 0; pair < KINDS * KINDS; pair++) {
            check_ring(&both, &p, pair % 2 == 0, (enum kind)(pair / KINDS),
                       (enum kind)(pair % KINDS));
        }
    }
    device_bench_end(&both.cuda);
    device_bench_end(&both.cpu);
    assert_no_problem("operands");
}

/* The deepest product of one piece, with the largest digits: no sum leaves 32 bits, and hardly more would. One
 * element deeper is cut. */
static void test_ring_bound(void **state)
{
    static const size_t depths[] = {16368, 16369, 40000};
    static const size_t pieces[] = {1, 2, 3};
    struct both both = {open_cuda(LARGE), open_cpu(LARGE)};

    (void) state;
    for (size_t i = 0; i < 3; i++) {
        struct device_ring_product p = {1, depths[i], 2, 1, i % 2 == 0, true, 64};

        fake_cuda_counts = (struct fake_cuda_counts){0};
        check_ring(&both, &p, false, LEAST_DIGITS, LEAST_DIGITS);
        assert_int_equal(fake_cuda_counts.products, 8 * pieces[i]);
        assert_int_equal(fake_cuda_counts.kernels, 3 * pieces[i]);
        assert_true(fake_cuda_counts.terms_most <= INT32_MAX);
        if (i == 0) {
            assert_int_equal(fake_cuda_counts.terms_most, (size_t) 8 * 16368 * 128 * 128);
        }
        p.accumulate = false;
        check_ring(&both, &p, true, LEAST_DIGITS, RANDOM);
    }
    device_bench_end(&both.cuda);
    device_bench_end(&both.cpu);
    assert_no_problem("bound");
}

/* Where cuBLASLt takes no batch of int8 products, its matrices go one by one. */
static void test_ring_one_by_one(void **state)
{
    struct both both = {open_cuda(ROOM), open_cpu(ROOM)};

    (void) state;
    for (unsigned form = 0; form < 4; form++) {
        const struct device_ring_product p = {5, 20, 17, 3, form % 2 == 0, form / 2 == 0, 40};

        fake_cuda.has_no_batches = true;
        fake_cuda_counts = (struct fake_cuda_counts){0};
        check_ring(&both, &p, false, RANDOM, RANDOM);
        assert_int_equal(fake_cuda_counts.products, 3 * 5);
        assert_int_equal(fake_cuda_counts.kernels, 3);
    }
    device_bench_end(&both.cuda);
    device_bench_end(&both.cpu);
    assert_no_problem("one by one");
}

/* Narrow rings have fewer groups. */
static void test_ring_counts(void **state)
{
    struct both both = {open_cuda(ROOM), open_cpu(ROOM)};

    (void) state;
    for (unsigned bits = 1; bits <= 64; bits++) {
        const struct device_ring_product p = {2, 3, 4, 1, false, false, bits};

        fake_cuda_counts = (struct fake_cuda_counts){0};
        check_ring(&both, &p, false, RANDOM, RANDOM);
        assert_int_equal(fake_cuda_counts.products, (bits + 7) / 8);
    }
    device_bench_end(&both.cuda);
    device_bench_end(&both.cpu);
    assert_no_problem("counts");
}

/* --- Floats: small integers, of which every order of summing makes the same --- */

static void fill_floats(float *x, size_t n, struct test_random *random)
{
    for (size_t i = 0; i < n; i++) {
        x[i] = (float) (int) (test_random_u64(random) % 17) - 8;
    }
}

static void run_float(struct device_bench *b, const struct device_float_product *p,
                      struct device_operands operands, float *c)
{
    struct device_plan *plan = NULL;

    operands.c = c;
    assert_ok(device_float_plan(b->device, p, &plan, err), err);
    assert_ok(device_bench_run(b, plan, false, &operands, freeze, err), err);
}

static void check_float(struct both *both, const struct device_float_product *p)
{
    const size_t na = (p->count - 1) * p->stride_a + (p->transpose_a ? p->k : p->m) * p->lda;
    const size_t nb = (p->count - 1) * p->stride_b + (p->transpose_b ? p->n : p->k) * p->ldb;
    const size_t nc = (p->count - 1) * p->stride_c + p->m * p->ldc;
    struct test_random random = {na + nb};
    float *a = new_block(4 * na), *b = new_block(4 * nb), *want = new_block(4 * nc),
          *got = new_block(4 * nc);
    struct device_operands operands = {a, b, NULL, 4 * na, 4 * nb, 4 * nc};

    fill_floats(a, na, &random);
    fill_floats(b, nb, &random);
    fill_floats(want, nc, &random);
    memcpy(got, want, 4 * nc);
    run_float(&both->cpu, p, operands, want);
    run_float(&both->cuda, p, operands, got);
    for (size_t i = 0; i < nc; i++) {
        if (memcmp(&want[i], &got[i], sizeof *want) != 0 &&
            (want[i] < got[i] || want[i] > got[i])) {
            fail_msg("%zu times %zu x %zu x %zu, transposed %d %d: element %zu: %g, not %g",
                     p->count, p->m, p->k, p->n, p->transpose_a, p->transpose_b, i, (double) got[i],
                     (double) want[i]);
        }
    }
    free(a);
    free(b);
    free(want);
    free(got);
}

/* cuBLASLt counts them in 32 bits. */
static void test_batches_beyond(void **state)
{
    struct device_bench b = open_cuda(ROOM);
    const struct device_float_product p = {.m = 1,
                                           .n = 1,
                                           .k = 1,
                                           .alpha = 1,
                                           .lda = 1,
                                           .ldb = 1,
                                           .ldc = 1,
                                           .count = (size_t) 1 << 31,
                                           .stride_a = 1,
                                           .stride_b = 1,
                                           .stride_c = 1};
    struct device_plan *plan = NULL;

    (void) state;
    assert_status(MPCF_E_SHAPE, device_float_plan(b.device, &p, &plan, err), err);
    assert_message_contains(err, "2147483647 at most");
    device_bench_end(&b);
}

static void test_floats(void **state)
{
    static const size_t shapes[][4] = {{1, 1, 1, 1},    {2, 3, 4, 1}, {17, 5, 9, 1},
                                       {64, 33, 70, 1}, {3, 8, 2, 5}, {16, 16, 16, 12}};
    struct both both = {open_cuda(ROOM), open_cpu(ROOM)};

    (void) state;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        for (unsigned form = 0; form < 16; form++) {
            const size_t m = shapes[i][0], n = shapes[i][1], k = shapes[i][2], gap = form / 8 * 3;
            struct device_float_product p = {.m = m,
                                             .n = n,
                                             .k = k,
                                             .transpose_a = form % 2 != 0,
                                             .transpose_b = form / 2 % 2 != 0,
                                             .alpha = form / 4 % 2 != 0 ? 2.0F : 1.0F,
                                             .beta = form / 4 % 2 != 0 ? 1.0F : 0.0F,
                                             .count = shapes[i][3]};

            p.lda = (p.transpose_a ? m : k) + gap;
            p.ldb = (p.transpose_b ? k : n) + gap;
            p.ldc = n + gap;
            p.stride_a = (p.transpose_a ? k : m) * p.lda + gap;
            p.stride_b = (p.transpose_b ? n : k) * p.ldb;
            p.stride_c = m * p.ldc + 2 * gap;
            check_float(&both, &p);
        }
    }
    device_bench_end(&both.cuda);
    device_bench_end(&both.cpu);
    assert_no_problem("floats");
}

/* --- Queues --- */

/* A second queue takes what the first has made, and nothing runs before it is waited for. */
static void test_two_queues(void **state)
{
    const struct device_ring_product p = {4, 5, 6, 1, false, false, 64};
    struct device_bench bench = open_cuda(ROOM);
    struct device_queue *other = NULL;
    struct device_plan *plan = NULL;
    struct device_part a, b, c, copy, scratch;
    uint64_t x[20], y[30], want[24] = {0}, got[24] = {0};
    struct test_random random = {3};

    (void) state;
    fill(x, 20, RANDOM, 64, &random);
    fill(y, 30, RANDOM, 64, &random);
    for (size_t i = 0; i < 4 * 5 * 6; i++) {
        want[i / 30 * 6 + i % 6] += x[i / 30 * 5 + i / 6 % 5] * y[i / 6 % 5 * 6 + i % 6];
    }
    assert_ok(device_queue_create(bench.device, &other, err), err);
    assert_ok(device_ring_plan(bench.device, &p, &plan, err), err);
    assert_ok(device_take(bench.device, sizeof x, &a, err), err);
    assert_ok(device_take(bench.device, sizeof y, &b, err), err);
    assert_ok(device_take(bench.device, sizeof got, &c, err), err);
    assert_ok(device_take(bench.device, sizeof got, &copy, err), err);
    assert_ok(device_take(bench.device, device_plan_scratch(plan), &scratch, err), err);
    assert_ok(device_upload(bench.queue, a, x, err), err);
    assert_ok(device_upload(bench.queue, b, y, err), err);
    assert_ok(device_multiply(bench.queue, plan, a, b, c, scratch, err), err);
    assert_ok(device_after(other, bench.queue, err), err);
    assert_ok(device_copy(other, copy, c, err), err);
    assert_ok(device_download(other, got, copy, err), err);
    assert_int_equal(got[0], 0);
    assert_ok(device_wait(other, err), err);
    assert_memory_equal(got, want, sizeof got);
    device_plan_destroy(plan);
    device_queue_destroy(other);
    device_bench_end(&bench);
    assert_no_problem("two queues");
}

/* The stand-in finds what it is there for: without device_after() the copy is of what was there before. */
static void test_forgotten_order(void **state)
{
    struct device_bench bench = open_cuda(ROOM);
    struct device_queue *other = NULL;
    struct device_part a;
    unsigned char from[64], got[64] = {0};

    (void) state;
    memset(from, 7, sizeof from);
    assert_ok(device_queue_create(bench.device, &other, err), err);
    assert_ok(device_take(bench.device, sizeof from, &a, err), err);
    assert_ok(device_upload(bench.queue, a, from, err), err);
    assert_ok(device_download(other, got, a, err), err);
    assert_ok(device_wait(other, err), err);
    assert_int_equal(got[0], 0xA5);
    device_queue_destroy(other);
    device_bench_end(&bench);
    assert_no_problem("order");
}

/* And that something is allocated in a run. */
static void test_frozen(void **state)
{
    struct device_bench bench = open_cuda(ROOM);
    void *block = NULL;

    (void) state;
    freeze(true);
    assert_ok(device_host_alloc(bench.device, 64, &block, err), err);
    memset(block, 1, 64); /* a share, to be wiped */
    freeze(false);
    device_host_free(bench.device, block, 64);
    device_bench_end(&bench);
    assert_string_equal(fake_cuda_problem(), "cuMemHostAlloc in the middle of a run");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ring_shapes),     cmocka_unit_test(test_ring_operands),
        cmocka_unit_test(test_ring_bound),      cmocka_unit_test(test_ring_counts),
        cmocka_unit_test(test_ring_one_by_one), cmocka_unit_test(test_floats),
        cmocka_unit_test(test_two_queues),      cmocka_unit_test(test_forgotten_order),
        cmocka_unit_test(test_frozen),          cmocka_unit_test(test_batches_beyond),
    };
    int failed;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
