/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges of look-ups hold every combination of rows of the tables, found here one by one.
 */
#include "pass/table_bounds.h"

#include <math.h>

#include "pass/pass.h"
#include "support/support.h"
#include "support/tiny_bert.h"

enum { HIDDEN = 32, VOCAB = 60, POSITIONS = 16, TYPES = 2, LOUD = 57, QUIET = 58 };

struct made {
    struct tiny_bert net;
    mpcf_graph *graph; /* after passes */
    struct ranges *ranges;
    mpcf_error *err;
};

static float *row_of(struct made *m, const char *table, size_t row)
{
    return parameters_find(m->net.parameters, table)->value + row * HIDDEN;
}

static void times(float *row, float factor)
{
    for (size_t c = 0; c < HIDDEN; c++) {
        row[c] *= factor;
    }
}

/* Calibrated on few rows of ordinary words; then two words turn out to be others. */
static void make(struct made *m)
{
    *m = (struct made){.net = {.layers = 1,
                               .hidden = HIDDEN,
                               .heads = 4,
                               .inner = 48,
                               .vocab = VOCAB,
                               .positions = POSITIONS,
                               .classes = 3,
                               .activation = "quad",
                               .normaliser = "2quad"},
                       .err = mpcf_error_create()};
    tiny_bert_open(&m->net, 7);
    assert_ok(pass_all(m->net.graph, &m->graph, m->err), m->err);
    m->ranges = tiny_bert_calibrate(&m->net, m->graph, 2, 4, 1);
    times(row_of(m, "word", LOUD), 200);
    times(row_of(m, "word", QUIET), 0.01F);
}

static void unmake(struct made *m)
{
    ranges_destroy(m->ranges);
    graph_destroy(m->graph);
    tiny_bert_close(&m->net);
    mpcf_error_destroy(m->err);
}

static const mpcf_node *first_of(const mpcf_graph *g, enum op_kind kind)
{
    size_t i = 0;

    while (graph_node(g, i)->kind != kind) {
        assert_true(++i < graph_count(g));
    }
    return graph_node(g, i);
}

struct extremes {
    double low, high;
};

static void see(struct extremes *e, double x)
{
    e->low = fmin(e->low, x);
    e->high = fmax(e->high, x);
}

/* The centred sum of three rows: its elements and the mean of their squares. */
static void look(struct made *m, size_t word, size_t type, size_t place, struct extremes *element,
                 struct extremes *square)
{
    double x[HIDDEN], mean = 0, sum = 0;

    for (size_t c = 0; c < HIDDEN; c++) {
        x[c] = (double) row_of(m, "word", word)[c] + (double) row_of(m, "type", type)[c] +
               (double) row_of(m, "position", place)[c];
        mean += x[c] / HIDDEN;
    }
    for (size_t c = 0; c < HIDDEN; c++) {
        see(element, x[c] - mean);
        sum += (x[c] - mean) * (x[c] - mean) / HIDDEN;
    }
    see(square, sum);
}

static void look_at_all(struct made *m, struct extremes *element, struct extremes *square)
{
    *element = *square = (struct extremes){INFINITY, -INFINITY};
    for (size_t word = 0; word < VOCAB; word++) {
        for (size_t i = 0; i < (size_t) TYPES * POSITIONS; i++) {
            look(m, word, i % TYPES, i / TYPES, element, square);
        }
    }
}

static void every_combination_is_inside(void **state)
{
    struct made m;
    struct extremes element, square;

    (void) state;
    make(&m);
    const mpcf_node *node = first_of(m.graph, OP_ROW_MEAN_SQUARE);
    const double margin = exp2(m.ranges->margin_bits), epsilon = node->real;
    const struct node_range before = *ranges_find(m.ranges, node->name);
    look_at_all(&m, &element, &square);
    assert_true(before.high * margin < square.high); /* or it would show nothing */
    assert_ok(table_bounds(m.graph, m.net.parameters, m.ranges, m.err), m.err);
    const struct node_range *r = ranges_find(m.ranges, node->name);
    assert_true(r->high * margin >= square.high && r->high * margin < 4 * square.high);
    assert_true(r->low / margin <= (square.low + epsilon) * 1.0001);
    assert_true(r->low <= before.low);
    assert_true(r->low == before.low || r->low / margin >= (square.low + epsilon) * 0.999);
    const struct node_range *root = ranges_find(m.ranges, first_of(m.graph, OP_RSQRT)->name);
    assert_true(root->high * margin >= 0.999 / sqrt(square.low + epsilon));
    assert_true(root->low / margin <= 1.001 / sqrt(square.high + epsilon));
    const struct node_range *sum = ranges_find(m.ranges, node->in[0]->name);
    assert_true(sum->low * margin <= element.low * 0.9999);
    assert_true(sum->high * margin >= element.high * 0.9999);
    unmake(&m);
}

/* What the margin holds anyway is no reason for a wider range: a mean square is bounded by the sum of norms. */
static void ordinary_tables_change_nothing(void **state)
{
    struct made m;

    (void) state;
    make(&m);
    times(row_of(&m, "word", LOUD), 1 / 200.0F);
    times(row_of(&m, "word", QUIET), 100);
    m.ranges->margin_bits = 6;
    const mpcf_node *node = first_of(m.graph, OP_ROW_MEAN_SQUARE);
    const struct node_range before = *ranges_find(m.ranges, node->name);
    assert_ok(table_bounds(m.graph, m.net.parameters, m.ranges, m.err), m.err);
    const struct node_range *r = ranges_find(m.ranges, node->name);
    assert_true(r->low == before.low && r->high == before.high);
    unmake(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_combination_is_inside),
                                       cmocka_unit_test(ordinary_tables_change_nothing)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
