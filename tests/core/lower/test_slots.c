/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots of layer norms and normalisers by heads in a secure run: passes, plaintext reference, both
 * parties and the dealer, and what it costs.
 */
#include <math.h>

#include "lower/lower.h"
#include "pass/calibrate.h"
#include "pass/pass.h"
#include "program/secure_input.h"
#include "protocol/weights.h"
#include "secure/cost.h"
#include "secure/reference.h"
#include "secure/trio.h"
#include "support/slot_network.h"
#include "support/support.h"

enum { LOGITS = SLOT_BATCH * SLOT_CLASSES };

static const double five = 5, two = 2;

static struct slot_filling part(const mpcf_approx *approx, const double *c, const char *heads)
{
    return (struct slot_filling){.slot = approx->slot,
                                 .last_layer = SIZE_MAX,
                                 .approx = approx,
                                 .config = c,
                                 .heads = slot_heads(heads)};
}

struct run {
    struct slot_network network;
    mpcf_graph *passed;
    struct ranges *ranges;
    struct program *program;
    struct weights *weights;
    struct cost *cost;
};

static mpcf_status next_batch(void *context, struct float_batch *batch, mpcf_error *err)
{
    const struct slot_network **left = context;

    (void) err;
    *batch = (struct float_batch){0};
    if (*left != NULL) {
        *batch = (struct float_batch){.batch = SLOT_BATCH,
                                      .tokens = SLOT_TOKENS,
                                      .input_ids = (*left)->ids,
                                      .attention_mask = (*left)->mask};
    }
    *left = NULL;
    return MPCF_OK;
}

/* Built, lowered, run by all engines, each of which agrees with the float engine. */
static void run_open(struct run *r, const struct slot_filling *fillings, size_t count)
{
    mpcf_error *err = mpcf_error_create();
    const struct slot_network *left = &r->network;
    struct lower_options options;
    float want[LOGITS], passed[LOGITS];
    double got[LOGITS];
    struct cost *metered = NULL;

    slot_network_open(&r->network, fillings, count, false);
    slot_network_logits(&r->network, r->network.graph, want);
    assert_ok(pass_all(r->network.graph, &r->passed, err), err);
    slot_network_logits(&r->network, r->passed, passed);
    assert_close_floats("after passes", want, passed, LOGITS, 1e-4, 1e-4);
    assert_ok(calibrate(r->passed, r->network.parameters, SLOT_BATCH, SLOT_TOKENS, 0, next_batch,
                        &left, &r->ranges, err),
              err);
    lower_options_default(&options);
    assert_ok(lower_graph(r->passed, r->ranges, &options, SLOT_BATCH, SLOT_TOKENS, false,
                          &r->program, err),
              err);
    assert_ok(weights_create(r->program, r->network.parameters, &r->weights, err), err);
    const struct secure_input input = {.input_ids = r->network.ids,
                                       .attention_mask = r->network.mask};
    assert_ok(reference_run(r->program, r->weights, &input, got, NULL, NULL, NULL, err), err);
    for (size_t i = 0; i < LOGITS; i++) {
        assert_true(fabs(got[i] - (double) want[i]) < 0.02);
    }
    const struct trio_run run = {.program = r->program, .weights = r->weights, .input = &input};
    assert_ok(trio_run(&run, got, &metered, err), err);
    for (size_t i = 0; i < LOGITS; i++) {
        assert_true(fabs(got[i] - (double) want[i]) < 0.02);
    }
    assert_ok(cost_run(r->program, &r->cost, err), err);
    assert_int_equal(r->cost->rounds, metered->rounds);
    assert_int_equal(r->cost->provider_bytes, metered->provider_bytes);
    assert_int_equal(r->cost->user_bytes, metered->user_bytes);
    cost_destroy(metered);
    mpcf_error_destroy(err);
}

static void run_close(struct run *r)
{
    cost_destroy(r->cost);
    weights_destroy(r->weights);
    program_destroy(r->program);
    ranges_destroy(r->ranges);
    graph_destroy(r->passed);
    slot_network_close(&r->network);
    *r = (struct run){0};
}

static size_t count_kind(const mpcf_graph *g, enum op_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < graph_count(g); i++) {
        count += graph_node(g, i)->kind == kind ? 1 : 0;
    }
    return count;
}

static void mixed_heads_agree_with_floats(void **state)
{
    const struct slot_filling fillings[] = {part(&slot_test_scale, NULL, "03"),
                                            part(&slot_test_2quad, &two, "1"),
                                            part(&slot_test_2quad, &five, "")};
    struct run r = {0};

    (void) state;
    run_open(&r, fillings, 3);
    run_close(&r);
}

/* Parts go at once: no more rounds than the slowest of them alone, but where the planner would
 * rather truncate otherwise. Row scaling finds its products behind the cut. */
static void parts_go_side_by_side(void **state)
{
    const struct slot_filling whole = part(&slot_test_2quad, &five, "");
    const struct slot_filling cut[] = {part(&slot_test_2quad, &five, "03"),
                                       part(&slot_test_2quad, &five, "")};
    struct run a = {0}, b = {0};

    (void) state;
    run_open(&a, &whole, 1);
    run_open(&b, cut, 2);
    assert_true(b.cost->rounds <= a.cost->rounds + 2);
    assert_int_equal(count_kind(b.passed, OP_MATMUL_MASKED), 2);
    for (size_t i = 0; i < graph_count(b.passed); i++) { /* no scores are copied */
        const mpcf_node *node = graph_node(b.passed, i);
        const bool moves = node->kind == OP_TAKE_HEADS || node->kind == OP_JOIN_HEADS;

        assert_true(!moves || node->shape.dim[3] == SLOT_WIDTH / SLOT_HEADS);
    }
    run_close(&a);
    run_close(&b);
}

/* In operations of the SDK the exact formula costs what the network's own does. */
static void the_exact_norm_costs_what_it_costs_anyhow(void **state)
{
    const struct slot_filling fillings[] = {part(&slot_test_2quad, &five, ""),
                                            part(&slot_test_norm, NULL, "")};
    struct run a = {0}, b = {0};

    (void) state;
    run_open(&a, fillings, 1);
    run_open(&b, fillings, 2);
    assert_int_equal(a.cost->rounds, b.cost->rounds);
    assert_int_equal(a.cost->user_bytes, b.cost->user_bytes);
    assert_int_equal(a.cost->provider_bytes, b.cost->provider_bytes);
    assert_int_equal(a.cost->dealer_user_bytes, b.cost->dealer_user_bytes);
    run_close(&a);
    run_close(&b);
}

/* Gain and bias of a stand-in go into the linears behind it, as those of the exact one. */
static void gain_and_bias_fold_behind_a_stand_in(void **state)
{
    const struct slot_filling fillings[] = {part(&slot_test_2quad, &five, ""),
                                            part(&slot_test_tanh, NULL, "")};
    struct run r = {0};

    (void) state;
    run_open(&r, fillings, 2);
    assert_int_equal(count_kind(r.passed, OP_LAYER_NORM), 0);
    for (size_t i = 0; i < graph_count(r.passed); i++) {
        const mpcf_node *node = graph_node(r.passed, i);

        assert_true(node->kind != OP_LINEAR || node->in[0]->kind != OP_ADD ||
                    node->in[0]->in[0]->kind != OP_SCALE_COLUMNS);
    }
    run_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mixed_heads_agree_with_floats),
        cmocka_unit_test(parts_go_side_by_side),
        cmocka_unit_test(the_exact_norm_costs_what_it_costs_anyhow),
        cmocka_unit_test(gain_and_bias_fold_behind_a_stand_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
