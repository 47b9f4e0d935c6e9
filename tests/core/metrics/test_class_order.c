/* SPDX-License-Identifier: Apache-2.0 */
/* Counts whose order is known by how they were made. */
#include "metrics/class_order.h"

#include "support/support.h"

static void two_classes(void **state)
{
    const size_t right[] = {90, 10, 20, 80}, turned[] = {10, 90, 80, 20};
    const size_t guessed[] = {50, 50, 48, 52}, always[] = {100, 0, 100, 0}, few[] = {0, 6, 6, 0};
    const size_t one_label[] = {0, 90, 0, 0};
    struct class_order o;

    (void) state;
    class_order_judge(right, 2, &o);
    assert_int_equal(o.verdict, CLASS_ORDER_FITS);
    assert_float_equal(o.accuracy, 0.85, 1e-12);
    class_order_judge(turned, 2, &o);
    assert_int_equal(o.verdict, CLASS_ORDER_OTHER);
    assert_float_equal(o.accuracy, 0.15, 1e-12);
    assert_float_equal(o.best, 0.85, 1e-12);
    assert_int_equal(o.order[0], 1);
    class_order_judge(guessed, 2, &o);
    assert_int_equal(o.verdict, CLASS_ORDER_UNCLEAR);
    class_order_judge(always, 2, &o);
    assert_int_equal(o.verdict, CLASS_ORDER_UNCLEAR);
    class_order_judge(few, 2, &o); /* a share of 1 over 12 rows, to twice 0.14 */
    assert_int_equal(o.verdict, CLASS_ORDER_OTHER);
    class_order_judge(one_label, 2, &o);
    assert_int_equal(o.verdict, CLASS_ORDER_UNCLEAR);
}

/* Rare labels count as much as frequent ones: 900 rows of one label answered by the other's number. */
static void unequal_labels(void **state)
{
    const size_t counts[] = {50, 850, 95, 5};
    struct class_order o;

    (void) state;
    class_order_judge(counts, 2, &o);
    assert_int_equal(o.verdict, CLASS_ORDER_OTHER);
}

/* Label l is answered by (l + 1) mod CLASSES. */
static void turned_round(size_t classes)
{
    size_t counts[CLASS_ORDER_MAX * CLASS_ORDER_MAX] = {0};
    struct class_order o;

    for (size_t l = 0; l < classes; l++) {
        counts[l * classes + (l + 1) % classes] = 20;
    }
    class_order_judge(counts, classes, &o);
    assert_int_equal(o.verdict, CLASS_ORDER_OTHER);
    assert_float_equal(o.best, 1, 1e-12);
    for (size_t a = 0; a < classes; a++) {
        assert_int_equal((o.order[a] + 1) % classes, a);
    }
}

static void several_classes(void **state)
{
    (void) state;
    turned_round(3);
    turned_round(6);
    turned_round(7);
    turned_round(CLASS_ORDER_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_classes),
        cmocka_unit_test(unequal_labels),
        cmocka_unit_test(several_classes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
