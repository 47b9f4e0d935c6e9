/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What cannot be lowered is refused with the reason; ranges that are hard have room.
 */
#include "lower/lower.h"

#include <math.h>
#include <string.h>

#include "program/program.h"
#include "support/small_bert.h"
#include "support/support.h"

static void options_out_of_range_are_refused(void **state)
{
    struct refused r;

    (void) state;
    refused_open(&r, "2quad");
    check_refused(&r, MPCF_E_INVALID, 2, true, "batch of 1");
    r.options.value_fraction = 40;
    check_refused(&r, MPCF_E_INVALID, 1, false, "40");
    refused_close(&r);
}

static void limits_between_options_have_one_home(void **state)
{
    struct lower_options o;

    (void) state;
    lower_options_default(&o);
    assert_int_equal(lower_options_limit(&o, 4, false), LOWER_FITS);
    assert_int_equal(lower_options_limit(&o, 4, true), LOWER_BATCH_OF_EXACT);
    o.reveal_fraction = o.value_fraction;
    assert_int_equal(lower_options_limit(&o, 1, true), LOWER_FITS);
    o.reveal_fraction++;
    assert_int_equal(lower_options_limit(&o, 1, true), LOWER_REVEALS_BEYOND_VALUES);
    assert_status(MPCF_E_INVALID, lower_options_check(&o, 1, true, NULL), NULL);
}

/* A mean that is 0 in floats: in the secure run it is what the rounding of weights leaves, 2^-(f + 1) each, of
 * values of a few units. */
static void bounds_hold_what_rounded_weights_add(void **state)
{
    static const unsigned fractions[][2] = {{22, 14}, {24, 14}, {12, 6}, {16, 8}};

    (void) state;
    for (size_t i = 0; i < sizeof fractions / sizeof fractions[0]; i++) {
        struct refused r;
        struct program *p = NULL;
        double least = 1e9;

        refused_open(&r, "2quad");
        set_range(&r, "LayerNorm.linear", -1e-7, 1e-7);
        r.options.value_fraction = fractions[i][0];
        r.options.weight_fraction = fractions[i][1];
        assert_ok(lower_graph(r.g, r.ranges, &r.options, 1, 12, false, &p, r.err), r.err);
        for (size_t k = 0; k < p->value_count; k++) {
            const struct value *v = &p->values[k];

            if (strstr(v->node, "LayerNorm.linear") != NULL && v->kind == VALUE_SHARED &&
                !v->may_wrap && v->magnitude > 0) {
                least = fmin(least, ldexp(1, (int) v->magnitude - 1 - (int) v->fraction));
            }
        }
        assert_true(least >= 4 * ldexp(1, -(int) fractions[i][1]));
        program_destroy(p);
        refused_close(&r);
    }
}

static void ranges_that_do_not_do_are_refused(void **state)
{
    struct refused r;

    (void) state;
    refused_open(&r, "2quad");
    set_range(&r, "normaliser.row_sum", -1, 100);
    check_refused(&r, MPCF_E_RANGE, 1, false, "normaliser.row_sum");
    set_range(&r, "normaliser.row_sum", 1, 100);
    set_range(&r, "activation.square", 0, 1e19); /* 2^63 and a bit */
    check_refused(&r, MPCF_E_RANGE, 1, false, "activation");
    refused_close(&r);
}

/* Readers of a large square ask for many bits: it gets as many as its ring holds, no more. These are
 * like a trained MiniLM's. */
static void a_large_square_has_room(void **state)
{
    struct refused r;
    struct program *p = NULL;

    (void) state;
    refused_open(&r, "power");
    set_range(&r, "normaliser.square", 0, 125);
    set_range(&r, "normaliser.square.2", 0, 15612);
    set_range(&r, "normaliser.mask", 0, 15612);
    set_range(&r, "normaliser.row_sum", 0.0014, 17000);
    set_range(&r, "normaliser.reciprocal", 1 / 17000.0, 1 / 0.0014);
    set_range(&r, "matmul_masked", -100000, 100000);
    assert_ok(lower_graph(r.g, r.ranges, &r.options, 1, 12, false, &p, r.err), r.err);
    program_destroy(p);
    refused_close(&r);
}

static void inverses_beyond_the_ring_say_what_bounds_them(void **state)
{
    struct refused r;

    (void) state;
    refused_open(&r, "2quad");
    set_range(&r, "normaliser.row_sum", 5e-6, 43095);
    set_range(&r, "normaliser.reciprocal", 1 / 43095.0, 1 / 5e-6);
    check_refused(&r, MPCF_E_RANGE, 1, false, "the option e of");
    set_range(&r, "normaliser.row_sum", 1e-9, 43095); /* more than 40 octaves */
    check_refused(&r, MPCF_E_RANGE, 1, false, "the option e of");
    refused_close(&r);
}

/* Of the normalisers' sums of LOW .. HIGH. */
static size_t keyed_reciprocals(double low, double high)
{
    struct refused r;
    struct program *p = NULL;
    size_t count = 0;

    refused_open(&r, "2quad");
    set_range(&r, "normaliser.row_sum", low, high);
    set_range(&r, "normaliser.reciprocal", 1 / high, 1 / low);
    assert_ok(lower_graph(r.g, r.ranges, &r.options, 1, 12, false, &p, r.err), r.err);
    for (size_t i = 0; i < p->step_count; i++) {
        count += p->steps[i].kind == STEP_INVERSE && !p->steps[i].is_root ? 1 : 0;
    }
    program_destroy(p);
    refused_close(&r);
    return count;
}

/* Keys give the largest sums' inverses fewer bits the smaller the smallest sum is. */
static void inverses_of_many_octaves_go_by_steps(void **state)
{
    (void) state;
    assert_true(keyed_reciprocals(1, 4000) > 0);
    assert_int_equal(keyed_reciprocals(0.0014, 17000), 0);
}

static void a_node_without_a_range_is_named(void **state)
{
    struct refused r;

    (void) state;
    refused_open(&r, "2quad");
    const size_t count = r.ranges->count;
    r.ranges->count = 0;
    check_refused(&r, MPCF_E_INVALID, 1, false, "calibrate");
    r.ranges->count = count; /* so that all are given back */
    refused_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_out_of_range_are_refused),
        cmocka_unit_test(limits_between_options_have_one_home),
        cmocka_unit_test(bounds_hold_what_rounded_weights_add),
        cmocka_unit_test(ranges_that_do_not_do_are_refused),
        cmocka_unit_test(a_large_square_has_room),
        cmocka_unit_test(inverses_beyond_the_ring_say_what_bounds_them),
        cmocka_unit_test(inverses_of_many_octaves_go_by_steps),
        cmocka_unit_test(a_node_without_a_range_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
