/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bpmax against its formula in double precision: m (s + c)^p / R with R the largest row sum of the kept
 * rows, for each head and position, or of all of them.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "conformance/approx_bench.h"
#include "plugin/plugins.h"
#include "support/network.h"
#include "support/support.h"

/* As in the plug-in. */
struct config {
    double c;
    int64_t p;
    int32_t r;
};

static double score(const struct approx_bench *b, size_t example, size_t h, size_t t, size_t col)
{
    return (double) b->x->value[(example * 8 + t) * 16 + h * 8 + col];
}

static double numerator(const struct approx_bench *b, const struct config *o, size_t example,
                        size_t h, size_t t, size_t col)
{
    return b->mask[example * 8 + col] == 0
               ? 0
               : pow(score(b, example, h, t, col) + o->c, (double) o->p);
}

static double row_sum(const struct approx_bench *b, const struct config *o, size_t example,
                      size_t h, size_t t)
{
    double sum = 0;

    for (size_t col = 0; col < 8; col++) {
        sum += numerator(b, o, example, h, t, col);
    }
    return sum;
}

/* The largest sum over real rows of head H and position T, or of all where O says so. */
static double largest_sum(const struct approx_bench *b, const struct config *o, size_t h, size_t t)
{
    double largest = -1e30;

    for (size_t i = 0; i < 2 * 2 * 8; i++) {
        const size_t example = i / 16, head = i / 8 % 2, row = i % 8;

        if (b->mask[example * 8 + row] != 0 && (o->r == 1 || (head == h && row == t))) {
            largest = fmax(largest, row_sum(b, o, example, head, row));
        }
    }
    return largest;
}

static void check(const mpcf_approx *approx, struct config o)
{
    struct approx_bench b;
    float y[BENCH_COUNT];
    mpcf_error *err = mpcf_error_create();

    assert_ok(approx_bench_create(approx, &o, false, &b, err), err);
    assert_ok(approx_bench_run(&b, y, NULL, NULL, err), err);
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        const size_t example = i / 128, h = i / 64 % 2, t = i / 8 % 8, col = i % 8;
        const double want = numerator(&b, &o, example, h, t, col) / largest_sum(&b, &o, h, t);

        if (!(fabs((double) y[i] - want) <= 1e-5 * (1 + fabs(want)))) {
            fail_msg("p %d r %d: at %zu got %.9g, want %.9g", (int) o.p, (int) o.r, i,
                     (double) y[i], want);
        }
    }
    approx_bench_clear(&b);
    mpcf_error_destroy(err);
}

static void it_is_its_formula(void **state)
{
    struct plugins *plugins = test_plugins();
    const void *found = NULL;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(plugins_find(plugins, COMPONENT_APPROX, "bpmax", &found, err), err);
    for (int64_t p = 1; p <= 8; p++) {
        check(found, (struct config){5, p, 0});
        check(found, (struct config){11, p, 1});
    }
    plugins_destroy(plugins);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_is_its_formula)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
