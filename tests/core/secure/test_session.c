/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole small network between the three roles: against the plaintext reference, the float engine
 * and the cost engine; several inferences and lengths in one session; what goes wrong.
 */
#include <math.h>

#include "base/memory.h"
#include "channel/role.h"
#include "pass/pass.h"
#include "preprocess/kept.h"
#include "program/program.h"
#include "program/secure_input.h"
#include "protocol/weights.h"
#include "secure/reference.h"
#include "support/parties.h"
#include "support/support.h"
#include "support/tiny_bert.h"

/* Of a revealed logit, which has 8 fractional bits: the parties' truncations round by chance, the
 * plaintext reference's always down, and what is left of that is one unit of what is revealed. */
#define UNIT 0x1p-8

struct case_run {
    struct tiny_bert bert;
    mpcf_graph *graph;
    struct program *program;
    struct weights *weights, *tables;
    struct weights_store *store;
    struct tiny_batch batch;
    struct secure_input input;
    float *floats;
    double reference[16], secure[16];
    size_t count;
};

enum form { FORM_HELD, FORM_SHARED_WEIGHTS, FORM_PUBLIC_EMBEDDING };

static void open_case(struct case_run *c, const char *activation, const char *normaliser,
                      size_t batch, size_t tokens, bool exact, enum form form)
{
    mpcf_error *err = mpcf_error_create();
    struct lower_options options;
    *c = (struct case_run){.count = 3 * batch};
    c->bert = (struct tiny_bert){.layers = 2, .hidden = 32, .heads = 4, .inner = 64};
    c->bert.vocab = 60;
    c->bert.positions = 32;
    c->bert.classes = 3;
    c->bert.activation = activation;
    c->bert.normaliser = normaliser;
    c->bert.spread = -1;
    tiny_bert_open(&c->bert, 11);
    assert_ok(pass_all(c->bert.graph, &c->graph, err), err);
    struct ranges *ranges = tiny_bert_calibrate(&c->bert, c->graph, 8, tokens, 8);
    lower_options_default(&options);
    options.network = named_network_find("wan")->link; /* the same rings at both lengths */
    options.weights_shared = form == FORM_SHARED_WEIGHTS;
    options.embedding_public = form == FORM_PUBLIC_EMBEDDING;
    tiny_batch_open(&c->batch, &c->bert, batch, tokens, !exact, 5);
    assert_ok(lower_graph(c->graph, ranges, &options, batch, tokens, exact, &c->program, err), err);
    c->store = weights_store_create(c->graph, c->bert.parameters);
    assert_non_null(c->store);
    assert_ok(weights_create_shared(c->program, c->store, WEIGHTS_ALL, &c->weights, err), err);
    assert_ok(weights_create_shared(c->program, c->store, WEIGHTS_TABLES, &c->tables, err), err);
    c->input = (struct secure_input){.input_ids = c->batch.ids,
                                     .token_type_ids = c->batch.types,
                                     .attention_mask = c->batch.mask};
    c->floats = tiny_bert_logits(&c->bert, c->bert.graph, &c->batch);
    assert_ok(reference_run(c->program, c->weights, &c->input, c->reference, NULL, NULL, NULL, err),
              err);
    ranges_destroy(ranges);
    mpcf_error_destroy(err);
}

static void close_case(struct case_run *c)
{
    mpcf_free(c->floats);
    weights_destroy(c->weights);
    weights_destroy(c->tables);
    weights_store_destroy(c->store);
    program_destroy(c->program);
    graph_destroy(c->graph);
    tiny_batch_close(&c->batch);
    tiny_bert_close(&c->bert);
}

static void run_case(const char *activation, const char *normaliser, size_t batch, bool exact,
                     enum form form)
{
    struct case_run c;
    open_case(&c, activation, normaliser, batch, 16, exact, form);
    struct test_parties t = {.program = c.program, .weights = c.weights, .input = &c.input};
    t.tables = form == FORM_PUBLIC_EMBEDDING ? c.tables : NULL;
    t.output = c.secure;
    t.output_count = c.count;
    test_parties_run(&t);
    test_parties_assert_ok(&t);
    test_parties_assert_cost(&t);
    double to_float = 0, to_reference = 0;
    for (size_t i = 0; i < c.count; i++) {
        to_float = fmax(to_float, fabs(c.secure[i] - (double) c.floats[i]));
        to_reference = fmax(to_reference, fabs(c.secure[i] - c.reference[i]));
    }
    print_message("%s+%s: to the reference %.5f, to float %.5f\n", activation, normaliser,
                  to_reference, to_float);
    assert_true(to_reference <= UNIT);
    assert_true(to_float < 0.02);
    test_parties_clear(&t);
    close_case(&c);
}

static void quad_and_2quad_equal_reference(void **state)
{
    (void) state;
    run_case("quad", "2quad", 1, true, FORM_HELD);
    run_case("quad", "2quad", 3, false, FORM_HELD);
}

static void gelu_and_softmax_equal_reference(void **state)
{
    (void) state;
    run_case("gelu", "softmax", 1, true, FORM_HELD);
    run_case("gelu", "softmax", 3, false, FORM_HELD);
}

static void relu_and_2relu_equal_reference(void **state)
{
    (void) state;
    run_case("relu", "2relu", 2, false, FORM_HELD);
}

static void shared_weights_equal_reference(void **state)
{
    (void) state;
    run_case("quad", "2quad", 2, false, FORM_SHARED_WEIGHTS);
}

static void public_embedding_equals_reference(void **state)
{
    (void) state;
    run_case("quad", "2quad", 1, true, FORM_PUBLIC_EMBEDDING);
    run_case("quad", "2quad", 3, false, FORM_PUBLIC_EMBEDDING);
    run_case("gelu", "softmax", 2, false, FORM_PUBLIC_EMBEDDING);
}

/* Two lengths, one set of weights: W - B travels once, whichever program needs it first. */
static void lengths_of_one_session_share_the_masked_weights(void **state)
{
    (void) state;
    struct case_run c;
    struct lower_options options;
    struct program *longer = NULL;
    struct weights *weights = NULL;
    struct tiny_batch batch;
    mpcf_error *err = mpcf_error_create();
    double want[16], got[32];
    open_case(&c, "quad", "2quad", 1, 8, false, FORM_HELD);
    struct ranges *ranges = tiny_bert_calibrate(&c.bert, c.graph, 8, 8, 8);
    lower_options_default(&options);
    options.network = named_network_find("wan")->link; /* the same rings at both lengths */
    assert_ok(lower_graph(c.graph, ranges, &options, 1, 12, false, &longer, err), err);
    assert_ok(weights_create_shared(longer, c.store, WEIGHTS_ALL, &weights, err), err);
    tiny_batch_open(&batch, &c.bert, 1, 12, true, 9);
    struct secure_input input = {
        .input_ids = batch.ids, .token_type_ids = batch.types, .attention_mask = batch.mask};
    assert_ok(reference_run(longer, weights, &input, want, NULL, NULL, NULL, err), err);
    struct test_parties t = {.program = c.program, .weights = c.weights, .input = &c.input};
    t.next_program = longer;
    t.next_weights = weights;
    t.next_input = &input;
    t.inferences = 2;
    t.output = got;
    t.output_count = c.count;
    test_parties_run(&t);
    test_parties_assert_ok(&t);
    assert_int_equal(t.metered[ROLE_USER]->setup_bytes, 0);
    for (size_t i = 0; i < c.count; i++) {
        assert_true(fabs(got[i] - c.reference[i]) <= UNIT);
        assert_true(fabs(got[c.count + i] - want[i]) <= UNIT);
    }
    test_parties_clear(&t);
    tiny_batch_close(&batch);
    weights_destroy(weights);
    program_destroy(longer);
    ranges_destroy(ranges);
    close_case(&c);
    mpcf_error_destroy(err);
}

/* --- Masks that are kept --- */

#define FACTS "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct kept *begin_kept(const char *name, uint8_t seed)
{
    struct kept_mark mark = {.id = {1}, .facts = FACTS, .seed = {seed}};
    struct kept *k = NULL;
    mpcf_error *err = mpcf_error_create();

    assert_ok(kept_begin(test_folder(), name, &mark, &k, err), err);
    mpcf_error_destroy(err);
    return k;
}

static void run_kept(const struct case_run *c, struct test_parties *t, double *secure)
{
    t->program = c->program;
    t->input = &c->input;
    t->output = secure;
    t->output_count = c->count;
    test_parties_run(t);
}

/* The second session has seeds of its own for all but the masks of weights, and none of these is sent; of
 * other weights under those masks nothing is. */
static void kept_masks_serve_another_session(void **state)
{
    struct case_run c;
    struct weights *others = NULL;
    struct kept *kept[2] = {begin_kept("provider", 5), begin_kept("user", 0)};
    double again[16];
    mpcf_error *err = mpcf_error_create();

    (void) state;
    open_case(&c, "quad", "2quad", 1, 16, true, FORM_HELD);
    struct test_parties t = {.weights = c.weights, .kept = {kept[0], kept[1]}};
    run_kept(&c, &t, c.secure);
    test_parties_assert_ok(&t);
    test_parties_assert_cost(&t); /* with the set-up */
    test_parties_clear(&t);
    t.has_kept = true;
    run_kept(&c, &t, again);
    test_parties_assert_ok(&t);
    for (int role = ROLE_PROVIDER; role <= ROLE_USER; role++) {
        assert_int_equal(t.metered[role]->setup_bytes, 0);
        assert_true(t.metered[role]->user_bytes > 0);
    }
    for (size_t i = 0; i < c.count; i++) {
        assert_true(fabs(again[i] - c.reference[i]) <= UNIT);
        assert_true(fabs(c.secure[i] - c.reference[i]) <= UNIT);
    }
    test_parties_clear(&t);

    for (size_t i = 0; i < c.bert.parameters->count; i++) {
        c.bert.parameters->items[i].value[0] += 0x1p-10F;
    }
    assert_ok(weights_create(c.program, c.bert.parameters, &others, err), err);
    t.weights = others;
    for (int turn = 0; turn < 2; turn++) { /* where D would be sent, and where not */
        t.has_kept = turn > 0;
        if (!t.has_kept) {
            t.kept[ROLE_USER] = NULL;
        }
        run_kept(&c, &t, again);
        assert_status_was(MPCF_E_INVALID, t.status[ROLE_PROVIDER], t.errors[ROLE_PROVIDER]);
        assert_message_contains(t.errors[ROLE_PROVIDER], "the weights are not those");
        assert_int_not_equal(t.status[ROLE_USER], MPCF_OK);
        assert_int_equal(t.metered[ROLE_PROVIDER]->setup_bytes, 0);
        test_parties_clear(&t);
        t.kept[ROLE_USER] = kept[1];
    }
    kept_close(kept[0]);
    kept_close(kept[1]);
    assert_null(kept_open(test_folder(), "provider", FACTS, (const uint8_t[16]){1})); /* given up */
    weights_destroy(others);
    close_case(&c);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quad_and_2quad_equal_reference),
        cmocka_unit_test(gelu_and_softmax_equal_reference),
        cmocka_unit_test(relu_and_2relu_equal_reference),
        cmocka_unit_test(shared_weights_equal_reference),
        cmocka_unit_test(public_embedding_equals_reference),
        cmocka_unit_test(lengths_of_one_session_share_the_masked_weights),
        cmocka_unit_test(kept_masks_serve_another_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
