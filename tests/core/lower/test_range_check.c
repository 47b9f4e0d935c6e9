/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_ranges at the edges: an example is marked for certain where one of its values is beyond its bound by more
 * than the compared copy's unit and within the headroom, and not where all are within; in the plaintext reference and
 * between three parties. Between the bound and there it is marked by chance, and readers hold it.
 */
#include "lower/range_check.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "graph/graph.h"
#include "lower/emit_party.h"
#include "lower/emit_sum.h"
#include "lower/headroom.h"
#include "lower/magnitude.h"
#include "lower/ring_search.h"
#include "pass/ranges.h"
#include "protocol/step_operations.h"
#include "secure/reference.h"
#include "support/shared_source.h"
#include "support/support.h"

enum { ROWS = 64 }; /* examples, a row of values each */

struct edges {
    const char *what;
    enum range_check_kind kind;
    size_t columns;
    unsigned fraction;
    double low, high; /* the bound */
    double certain;   /* times the bound (and the low end divided by it): marked */
    bool is_between;  /* all values are from the upper bound to there */
};

/* Example I of CASE: whether one of its values is beyond, and that value. */
static bool value_of(const struct edges *e, size_t i, double *x)
{
    const double most = exp2(e->kind == RANGE_POSITIVE ? HEADROOM_SUM : HEADROOM_COMPARED);
    const double beyond[4] = {e->certain, 1.01 * e->certain, (most + e->certain) / 2, 0.99 * most};
    const double within[4] = {1, 0.99, 0.5, 0.01};
    const bool is_beyond = i % 2 == 1;
    const double times = is_beyond ? beyond[i / 4 % 4] : within[i / 4 % 4];

    if (e->kind == RANGE_EITHER_SIGN) {
        *x = (i / 2 % 2 == 0 ? 1 : -1) * e->high * times;
    } else if (i / 2 % 2 == 0) {
        *x = fmax(e->high * times, e->low);
    } else {
        *x = is_beyond ? e->low / e->certain / times : fmin(e->low / times, e->high);
    }
    return is_beyond;
}

/* Example I of a case between: from the bound on, up to a little beyond what is certain. */
static double between(const struct edges *e, size_t i)
{
    const double times = 1 + (1.05 * e->certain - 1) * (double) i / (ROWS - 1);

    return (e->kind == RANGE_EITHER_SIGN && i % 2 == 1 ? -1 : 1) * e->high * times;
}

static int64_t *make_values(const struct edges *e, bool *is_beyond)
{
    int64_t *x = malloc(ROWS * e->columns * sizeof *x);

    assert_non_null(x);
    for (size_t i = 0; i < ROWS * e->columns; i++) {
        x[i] =
            (int64_t) floor(ldexp(e->kind == RANGE_POSITIVE ? e->low : 0, (int) e->fraction)) + 1;
    }
    for (size_t i = 0; i < ROWS; i++) {
        double value = 0;

        is_beyond[i] = value_of(e, i, &value);
        if (e->is_between) {
            value = between(e, i);
        }
        x[i * e->columns + i % e->columns] = llround(ldexp(value, (int) e->fraction));
    }
    return x;
}

/* A value that is not marked is one that its readers' MAGNITUDE holds. */
static void judge_between(const struct edges *e, const double *answers, const char *who,
                          unsigned magnitude)
{
    for (size_t i = 0; i < ROWS; i++) {
        const double x = between(e, i), limit = ldexp(1, (int) magnitude - 1 - (int) e->fraction);

        if (answers[2 * i + 1] != 0 && fabs(x) > limit) {
            fail_msg("%s, %g of %g to %g: not marked by %s, but readers take numbers below %g",
                     e->what, x, e->low, e->high, who, limit);
        }
    }
    assert_true(answers[1] == 1 && answers[2 * ROWS - 1] == 0);
}

static void run_and_judge(const struct edges *e, struct shared_source *source,
                          const bool *is_beyond, unsigned magnitude, mpcf_error *err)
{
    double got[2 * ROWS], want[2 * ROWS];
    struct weights *w = source_weights(source);
    struct test_parties t = {.program = source->p,
                             .weights = w,
                             .input = &source->input,
                             .output = got,
                             .output_count = 2 * ROWS};
    test_parties_run(&t);
    test_parties_assert_ok(&t);
    test_parties_assert_cost(&t);
    assert_ok(reference_run(source->p, w, &source->input, want, NULL, NULL, NULL, err), err);
    if (e->is_between) {
        judge_between(e, want, "the reference", magnitude);
        judge_between(e, got, "the parties", magnitude);
    }
    for (size_t i = 0; i < ROWS && !e->is_between; i++) {
        const double mark = is_beyond[i] ? 0 : 1;

        if (got[2 * i + 1] != mark || want[2 * i + 1] != mark || got[2 * i] != mark) {
            double number = 0;

            (void) value_of(e, i, &number);
            fail_msg("%s, %g of %g to %g: marks %g, reference %g, expected %g", e->what, number,
                     e->low, e->high, got[2 * i + 1], want[2 * i + 1], mark);
        }
    }
    test_parties_clear(&t);
    weights_destroy(w);
}

static void check_edges(const struct edges *e)
{
    struct node_range range = {"x", e->low, e->high};
    const struct ranges ranges = {.items = &range, .count = 1};
    const struct lower_options options = {.value_fraction = 12, .weight_fraction = 14};
    const mpcf_node node = {.name = "x",
                            .kind = OP_RELU,
                            .function = "x",
                            .shape = mpcf_shape_2(MPCF_DIM_BATCH, (int64_t) e->columns)};
    struct range_check checks[1] = {{.kind = e->kind}};
    struct lowered nodes[1] = {{.is_done = true}};
    int growth[1] = {0};
    struct lowering l = {.node = &node,
                         .ranges = &ranges,
                         .options = &options,
                         .checks = checks,
                         .nodes = nodes,
                         .growth = growth,
                         .batch_size = ROWS,
                         .tokens = 1,
                         .exact_length = true,
                         .err = mpcf_error_create()};
    struct shared_source source;
    bool is_beyond[ROWS];
    int64_t *x = make_values(e, is_beyond);

    source_init(&source, ROWS, e->columns);
    source.p->batch = ROWS;
    source.p->tokens = 1;
    source.p->values[source.one_hot].dims = dims_of(1, ROWS, 1, ROWS);
    source.p->is_marked = true;
    l.program = source.p;
    checks[0].headroom = e->kind == RANGE_POSITIVE ? HEADROOM_SUM : HEADROOM_COMPARED;
    const value_id value =
        source_shared(&source, x, 64, lower_magnitude(&l, &node, e->fraction), false);
    source.p->values[value].fraction = e->fraction;
    const value_id held = range_checked(&l, &node, value);
    assert_was_ok(l.status, l.err);
    const unsigned magnitude = source.p->values[held].magnitude;
    /* The answer: the first column's 1, say. */
    const value_id answer =
        emit_shared(&l, emit_combine(&l, dims_of(1, 1, ROWS, 1), 0, 2, NULL, 0, 1));
    emit_reveal(&l, range_marked(&l, answer), "logits");
    assert_was_ok(l.status, l.err);
    assert_ok(ring_search(source.p, &named_networks[0].link, false, l.err), l.err);
    run_and_judge(e, &source, is_beyond, magnitude, l.err);
    source_clear(&source);
    mpcf_error_destroy(l.err);
    free(x);
}

static void marks_are_right_at_the_edges(void **state)
{
    static const struct edges cases[] = {
        {"few logits", RANGE_EITHER_SIGN, 2, 12, -9, 9, 1.26, false},
        {"a power of two", RANGE_EITHER_SIGN, 3, 8, -8, 8, 1.26, false},
        {"many elements", RANGE_EITHER_SIGN, 100, 12, -5, 5, 2.1, false},
        {"few fractional bits", RANGE_EITHER_SIGN, 100, 2, -1000, 1000, 1.01, false},
        {"few bits at all", RANGE_EITHER_SIGN, 2, 1, -5, 5, 1.7, false},
        {"a sum", RANGE_POSITIVE, 1, 10, 40, 41437, 1.2, false},
        {"variances over 12 octaves", RANGE_POSITIVE, 1, 20, 0.25, 1024, 1.2, false},
        {"many positive ones", RANGE_POSITIVE, 70, 6, 2, 31, 1.3, false},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_edges(&cases[i]);
    }
}

static void what_is_not_marked_is_held(void **state)
{
    static const struct edges cases[] = {
        {"elements", RANGE_EITHER_SIGN, 100, 12, -3.25, 3.25, 1.6, true},
        {"small ones", RANGE_EITHER_SIGN, 100, 14, -1.7, 1.7, 1.6, true},
        {"in the middle", RANGE_EITHER_SIGN, 100, 12, -2.5, 2.5, 2.1, true},
        {"a power of two", RANGE_EITHER_SIGN, 100, 8, -7.99, 7.99, 2.1, true},
        {"few logits", RANGE_EITHER_SIGN, 2, 12, -15.5, 15.5, 1.2, true},
        {"few fractional bits", RANGE_EITHER_SIGN, 100, 2, -1023, 1023, 1.01, true},
        {"a sum", RANGE_POSITIVE, 1, 10, 40, 65535, 1.001, true},
        {"variances", RANGE_POSITIVE, 70, 12, 7.5, 15.9, 1.2, true},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_edges(&cases[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(marks_are_right_at_the_edges),
                                       cmocka_unit_test(what_is_not_marked_is_held)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
