/* SPDX-License-Identifier: Apache-2.0 */
/* Slots by layer, by kind of layer norm and by heads: what is built where, under which names. */
#include "graph/slots.h"

#include <string.h>

#include <mpcf/model.h>

#include "float_engine/float_engine.h"
#include "graph/digest.h"
#include "graph/finish.h"
#include "support/slot_network.h"
#include "support/support.h"

static const double five = 5, two = 2;
static mpcf_error *err;

static struct slot_filling norms(const mpcf_approx *approx, unsigned which)
{
    return (struct slot_filling){
        .slot = MPCF_SLOT_LAYER_NORM, .last_layer = SIZE_MAX, .approx = approx, .norms = which};
}

static struct slot_filling heads(const mpcf_approx *approx, const double *c, const char *which)
{
    return (struct slot_filling){.slot = MPCF_SLOT_NORMALISER,
                                 .last_layer = SIZE_MAX,
                                 .approx = approx,
                                 .config = c,
                                 .heads = slot_heads(which)};
}

static size_t count_kind(const mpcf_graph *g, enum op_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < graph_count(g); i++) {
        count += graph_node(g, i)->kind == kind ? 1 : 0;
    }
    return count;
}

static void check_text(const char *digits, const char *want)
{
    char text[HEAD_SET_TEXT_SIZE];
    const struct head_set s = slot_heads(digits);

    assert_string_equal(head_set_text(&s, text), want);
    assert_int_equal(head_set_count(&s), strlen(digits));
    for (size_t i = 0; i < strlen(digits); i++) {
        assert_int_equal(head_set_at(&s, i), digits[i] - '0');
        assert_int_equal(head_set_rank(&s, (size_t) (digits[i] - '0')), i);
    }
    assert_int_equal(head_set_at(&s, strlen(digits)), HEADS_MAX);
}

static void sets_of_heads_are_told_as_ranges(void **state)
{
    struct head_set every_other = {{0}};
    const struct head_set all = head_set_first(HEADS_MAX);
    char text[HEAD_SET_TEXT_SIZE];

    (void) state;
    check_text("", "");
    check_text("0", "0");
    check_text("03", "0,3");
    check_text("012467", "0-2,4,6-7");
    assert_string_equal(head_set_text(&all, text), "0-255");
    for (size_t i = 0; i < HEADS_MAX; i += 2) {
        head_set_add(&every_other, i);
    }
    assert_true(strlen(head_set_text(&every_other, text)) + 1 < HEAD_SET_TEXT_SIZE);
    assert_string_equal(text + strlen(text) - 8, ",252,254");
    assert_true(head_set_meets(&every_other, &all));
    every_other = head_set_without(&all, &every_other);
    assert_int_equal(head_set_at(&every_other, 0), 1);
}

/* As from a builder that knows no slot. */
static void an_empty_slot_is_the_layer_norm_itself(void **state)
{
    const struct slot_filling filling = heads(&slot_test_2quad, &five, "");
    mpcf_graph *g = slot_network_graph(&filling, 1);

    (void) state;
    assert_ok(graph_finish(g, err), err);
    assert_int_equal(count_kind(g, OP_LAYER_NORM), 2);
    assert_int_equal(count_kind(g, OP_SCALE_COLUMNS), 0);
    assert_int_equal(count_kind(g, OP_TAKE_HEADS), 0);
    assert_int_equal(graph_find(g, "words.layer_norm")->kind, OP_LAYER_NORM);
    assert_string_equal(graph_find(g, "layer.layer_norm")->function, "layer_norm");
    assert_true(graph_find(g, "layer.layer_norm")->real == 1e-3);
    graph_destroy(g);
}

static void a_norm_is_filled_by_its_kind(void **state)
{
    const struct slot_filling fillings[] = {
        heads(&slot_test_2quad, &five, ""),
        norms(&slot_test_tanh, 1u << MPCF_NORM_ATTENTION | 1u << MPCF_NORM_FEED_FORWARD)};
    mpcf_graph *g = slot_network_graph(fillings, 2);
    const mpcf_node *y;

    (void) state;
    assert_ok(graph_finish(g, err), err);
    assert_int_equal(count_kind(g, OP_LAYER_NORM), 1);
    assert_non_null(graph_find(g, "words.layer_norm"));
    y = graph_find_tap(g, "hidden.0")->in[0];
    assert_int_equal(y->kind, OP_ADD);
    assert_string_equal(y->function, "layer_norm");
    assert_int_equal(y->in[0]->kind, OP_SCALE_COLUMNS);
    assert_string_equal(y->in[0]->function, "layer_norm");
    assert_string_equal(y->in[0]->in[0]->name, "layer.layer_norm.tanh");
    assert_string_equal(y->in[0]->in[0]->function, "layer_norm");
    assert_non_null(graph_find_label(g, OP_PARAMETER, "approximations.layer_norm.0.attention.a"));
    graph_destroy(g);
}

static void norms_have_values_of_their_own(void **state)
{
    const struct slot_filling fillings[] = {heads(&slot_test_2quad, &five, ""),
                                            norms(&slot_test_tanh, 0)};
    mpcf_graph *g = slot_network_graph(fillings, 2);

    (void) state;
    assert_ok(graph_finish(g, err), err);
    assert_int_equal(count_kind(g, OP_LAYER_NORM), 0);
    assert_non_null(graph_find_label(g, OP_PARAMETER, "approximations.layer_norm.0.attention.a"));
    assert_non_null(graph_find_label(g, OP_PARAMETER, "approximations.layer_norm.embedding.a"));
    graph_destroy(g);
}

/* The formula of the exact one, with the network's epsilon, is the layer norm: by the float engine. */
static void a_formula_gets_the_networks_epsilon(void **state)
{
    const struct slot_filling fillings[] = {heads(&slot_test_2quad, &five, ""),
                                            norms(&slot_test_norm, 0)};
    float want[SLOT_BATCH * SLOT_CLASSES], got[SLOT_BATCH * SLOT_CLASSES];
    struct slot_network a, b;

    (void) state;
    slot_network_open(&a, fillings, 1, false);
    slot_network_open(&b, fillings, 2, false);
    slot_network_logits(&a, a.graph, want);
    slot_network_logits(&b, b.graph, got);
    assert_close_floats("logits", want, got, SLOT_BATCH * SLOT_CLASSES, 1e-5, 1e-5);
    slot_network_close(&a);
    slot_network_close(&b);
}

static void heads_get_their_own_formula(void **state)
{
    const struct slot_filling fillings[] = {heads(&slot_test_scale, NULL, "03"),
                                            heads(&slot_test_scale, NULL, "1"),
                                            heads(&slot_test_2quad, &two, "")};
    mpcf_graph *g = slot_network_graph(fillings, 3);
    const mpcf_node *y, *a;

    (void) state;
    assert_ok(graph_finish(g, err), err);
    y = graph_find_tap(g, "probs.0")->in[0];
    assert_int_equal(y->kind, OP_JOIN_HEADS);
    assert_string_equal(y->function, "normaliser");
    assert_int_equal(y->in_count, 3);
    assert_int_equal(y->shape.dim[1], SLOT_HEADS);
    assert_int_equal(count_kind(g, OP_TAKE_HEADS), 3);
    a = graph_find_label(g, OP_PARAMETER, "approximations.normaliser.0.heads.0,3.a");
    assert_non_null(a);
    assert_int_equal(a->shape.dim[1], 2);
    assert_non_null(graph_find_label(g, OP_PARAMETER, "approximations.normaliser.0.heads.1.a"));
    graph_destroy(g);
}

/* Cut and joined again, a formula of all heads is the formula. */
static void cut_by_heads_it_is_the_same_function(void **state)
{
    const struct slot_filling whole = heads(&slot_test_2quad, &five, "");
    const struct slot_filling cut[] = {heads(&slot_test_2quad, &five, "4"),
                                       heads(&slot_test_2quad, &five, "02"),
                                       heads(&slot_test_2quad, &five, "")};
    float want[SLOT_BATCH * SLOT_CLASSES], got[SLOT_BATCH * SLOT_CLASSES];
    char digest[2][65];
    struct slot_network a, b;

    (void) state;
    slot_network_open(&a, &whole, 1, false);
    slot_network_open(&b, cut, 3, false);
    slot_network_logits(&a, a.graph, want);
    slot_network_logits(&b, b.graph, got);
    assert_close_floats("logits", want, got, SLOT_BATCH * SLOT_CLASSES, 1e-6, 1e-6);
    assert_true(graph_digest(a.graph, digest[0]) && graph_digest(b.graph, digest[1]));
    assert_string_not_equal(digest[0], digest[1]);
    slot_network_close(&a);
    slot_network_close(&b);
}

static void the_digest_tells_which_heads(void **state)
{
    char digest[2][65];

    (void) state;
    for (size_t i = 0; i < 2; i++) {
        const struct slot_filling cut[] = {heads(&slot_test_2quad, &two, i == 0 ? "03" : "04"),
                                           heads(&slot_test_2quad, &five, "")};
        mpcf_graph *g = slot_network_graph(cut, 2);

        assert_ok(graph_finish(g, err), err);
        assert_true(graph_digest(g, digest[i]));
        graph_destroy(g);
    }
    assert_string_not_equal(digest[0], digest[1]);
}

enum { MANY = 40 };

/* 2quad over rows of [B, MANY, 1, T], as FILLINGS say; into Y[MANY * SLOT_TOKENS]. */
static size_t run_many(const struct slot_filling *fillings, size_t count, float *y)
{
    static const int32_t mask[SLOT_TOKENS] = {1, 1, 1, 1, 0, 0};
    const struct float_batch batch = {.batch = 1, .tokens = SLOT_TOKENS, .attention_mask = mask};
    mpcf_graph *g = graph_create();
    mpcf_node *keep = mpcf_input(g, "attention_mask",
                                 mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *x = mpcf_parameter(g, "x", mpcf_shape_4(1, MANY, 1, 1), MPCF_INIT_NORMAL, 1);
    struct parameters *p = NULL;
    struct float_engine *e = NULL;
    size_t joins;

    assert_ok(graph_fill_slots(g, fillings, count, false, err), err);
    x = mpcf_slot_apply(g, MPCF_SLOT_NORMALISER, 0, mpcf_mul(g, keep, x), keep);
    mpcf_output(g, "logits", x);
    assert_ok(graph_finish(g, err), err);
    assert_int_equal(x->shape.dim[1], MANY);
    assert_ok(parameters_create(g, false, &p, err), err);
    parameters_init(p, g, 3);
    assert_ok(float_engine_create(g, p, FLOAT_EVALUATE, 1, SLOT_TOKENS, 0, &e, err), err);
    assert_ok(float_forward(e, &batch, err), err);
    memcpy(y, float_value(e, x), MANY * SLOT_TOKENS * sizeof *y);
    joins = count_kind(g, OP_JOIN_HEADS);
    float_engine_destroy(e);
    parameters_destroy(p);
    graph_destroy(g);
    return joins;
}

/* More parts than a node has operands, from the last head to the first. */
static void a_part_may_be_every_head(void **state)
{
    static double c[MANY];
    float want[MANY * SLOT_TOKENS], got[MANY * SLOT_TOKENS];
    struct slot_filling fillings[MANY];

    (void) state;
    for (size_t i = 0; i < MANY; i++) {
        fillings[i] = heads(&slot_test_2quad, &five, "");
        head_set_add(&fillings[i].heads, MANY - 1 - i);
    }
    assert_int_equal(run_many(fillings, MANY, got), 3);
    fillings[0] = heads(&slot_test_2quad, &five, "");
    assert_int_equal(run_many(fillings, 1, want), 0);
    assert_close_floats("parts", want, got, MANY * SLOT_TOKENS, 1e-7, 1e-7);
    for (size_t i = 0; i < MANY; i++) { /* each its own number: c = i belongs to head i */
        c[i] = 3 + (double) i;
        fillings[i] = heads(&slot_test_2quad, &c[i], "");
        head_set_add(&fillings[i].heads, i);
    }
    (void) run_many(fillings, MANY, got);
    for (size_t i = 0; i < MANY; i++) {
        fillings[0] = heads(&slot_test_2quad, &c[i], "");
        (void) run_many(fillings, 1, want);
        assert_close_floats("head", want + i * SLOT_TOKENS, got + i * SLOT_TOKENS, SLOT_TOKENS,
                            1e-7, 1e-7);
    }
}

static void copy_kept(const void *config, const mpcf_rows *shape, const float *x, float *y)
{
    (void) config;
    for (size_t i = 0; i < shape->rows * shape->cols; i++) {
        y[i] = shape->keep[i] != 0.0F ? x[i] : 0.0F;
    }
}

static void copy_gradient(const void *config, const mpcf_rows *shape, const float *x,
                          const float *y, const float *dy, float *dx)
{
    (void) x, (void) y;
    copy_kept(config, shape, dy, dx);
}

static mpcf_node *build_copy(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    (void) config;
    return mpcf_mask(g, x, keep);
}

/* A part's formula with float kernels is one node on that part. */
static void kernels_work_on_their_part(void **state)
{
    const mpcf_approx copy = {.struct_size = sizeof copy,
                              .name = "copy",
                              .slot = MPCF_SLOT_NORMALISER,
                              .build = build_copy,
                              .forward = copy_kept,
                              .backward = copy_gradient};
    const struct slot_filling fillings[] = {heads(&copy, NULL, "13"),
                                            heads(&slot_test_2quad, &five, "")};
    mpcf_graph *g = graph_create();
    mpcf_node *keep = mpcf_input(g, "attention_mask",
                                 mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *x = mpcf_parameter(g, "x", mpcf_shape_4(1, 4, 1, 1), MPCF_INIT_NORMAL, 1);
    const mpcf_node *y;

    (void) state;
    assert_ok(graph_fill_slots(g, fillings, 2, true, err), err);
    y = mpcf_slot_apply(g, MPCF_SLOT_NORMALISER, 0, mpcf_mul(g, keep, x), keep);
    assert_non_null(y);
    assert_int_equal(y->kind, OP_JOIN_HEADS);
    assert_int_equal(y->in[0]->kind, OP_FUSED);
    assert_int_equal(y->in[0]->shape.dim[1], 2);
    assert_int_equal(y->in[0]->in[0]->kind, OP_TAKE_HEADS);
    assert_int_not_equal(y->in[1]->kind, OP_FUSED);
    graph_destroy(g);
}

/* --- Where a formula is --- */

static size_t seen_layer, seen_heads[3];

static mpcf_node *build_where(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    (void) config;
    seen_layer = mpcf_slot_layer(g);
    for (size_t i = 0; i < 3; i++) {
        seen_heads[i] = mpcf_slot_head(g, i);
    }
    return mpcf_mask(g, x, keep);
}

static void a_formula_knows_its_layer_and_heads(void **state)
{
    const mpcf_approx approx = {.struct_size = sizeof approx,
                                .name = "where",
                                .slot = MPCF_SLOT_NORMALISER,
                                .build = build_where};
    struct slot_filling fillings[] = {heads(&approx, NULL, "124"),
                                      heads(&slot_test_2quad, &five, "")};
    mpcf_graph *g = graph_create();
    mpcf_node *keep = mpcf_input(g, "attention_mask",
                                 mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *x =
        mpcf_mul(g, keep, mpcf_parameter(g, "x", mpcf_shape_4(1, 5, 1, 1), MPCF_INIT_NORMAL, 1));

    (void) state;
    assert_ok(graph_fill_slots(g, fillings, 2, false, err), err);
    assert_non_null(mpcf_slot_apply(g, MPCF_SLOT_NORMALISER, 7, x, keep));
    assert_int_equal(seen_layer, 7);
    assert_int_equal(seen_heads[0], 1);
    assert_int_equal(seen_heads[1], 2);
    assert_int_equal(seen_heads[2], 4);
    fillings[0].heads = slot_heads("");
    assert_ok(graph_fill_slots(g, fillings, 1, false, err), err);
    assert_non_null(mpcf_slot_apply(g, MPCF_SLOT_NORMALISER, 2, x, keep));
    assert_int_equal(seen_layer, 2);
    assert_int_equal(seen_heads[2], 2);
    assert_int_equal(mpcf_slot_layer(g), 0); /* outside */
    assert_true(mpcf_slot_epsilon(g) == 0);
    graph_destroy(g);
}

/* --- What is refused --- */

static void refuses(const struct slot_filling *fillings, size_t count, const char *part)
{
    mpcf_graph *g = slot_network_graph(fillings, count);
    mpcf_status status = graph_check(g, err);

    if (status == MPCF_OK) {
        status = graph_check_layers(g, err);
    }
    assert_status_was(MPCF_E_CONFIG, status, err);
    assert_message_contains(err, part);
    mpcf_error_reset(err);
    graph_destroy(g);
}

static void heads_that_are_not_there_or_left_are_refused(void **state)
{
    struct slot_filling fillings[] = {heads(&slot_test_2quad, &five, "07"),
                                      heads(&slot_test_2quad, &five, "")};

    (void) state;
    refuses(fillings, 2, "heads 0,7: the network has");
    fillings[0].heads = slot_heads("03");
    refuses(fillings, 1, "no entry is of heads 1-2,4 of layer 0");
    fillings[1].is_default = true; /* what the file does not say takes nothing */
    refuses(fillings, 2, "no entry is of heads 1-2,4 of layer 0");
}

static void a_norm_must_fit(void **state)
{
    mpcf_graph *g = graph_create();
    const struct slot_filling filling = norms(&slot_test_tanh, 0);
    mpcf_node *x = mpcf_parameter(g, "x", mpcf_shape_3(2, 3, 4), MPCF_INIT_NORMAL, 1);
    mpcf_node *v = mpcf_parameter(g, "v", mpcf_shape_1(5), MPCF_INIT_NORMAL, 1);

    (void) state;
    assert_ok(graph_fill_slots(g, &filling, 1, false, err), err);
    assert_null(mpcf_slot_layer_norm(g, 0, MPCF_NORM_ATTENTION, x, v, v, 1e-5));
    assert_status(MPCF_E_SHAPE, graph_check(g, err), err);
    assert_message_contains(err, "'v' does not fit rows of");
    graph_destroy(g);
}

static void layer_norms_have_a_function_of_their_own(void **state)
{
    mpcf_graph *g = graph_create();
    mpcf_node *x = mpcf_parameter(g, "x", mpcf_shape_3(2, 3, 4), MPCF_INIT_NORMAL, 1);

    (void) state;
    assert_null(mpcf_slot_apply(g, MPCF_SLOT_LAYER_NORM, 0, x, NULL));
    assert_status(MPCF_E_INVALID, graph_check(g, err), err);
    assert_message_contains(err, "mpcf_slot_layer_norm()");
    graph_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_of_heads_are_told_as_ranges),
        cmocka_unit_test(an_empty_slot_is_the_layer_norm_itself),
        cmocka_unit_test(a_norm_is_filled_by_its_kind),
        cmocka_unit_test(norms_have_values_of_their_own),
        cmocka_unit_test(a_formula_gets_the_networks_epsilon),
        cmocka_unit_test(heads_get_their_own_formula),
        cmocka_unit_test(cut_by_heads_it_is_the_same_function),
        cmocka_unit_test(the_digest_tells_which_heads),
        cmocka_unit_test(a_part_may_be_every_head),
        cmocka_unit_test(kernels_work_on_their_part),
        cmocka_unit_test(a_formula_knows_its_layer_and_heads),
        cmocka_unit_test(heads_that_are_not_there_or_left_are_refused),
        cmocka_unit_test(a_norm_must_fit),
        cmocka_unit_test(layer_norms_have_a_function_of_their_own),
    };
    int failed;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
