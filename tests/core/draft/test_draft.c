/* SPDX-License-Identifier: Apache-2.0 */
/* What is chosen from lengths, and what columns are taken for. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "draft/columns.h"
#include "draft/lengths.h"
#include "support/support.h"

static void lengths_become_limits(void **state)
{
    struct draft_lengths l = {.positions = 512};
    size_t lengths[1000];

    (void) state;
    for (size_t i = 0; i < 1000; i++) {
        lengths[i] = 10 + i / 10; /* 10 to 109 */
    }
    draft_choose_lengths(lengths, 1000, &l);
    assert_int_equal(l.half, 59);
    assert_int_equal(l.most, 99);
    assert_int_equal(l.longest, 109);
    assert_int_equal(l.max_length, 112);
    assert_int_equal(l.cut, 0);
    assert_int_equal(l.bucket_count, 3);
    assert_int_equal(l.buckets[0], 64);
    assert_int_equal(l.buckets[1], 104);
    assert_int_equal(l.buckets[2], 112);
    l.positions = 48;
    draft_choose_lengths(lengths, 1000, &l);
    assert_int_equal(l.max_length, 48);
    assert_int_equal(l.cut, 610); /* 49 to 109 */
    assert_int_equal(l.bucket_count, 1);
    lengths[0] = 3;
    draft_choose_lengths(lengths, 1, &l);
    assert_int_equal(l.max_length, 16);
}

/* A column whose 100 rows have COUNT values that begin with PREFIX, and BYTES bytes each. */
static void set_column(struct column *c, const char *first, const char *prefix, size_t count,
                       size_t bytes, bool numbers)
{
    *c = (struct column){.rows = 100, .bytes = 100 * bytes, .numbers = numbers, .whole = numbers};
    (void) snprintf(c->first, sizeof c->first, "%s", first);
    c->first_is_number = *first >= '0' && *first <= '9';
    c->more = count > DISTINCT_MAX;
    for (size_t i = 0; !c->more && i < count; i++) {
        (void) snprintf(c->distinct[c->count++].text, CELL_MAX + 1, "%s%zu", prefix, i);
    }
}

static void columns_have_parts(void **state)
{
    struct columns *c = mpcf_alloc_array(1, sizeof *c);

    (void) state;
    c->count = 3;
    set_column(&c->items[0], "id", "", 100, 3, true);
    set_column(&c->items[1], "what", "t", 100, 60, false);
    set_column(&c->items[2], "kind", "k", 3, 2, false);
    columns_judge(c, NULL, 0);
    assert_true(c->has_names);
    assert_int_equal(c->text, 1);
    assert_int_equal(c->label, 2);
    assert_int_equal(c->text_b, -1);
    /* The same without names. */
    set_column(&c->items[0], "7", "", 100, 3, true);
    set_column(&c->items[1], "t5", "t", 100, 60, false);
    set_column(&c->items[2], "k1", "k", 3, 2, false);
    columns_judge(c, NULL, 0);
    assert_false(c->has_names);
    assert_int_equal(c->text, 1);
    assert_int_equal(c->label, 2);
    /* Names before what cells look like. */
    set_column(&c->items[0], "Label", "", 100, 3, false);
    set_column(&c->items[1], "Premise", "t", 100, 10, false);
    set_column(&c->items[2], "hypothesis", "k", 3, 90, false);
    columns_judge(c, NULL, 0);
    assert_int_equal(c->label, 0);
    assert_int_equal(c->text, 1);
    assert_int_equal(c->text_b, 2);
    /* One column is text. */
    c->count = 1;
    set_column(&c->items[0], "so it goes", "t", 2, 10, false);
    columns_judge(c, NULL, 0);
    assert_int_equal(c->text, 0);
    assert_int_equal(c->label, -1);
    mpcf_free(c);
}

/* What three columns are taken for where the first line may be one of names, and where values are classes. */
static void names_and_classes(void **state)
{
    struct columns *c = mpcf_alloc_array(1, sizeof *c);

    (void) state;
    c->count = 3;
    /* As pandas writes its index. */
    set_column(&c->items[0], "", "", 100, 3, true);
    set_column(&c->items[1], "what", "t", 100, 60, false);
    set_column(&c->items[2], "kind", "k", 3, 2, false);
    columns_judge(c, NULL, 0);
    assert_true(c->has_names);
    assert_int_equal(c->text, 1);
    assert_int_equal(c->label, 2);
    set_column(&c->items[2], "k1", "k", 3, 2, false); /* a row that lacks a cell */
    columns_judge(c, NULL, 0);
    assert_false(c->has_names);
    /* Words above others, of which none comes again: names, by custom. */
    set_column(&c->items[0], "autor", "a", 100, 9, false);
    set_column(&c->items[2], "datum", "d", 100, 9, false);
    columns_judge(c, NULL, 0);
    assert_true(c->has_names);
    /* Values that are the classes before names, and few before fewer. */
    c->count = 4;
    set_column(&c->items[0], "rating", "", 2, 1, true);
    set_column(&c->items[1], "what", "t", 100, 60, false);
    set_column(&c->items[2], "kind", "k", 3, 2, false);
    set_column(&c->items[3], "lang", "d", 2, 2, false);
    columns_judge(c, (const char *const[]){"K0", "k1", "k2"}, 3);
    assert_int_equal(c->label, 2);
    columns_judge(c, (const char *const[]){"k0", "k1", "other"}, 3);
    assert_int_equal(c->label, 0);
    c->count = 3;
    set_column(&c->items[0], "id", "", 100, 3, true);
    set_column(&c->items[2], "kind", "k", 1, 2, false);
    columns_judge(c, NULL, 0);
    assert_int_equal(c->label, -1);
    assert_int_equal(columns_of_one_value(c), 2);
    mpcf_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_become_limits),
        cmocka_unit_test(columns_have_parts),
        cmocka_unit_test(names_and_classes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
