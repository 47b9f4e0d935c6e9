/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a device's products modulo 2^k are the CPU's, bit for bit. */
#include <stdlib.h>
#include <string.h>

#include "plugins/device/check_device.h"
#include "support/support.h"

enum kind { RANDOM, ALL_ONES, TOP_BIT, ALTERNATING, LEAST_DIGITS, KINDS };

static void fill(uint64_t *x, size_t n, enum kind kind, unsigned bits, struct test_random *random)
{
    static const uint64_t turns[] = {UINT64_C(0xAAAAAAAAAAAAAAAA), UINT64_C(0x5555555555555555)};

    for (size_t i = 0; i < n; i++) {
        x[i] = kind == ALL_ONES       ? UINT64_MAX
               : kind == TOP_BIT      ? UINT64_C(1) << (bits - 1)
               : kind == ALTERNATING  ? turns[i % 2]
               : kind == LEAST_DIGITS ? UINT64_C(0x7F7F7F7F7F7F7F80)
                                      : test_random_u64(random);
    }
}

struct operands {
    uint64_t *a, *b, *want, *got;
    size_t na, nb, nc;
};

static mpcf_status run(struct device_bench *bench, const struct device_ring_product *p,
                       bool arranged, const struct operands *o, uint64_t *c, mpcf_error *err)
{
    struct device_plan *plan = NULL;
    const struct device_operands operands = {o->a, o->b, c, 8 * o->na, 8 * o->nb, 8 * o->nc};

    MPCF_TRY(device_ring_plan(bench->device, p, &plan, err));
    return device_bench_run(bench, plan, arranged, &operands, NULL, err);
}

static mpcf_status compare(const struct device_ring_product *p, bool arranged,
                           const struct operands *o, mpcf_error *err)
{
    for (size_t i = 0; i < o->nc; i++) {
        if ((o->want[i] ^ o->got[i]) << (64 - p->bits) != 0) {
            return mpcf_fail(err, MPCF_E_INTERNAL,
                             "%zu times %zu x %zu x %zu modulo 2^%u (transposed %d, accumulate %d, "
                             "arranged %d): element %zu differs",
                             p->count, p->rows, p->depth, p->columns, p->bits, p->transposed_b,
                             p->accumulate, arranged, i);
        }
    }
    return MPCF_OK;
}

static mpcf_status check(struct device_bench *device, struct device_bench *cpu,
                         const struct device_ring_product *p, enum kind left, enum kind right,
                         mpcf_error *err)
{
    struct test_random random = {p->rows + p->bits};
    struct operands o = {.na = p->count * p->rows * p->depth,
                         .nb = p->count * p->depth * p->columns,
                         .nc = p->count * p->rows * p->columns};
    const bool arranged = p->count == 1 && p->bits % 2 == 0;
    mpcf_status status = MPCF_E_NOMEM;

    o.a = malloc(8 * o.na);
    o.b = malloc(8 * o.nb);
    o.want = malloc(8 * o.nc);
    o.got = malloc(8 * o.nc);
    if (o.a != NULL && o.b != NULL && o.want != NULL && o.got != NULL) {
        fill(o.a, o.na, left, p->bits, &random);
        fill(o.b, o.nb, right, p->bits, &random);
        fill(o.want, o.nc, RANDOM, p->bits, &random);
        memcpy(o.got, o.want, 8 * o.nc);
        status = run(cpu, p, arranged, &o, o.want, err);
    }
    if (status == MPCF_OK) {
        status = run(device, p, arranged, &o, o.got, err);
    }
    if (status == MPCF_OK) {
        status = compare(p, arranged, &o, err);
    }
    free(o.a);
    free(o.b);
    free(o.want);
    free(o.got);
    return status;
}

mpcf_status check_exact(struct device_bench *device, struct device_bench *cpu, size_t *done,
                        mpcf_error *err)
{
    static const size_t shapes[][4] = {{1, 1, 1, 1},     {16, 16, 16, 1},   {17, 15, 33, 1},
                                       {5, 100, 7, 12},  {128, 64, 128, 2}, {128, 768, 64, 1},
                                       {2, 16368, 3, 1}, {2, 16369, 3, 1}};

    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        for (unsigned bits = 1; bits <= 64; bits += i < 4 ? 1 : 7) {
            const unsigned pair = (bits + (unsigned) i) % (KINDS * KINDS);
            const struct device_ring_product p = {shapes[i][0], shapes[i][1],  shapes[i][2],
                                                  shapes[i][3], bits % 3 == 0, bits % 5 == 0,
                                                  bits};

            MPCF_TRY(
                check(device, cpu, &p, (enum kind)(pair / KINDS), (enum kind)(pair % KINDS), err));
            MPCF_TRY(check(device, cpu, &p, LEAST_DIGITS, LEAST_DIGITS, err));
            *done += 2;
        }
    }
    return MPCF_OK;
}
