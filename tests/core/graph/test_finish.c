/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network whose calls evaluated their arguments in one order, and in the other.
 */
#include "graph/finish.h"

#include <string.h>

#include "graph/digest.h"
#include "lower/lower.h"
#include "pass/pass.h"
#include "support/other_network.h"
#include "support/support.h"

struct built {
    struct tiny_bert network;
    mpcf_graph *passed;
    struct ranges *ranges;
    struct program *program;
    char raw[65], finished[65], after_passes[65];
};

/* IS_FINISHED: before the passes, which must give the same of a graph that is not. */
static void build(struct built *b, bool swapped, bool is_finished)
{
    struct lower_options options;
    mpcf_error *err = mpcf_error_create();

    other_network_open(&b->network, swapped);
    assert_true(graph_digest(b->network.graph, b->raw));
    if (is_finished) {
        assert_ok(graph_finish(b->network.graph, err), err);
        assert_true(graph_digest(b->network.graph, b->finished));
    }
    assert_ok(pass_all(b->network.graph, &b->passed, err), err);
    assert_true(graph_digest(b->passed, b->after_passes));
    b->ranges = tiny_bert_calibrate(&b->network, b->passed, 4, 8, 2);
    lower_options_default(&options);
    assert_ok(lower_graph(b->passed, b->ranges, &options, 1, 8, true, &b->program, err), err);
    mpcf_error_destroy(err);
}

static void clear(struct built *b)
{
    program_destroy(b->program);
    ranges_destroy(b->ranges);
    graph_destroy(b->passed);
    tiny_bert_close(&b->network);
}

static void assert_same_names(const mpcf_graph *g, const mpcf_graph *h)
{
    assert_int_equal(graph_count(g), graph_count(h));
    for (size_t i = 0; i < graph_count(g); i++) {
        assert_string_equal(graph_node(g, i)->name, graph_node(h, i)->name);
        assert_string_equal(graph_node(g, i)->function, graph_node(h, i)->function);
        assert_int_equal(graph_node(h, i)->id, i);
    }
}

static void assert_same_ranges(const struct ranges *r, const struct ranges *s)
{
    assert_int_equal(r->count, s->count);
    for (size_t i = 0; i < r->count; i++) {
        assert_string_equal(r->items[i].node, s->items[i].node);
        assert_true(r->items[i].low == s->items[i].low && r->items[i].high == s->items[i].high);
    }
}

static void either_order_gives_one_network(void **state)
{
    struct built b[2];

    (void) state;
    build(&b[0], false, true);
    build(&b[1], true, true);
    assert_string_not_equal(b[0].raw, b[1].raw); /* the orders were two */
    assert_string_equal(b[0].finished, b[1].finished);
    assert_same_names(b[0].network.graph, b[1].network.graph);
    assert_string_equal(b[0].after_passes, b[1].after_passes);
    assert_same_names(b[0].passed, b[1].passed);
    assert_same_ranges(b[0].ranges, b[1].ranges);
    assert_string_equal(b[0].program->digest, b[1].program->digest);
    clear(&b[0]);
    clear(&b[1]);
}

static void passes_finish_what_is_not(void **state)
{
    struct built b[2];

    (void) state;
    build(&b[0], false, false);
    build(&b[1], true, true);
    assert_string_equal(b[0].after_passes, b[1].after_passes);
    assert_same_ranges(b[0].ranges, b[1].ranges);
    assert_string_equal(b[0].program->digest, b[1].program->digest);
    clear(&b[0]);
    clear(&b[1]);
}

static void only_what_is_needed_or_named_stays(void **state)
{
    const mpcf_shape shape = mpcf_shape_2(3, 4);
    mpcf_graph *g = graph_create();
    mpcf_error *err = mpcf_error_create();
    mpcf_node *x = mpcf_input(g, "x", shape, MPCF_USER);
    mpcf_node *spare = mpcf_parameter(g, "spare", shape, MPCF_INIT_REQUIRED, 0);

    (void) state;
    mpcf_square(g, x);
    mpcf_node *second = mpcf_square(g, mpcf_square(g, x));
    mpcf_node *tap = mpcf_tap(g, "seen", mpcf_relu(g, x));
    mpcf_output(g, "b", second);
    mpcf_output(g, "a", mpcf_offset(g, x, 1));
    assert_string_equal(second->name, "square.3");
    assert_ok(graph_finish(g, err), err);
    assert_int_equal(graph_count(g), 7);
    assert_string_equal(graph_output(g, 0)->name, "a");
    assert_ptr_equal(graph_node(g, 0), x);
    assert_string_equal(graph_node(g, 1)->name, "offset");
    assert_ptr_equal(graph_node(g, 3), second);
    assert_string_equal(second->name, "square.2");
    assert_ptr_equal(graph_node(g, 4), spare);
    assert_ptr_equal(graph_node(g, 6), tap);
    graph_destroy(g);
    mpcf_error_destroy(err);
}

static void a_failure_is_told(void **state)
{
    mpcf_graph *g = graph_create();
    mpcf_error *err = mpcf_error_create();

    (void) state;
    mpcf_square(g, NULL);
    assert_status(MPCF_E_INVALID, graph_finish(g, err), err);
    assert_message_contains(err, "square: operand 1 is missing");
    graph_destroy(g);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(either_order_gives_one_network),
        cmocka_unit_test(passes_finish_what_is_not),
        cmocka_unit_test(only_what_is_needed_or_named_stays),
        cmocka_unit_test(a_failure_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
