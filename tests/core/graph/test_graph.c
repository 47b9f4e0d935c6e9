/* SPDX-License-Identifier: Apache-2.0 */
#include "graph/digest.h"
#include "graph/node.h"
#include "graph/slots.h"
#include "support/support.h"

#include <string.h>

#include <mpcf/model.h>

#include "graph/graph.h"

static mpcf_shape hidden(void)
{
    return mpcf_shape_3(MPCF_DIM_BATCH, MPCF_DIM_TOKENS, 8);
}

static void names_are_scoped_and_unique(void **state)
{
    mpcf_graph *g = graph_create();
    mpcf_node *x = mpcf_input(g, "x", hidden(), MPCF_USER);
    mpcf_node *a;
    mpcf_node *b;

    (void) state;
    mpcf_scope(g, "encoder.layer.3");
    a = mpcf_square(g, x);
    b = mpcf_square(g, a);
    mpcf_scope(g, NULL);
    assert_string_equal(x->name, "x");
    assert_string_equal(a->name, "encoder.layer.3.square");
    assert_string_equal(b->name, "encoder.layer.3.square.2");
    assert_string_equal(mpcf_square(g, b)->name, "square");
    assert_ptr_equal(graph_find(g, "encoder.layer.3.square.2"), b);
    graph_destroy(g);
}

static void a_name_is_one_word(void **state)
{
    static const char *const right[] = {"R", "layer.0.query", "bert/pooler/kernel", "a-b_c.9"};
    static const char *const wrong[] = {"a b",  "a\nb", "\033[2J", "../a",    "a/../b",
                                        "/a",   "a/",   "a//b",    ".a",      "a.",
                                        "a..b", "a\\b", "a:\"b",   "\xc3\xa4"};

    (void) state;
    for (size_t i = 0; i < sizeof right / sizeof *right + sizeof wrong / sizeof *wrong; i++) {
        const bool fits = i < sizeof right / sizeof *right;
        const char *name = fits ? right[i] : wrong[i - sizeof right / sizeof *right];
        mpcf_graph *g = graph_create();
        mpcf_error *err = mpcf_error_create();

        assert_true((mpcf_parameter(g, name, mpcf_shape_1(2), MPCF_INIT_CONSTANT, 0) != NULL) ==
                    fits);
        if (!fits) {
            assert_status(MPCF_E_INVALID, graph_check(g, err), err);
            assert_message_contains(err, "a name is letters, digits, '_', '-'");
        }
        mpcf_error_destroy(err);
        graph_destroy(g);
    }
}

static mpcf_node *in_scope(mpcf_graph *g, const char *name, mpcf_node *x)
{
    const char *before = mpcf_scope_current(g);

    mpcf_scope(g, name);
    mpcf_node *y = mpcf_square(g, x);

    mpcf_scope(g, before);
    return y;
}

static void a_scope_that_is_put_back_names_nothing_else(void **state)
{
    mpcf_graph *g = graph_create();
    mpcf_node *x = mpcf_input(g, "x", hidden(), MPCF_USER);

    (void) state;
    assert_string_equal(mpcf_scope_current(g), "");
    mpcf_scope(g, "outer");
    mpcf_node *sum = mpcf_add(g, in_scope(g, "left", x), in_scope(g, "right", x));
    assert_string_equal(sum->name, "outer.add");
    assert_string_equal(mpcf_scope_current(g), "outer");
    mpcf_scope(g, NULL);
    assert_non_null(graph_find(g, "left.square"));
    assert_non_null(graph_find(g, "right.square"));
    graph_destroy(g);
}

static void owners_follow_from_operands(void **state)
{
    mpcf_graph *g = graph_create();
    mpcf_node *x = mpcf_input(g, "x", mpcf_shape_2(4, 8), MPCF_USER);
    mpcf_node *n = mpcf_input(g, "n", mpcf_shape_2(4, 8), MPCF_PUBLIC);
    mpcf_node *w = mpcf_parameter(g, "w", mpcf_shape_2(4, 8), MPCF_INIT_REQUIRED, 0);
    mpcf_node *both = mpcf_mul(g, x, w);

    (void) state;
    assert_false(mpcf_add(g, x, n)->is_shared);
    assert_int_equal(mpcf_add(g, n, x)->owner, MPCF_USER);
    assert_int_equal(mpcf_add(g, n, w)->owner, MPCF_PROVIDER);
    assert_true(both->is_shared);
    assert_true(mpcf_square(g, both)->is_shared);
    assert_true(mpcf_add(g, both, n)->is_shared);
    graph_destroy(g);
}

static void first_failure_stays_and_names_the_scope(void **state)
{
    mpcf_graph *g = graph_create();
    mpcf_error *err = mpcf_error_create();
    mpcf_node *x = mpcf_input(g, "x", hidden(), MPCF_USER);
    mpcf_node *w = mpcf_parameter(g, "w", mpcf_shape_2(6, 7), MPCF_INIT_REQUIRED, 0);

    (void) state;
    mpcf_scope(g, "pooler");
    assert_null(mpcf_square(g, mpcf_linear(g, x, w, NULL)));
    assert_null(mpcf_square(g, x));
    assert_status(MPCF_E_SHAPE, graph_check(g, err), err);
    assert_message_contains(err, "pooler: linear: weight [6, 7] does not take [B, T, 8]");
    graph_destroy(g);
    mpcf_error_destroy(err);
}

static mpcf_shape shape_of_attention(mpcf_graph *g)
{
    mpcf_node *x = mpcf_input(g, "x", hidden(), MPCF_USER);
    mpcf_node *heads = mpcf_split_heads(g, x, 2);
    mpcf_node *scores = mpcf_matmul_transposed(g, heads, heads);
    mpcf_node *sums = mpcf_row_sum(g, scores);

    assert_int_equal(mpcf_node_shape(scores).dim[2], MPCF_DIM_TOKENS);
    assert_int_equal(mpcf_node_shape(scores).dim[3], MPCF_DIM_TOKENS);
    assert_int_equal(mpcf_node_shape(sums).dim[3], 1);
    return mpcf_node_shape(mpcf_merge_heads(g, mpcf_matmul(g, mpcf_mul(g, scores, sums), heads)));
}

static void shapes_follow_through_attention(void **state)
{
    mpcf_graph *g = graph_create();
    const mpcf_shape y = shape_of_attention(g);
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(graph_check(g, err), err);
    assert_int_equal(y.rank, 3);
    assert_int_equal(y.dim[0], MPCF_DIM_BATCH);
    assert_int_equal(y.dim[1], MPCF_DIM_TOKENS);
    assert_int_equal(y.dim[2], 8);
    graph_destroy(g);
    mpcf_error_destroy(err);
}

/* Each makes one mistake. */
static void wrong_slice(mpcf_graph *g, mpcf_node *x)
{
    mpcf_slice(g, x, 4, 5);
}
static void wrong_heads(mpcf_graph *g, mpcf_node *x)
{
    mpcf_split_heads(g, x, 3);
}
static void wrong_dropout(mpcf_graph *g, mpcf_node *x)
{
    mpcf_dropout(g, x, 1);
}
static void wrong_broadcast(mpcf_graph *g, mpcf_node *x)
{
    mpcf_add(g, x, mpcf_slice(g, x, 0, 3));
}
static void wrong_cuts(mpcf_graph *g, mpcf_node *x)
{
    const double cuts[2] = {1, 1};
    const double coef[3] = {0, 1, 2};

    mpcf_piecewise(g, x, cuts, 2, coef, 0);
}
static void wrong_number(mpcf_graph *g, mpcf_node *x)
{
    mpcf_offset(g, x, 1.0 / 0.0);
}
static void tap_twice(mpcf_graph *g, mpcf_node *x)
{
    mpcf_tap(g, "hidden.0", x);
    mpcf_tap(g, "hidden.0", x);
}
static void two_shapes(mpcf_graph *g, mpcf_node *x)
{
    (void) x;
    mpcf_parameter(g, "w", mpcf_shape_1(3), MPCF_INIT_REQUIRED, 0);
    mpcf_parameter(g, "w", mpcf_shape_1(4), MPCF_INIT_REQUIRED, 0);
}
static void two_inits(mpcf_graph *g, mpcf_node *x)
{
    (void) x;
    mpcf_parameter(g, "w", mpcf_shape_1(3), MPCF_INIT_NORMAL, 0.1);
    mpcf_parameter(g, "w", mpcf_shape_1(3), MPCF_INIT_NORMAL, 0.2);
}
static void counts_as_nothing(mpcf_graph *g, mpcf_node *x)
{
    (void) x;
    mpcf_scope_counts_as(g, "pooler", "");
}
static void empty_slot(mpcf_graph *g, mpcf_node *x)
{
    mpcf_slot_apply(g, MPCF_SLOT_ACTIVATION, 2, x, NULL);
}
static void foreign_node(mpcf_graph *g, mpcf_node *x)
{
    mpcf_graph *other = graph_create();

    (void) x;
    mpcf_square(g, mpcf_input(other, "y", mpcf_shape_1(3), MPCF_USER));
    graph_destroy(other);
}

static void mistakes_are_refused_with_a_reason(void **state)
{
    static const struct {
        void (*make)(mpcf_graph *g, mpcf_node *x);
        const char *reason;
    } cases[] = {
        {wrong_slice, "no columns 4 .. 8 in [B, T, 8]"},
        {wrong_heads, "does not split into 3"},
        {wrong_dropout, "chance 1"},
        {wrong_broadcast, "[B, T, 8] and [B, T, 3] do not agree"},
        {wrong_cuts, "do not ascend"},
        {wrong_number, "not finite"},
        {tap_twice, "tap 'hidden.0' is there already"},
        {two_shapes, "parameter 'w' has two shapes"},
        {two_inits, "parameter 'w' has two inits"},
        {counts_as_nothing, "scope 'pooler' counts as nothing"},
        {empty_slot, "slot 'activation' of layer 2 has no approximation"},
        {foreign_node, "another graph"},
    };
    mpcf_error *err = mpcf_error_create();

    (void) state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        mpcf_graph *g = graph_create();

        cases[i].make(g, mpcf_input(g, "x", hidden(), MPCF_USER));
        assert_int_not_equal(graph_check(g, err), MPCF_OK);
        assert_message_contains(err, cases[i].reason);
        graph_destroy(g);
    }
    mpcf_error_destroy(err);
}

static mpcf_node *build_square(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    (void) keep;
    return mpcf_scale(g, mpcf_square(g, x), *(const double *) config);
}
static void forward(const void *config, const mpcf_rows *shape, const float *x, float *y)
{
    (void) config, (void) shape, (void) x, (void) y;
}
static void backward(const void *config, const mpcf_rows *shape, const float *x, const float *y,
                     const float *dy, float *dx)
{
    (void) config, (void) shape, (void) x, (void) y, (void) dy, (void) dx;
}

static mpcf_node *filled(mpcf_graph *g, const mpcf_approx *approx, const double *config, bool fuse)
{
    const struct slot_filling filling = {
        .slot = MPCF_SLOT_ACTIVATION, .last_layer = 3, .approx = approx, .config = config};
    mpcf_error *err = mpcf_error_create();
    mpcf_node *x = mpcf_input(g, "x", hidden(), MPCF_USER);

    assert_ok(graph_fill_slots(g, &filling, 1, fuse, err), err);
    mpcf_error_destroy(err);
    mpcf_scope(g, "layer.1");
    return mpcf_slot_apply(g, MPCF_SLOT_ACTIVATION, 1, x, NULL);
}

static void slots_hold_the_formula_or_its_kernels(void **state)
{
    const double half = 0.5;
    mpcf_approx approx = {.struct_size = sizeof(approx),
                          .name = "s",
                          .slot = MPCF_SLOT_ACTIVATION,
                          .build = build_square,
                          .forward = forward,
                          .backward = backward};
    mpcf_graph *plain = graph_create();
    mpcf_graph *fused = graph_create();
    mpcf_node *y = filled(plain, &approx, &half, false);
    mpcf_node *z = filled(fused, &approx, &half, true);

    (void) state;
    assert_string_equal(y->name, "layer.1.activation.scale");
    assert_int_equal(z->kind, OP_FUSED);
    assert_ptr_equal(z->approx, &approx);
    assert_int_equal(z->in_count, 3);
    assert_null(z->in[1]);
    assert_string_equal(z->in[2]->name, y->name);
    graph_destroy(plain);
    graph_destroy(fused);
}

static mpcf_node *build_tanh(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    (void) config, (void) keep;
    return mpcf_tanh(g, x);
}

static void costs_are_booked_by_scope_slot_and_operation(void **state)
{
    const mpcf_approx approx = {
        .struct_size = sizeof(approx), .name = "t", .slot = MPCF_SLOT_TANH, .build = build_tanh};
    const struct slot_filling filling = {
        .slot = MPCF_SLOT_TANH, .last_layer = 0, .approx = &approx};
    mpcf_error *err = mpcf_error_create();
    mpcf_graph *g = graph_create();
    mpcf_node *x = mpcf_input(g, "x", hidden(), MPCF_USER);

    (void) state;
    assert_ok(graph_fill_slots(g, &filling, 1, false, err), err);
    mpcf_scope_counts_as(g, "top", "head");
    mpcf_scope(g, "top.activation.pooler");
    assert_string_equal(mpcf_square(g, x)->function, "linear");
    assert_string_equal(mpcf_slot_apply(g, MPCF_SLOT_TANH, 0, x, NULL)->function, "tanh");
    assert_string_equal(mpcf_square(g, x)->function, "linear");
    mpcf_scope(g, "top");
    assert_string_equal(mpcf_square(g, x)->function, "head");
    assert_string_equal(mpcf_slot_apply(g, MPCF_SLOT_TANH, 0, x, NULL)->function, "head");
    assert_string_equal(mpcf_square(g, x)->function, "head");
    graph_destroy(g);
    mpcf_error_destroy(err);
}

static void digest_tells_formulas_apart(void **state)
{
    const double numbers[2] = {0.5, 0.25};
    mpcf_approx approx = {.struct_size = sizeof(approx),
                          .name = "s",
                          .slot = MPCF_SLOT_ACTIVATION,
                          .build = build_square};
    char text[3][65];

    (void) state;
    for (size_t i = 0; i < 3; i++) {
        mpcf_graph *g = graph_create();

        mpcf_output(g, "y", filled(g, &approx, &numbers[i / 2], false));
        assert_true(graph_digest(g, text[i]));
        graph_destroy(g);
    }
    assert_string_equal(text[0], text[1]);
    assert_string_not_equal(text[0], text[2]);
    assert_int_equal(strlen(text[0]), 64);
}

static void copies_keep_name_and_attributes(void **state)
{
    const double coef[3] = {1, 2, 3};
    mpcf_graph *g = graph_create();
    mpcf_graph *h = graph_create();
    mpcf_node *x = mpcf_input(g, "x", hidden(), MPCF_USER);
    mpcf_node *p = mpcf_poly(g, x, coef, 2);
    mpcf_node *x2 = graph_copy_node(h, x, NULL);
    mpcf_node *p2 = graph_copy_node(h, p, &x2);

    (void) state;
    assert_string_equal(p2->name, p->name);
    assert_int_equal(p2->degree, 2);
    assert_true(p2->coef != p->coef && p2->coef[2] == 3.0);
    assert_int_equal(p2->owner, MPCF_USER);
    assert_ptr_equal(graph_find_input(h, "x"), x2);
    graph_destroy(g);
    graph_destroy(h);
}

static void dimensions_resolve_right_aligned(void **state)
{
    const struct dims d = shape_resolve(hidden(), 3, 5);

    (void) state;
    assert_int_equal(d.dim[0], 1);
    assert_int_equal(d.dim[1], 3);
    assert_int_equal(d.dim[2], 5);
    assert_int_equal(d.dim[3], 8);
    assert_int_equal(d.count, 120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_scoped_and_unique),
        cmocka_unit_test(a_name_is_one_word),
        cmocka_unit_test(a_scope_that_is_put_back_names_nothing_else),
        cmocka_unit_test(owners_follow_from_operands),
        cmocka_unit_test(first_failure_stays_and_names_the_scope),
        cmocka_unit_test(shapes_follow_through_attention),
        cmocka_unit_test(mistakes_are_refused_with_a_reason),
        cmocka_unit_test(slots_hold_the_formula_or_its_kernels),
        cmocka_unit_test(costs_are_booked_by_scope_slot_and_operation),
        cmocka_unit_test(digest_tells_formulas_apart),
        cmocka_unit_test(copies_keep_name_and_attributes),
        cmocka_unit_test(dimensions_resolve_right_aligned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
