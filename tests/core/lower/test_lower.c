/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole small network: the plaintext reference on its program agrees with the float engine.
 */
#include "lower/lower.h"
#include "lower/named_network.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "lower/lookup_table.h"
#include "metrics/metrics.h"
#include "pass/pass.h"
#include "program/program.h"
#include "program/secure_input.h"
#include "protocol/weights.h"
#include "secure/cost.h"
#include "secure/reference.h"
#include "support/small_bert.h"
#include "support/support.h"

static double largest_difference(const float *want, const double *got, size_t count)
{
    double largest = 0;

    for (size_t i = 0; i < count; i++) {
        const double d = fabs((double) want[i] - got[i]);
        largest = d > largest ? d : largest;
    }
    return largest;
}

static void print_cost(const struct program *p, mpcf_error *err)
{
    struct cost *cost = NULL;

    assert_ok(cost_run(p, &cost, err), err);
    print_message("%zu steps, %u rounds, online %llu + %llu, offline %llu, dealer %llu bytes\n",
                  p->step_count, cost->rounds, (unsigned long long) cost->provider_bytes,
                  (unsigned long long) cost->user_bytes,
                  (unsigned long long) cost->user_offline_bytes,
                  (unsigned long long) cost->dealer_user_bytes);
    cost_destroy(cost);
}

/* Largest difference of logits, over BATCH examples of up to TOKENS tokens. */
static double reference_error(struct tiny_bert *t, const struct lower_options *options,
                              size_t batch, size_t tokens, bool exact)
{
    struct tiny_batch b;
    struct program *p = NULL;
    struct weights *w = NULL;
    struct reference_result result;
    mpcf_graph *g = NULL;
    mpcf_error *err = mpcf_error_create();
    double got[64];

    tiny_bert_open(t, 11);
    assert_ok(pass_all(t->graph, &g, err), err);
    struct ranges *ranges = tiny_bert_calibrate(t, g, 8, tokens, 8);
    tiny_batch_open(&b, t, batch, tokens, !exact, 5);
    assert_ok(lower_graph(g, ranges, options, batch, tokens, exact, &p, err), err);
    print_cost(p, err);
    assert_ok(weights_create(p, t->parameters, &w, err), err);
    const struct secure_input input = {
        .input_ids = b.ids, .token_type_ids = b.types, .attention_mask = b.mask};
    assert_ok(reference_run(p, w, &input, got, &result, NULL, NULL, err), err);
    float *want = tiny_bert_logits(t, t->graph, &b);
    const double error = largest_difference(want, got, batch * (size_t) t->classes);
    print_message("%s+%s, %zu x %zu%s: error %.5f, margin %.2f bits at %s\n", t->activation,
                  t->normaliser, batch, tokens, exact ? " exact" : "", error,
                  result.smallest_margin, result.margin_node);
    mpcf_free(want);
    weights_destroy(w);
    program_destroy(p);
    ranges_destroy(ranges);
    graph_destroy(g);
    tiny_batch_close(&b);
    tiny_bert_close(t);
    mpcf_error_destroy(err);
    return error;
}

static void quad_and_2quad_agree(void **state)
{
    struct lower_options options;
    struct tiny_bert t = small_bert("quad", "2quad");

    (void) state;
    lower_options_default(&options);
    assert_true(reference_error(&t, &options, 1, 16, true) < 0.01);
    assert_true(reference_error(&t, &options, 3, 16, false) < 0.01);
}

static size_t inverses_of(const struct lower_network *network, uint32_t *rounds)
{
    struct lower_options options;
    struct tiny_bert t = small_bert("quad", "2quad");
    struct program *p = NULL;
    mpcf_graph *g = NULL;
    mpcf_error *err = mpcf_error_create();
    size_t count = 0;

    lower_options_default(&options);
    options.network = *network;
    assert_true(reference_error(&t, &options, 1, 16, true) < 0.01);
    tiny_bert_open(&t, 1);
    assert_ok(pass_all(t.graph, &g, err), err);
    struct ranges *ranges = tiny_bert_calibrate(&t, g, 1, 16, 2);
    assert_ok(lower_graph(g, ranges, &options, 32, 16, false, &p, err), err);
    for (size_t i = 0; i < p->step_count; i++) {
        count += p->steps[i].kind == STEP_INVERSE ? 1 : 0;
    }
    *rounds = p->round_count;
    program_destroy(p);
    ranges_destroy(ranges);
    graph_destroy(g);
    tiny_bert_close(&t);
    mpcf_error_destroy(err);
    return count;
}

/* What lan saves of the dealer's, wan saves of delays. */
static void the_network_decides_what_is_saved(void **state)
{
    struct refused r;
    struct program *near = NULL, *far = NULL;
    struct cost *a = NULL, *b = NULL;

    (void) state;
    refused_open(&r, "2quad");
    r.options.network = named_network_find("lan")->link;
    assert_ok(lower_graph(r.g, r.ranges, &r.options, 8, 32, false, &near, r.err), r.err);
    r.options.network = named_network_find("wan")->link;
    assert_ok(lower_graph(r.g, r.ranges, &r.options, 8, 32, false, &far, r.err), r.err);
    assert_string_not_equal(near->digest, far->digest);
    assert_ok(cost_run(near, &a, r.err), r.err);
    assert_ok(cost_run(far, &b, r.err), r.err);
    print_message("lan: %u delays, dealer %.3f MB; wan: %u, %.3f MB\n", a->rounds,
                  (double) a->dealer_user_bytes / 1e6, b->rounds,
                  (double) b->dealer_user_bytes / 1e6);
    assert_true(b->rounds < a->rounds);
    assert_true(a->dealer_user_bytes < b->dealer_user_bytes);
    cost_destroy(a);
    cost_destroy(b);
    program_destroy(near);
    program_destroy(far);
    refused_close(&r);
}

/* Keys of inverses trade computing for messages: as the network has it. */
static void the_network_decides_how_inverses_go(void **state)
{
    static const struct lower_network campus = {1e-3, 1e9}, wide = {20e-3, 2e8}, bus = {0, 1e12};
    uint32_t rounds[3];
    const size_t keyed = inverses_of(&campus, &rounds[0]);

    (void) state;
    assert_true(keyed > 0);
    assert_int_equal(inverses_of(&wide, &rounds[1]), keyed);
    const size_t few = inverses_of(&bus, &rounds[2]); /* those of the last layer's single rows */
    assert_true(few < keyed);
    assert_true(rounds[0] + 8 * (keyed - few) < rounds[2] &&
                rounds[1] + 8 * (keyed - few) < rounds[2]);
}

static void shared_weights_agree(void **state)
{
    struct lower_options options;
    struct tiny_bert t = small_bert("quad", "2quad");

    (void) state;
    lower_options_default(&options);
    options.weights_shared = true;
    assert_true(reference_error(&t, &options, 1, 16, true) < 0.01);
}

static void public_embedding_agrees(void **state)
{
    struct lower_options options;
    struct tiny_bert t = small_bert("quad", "2quad");

    (void) state;
    lower_options_default(&options);
    options.embedding_public = true;
    assert_true(reference_error(&t, &options, 1, 16, true) < 0.01);
    assert_true(reference_error(&t, &options, 3, 16, false) < 0.01);
    options.weights_shared = true;
    assert_true(reference_error(&t, &options, 2, 16, false) < 0.01);
}

static void gelu_and_softmax_agree(void **state)
{
    struct lower_options options;
    struct tiny_bert t = small_bert("gelu", "softmax");

    (void) state;
    lower_options_default(&options);
    assert_true(reference_error(&t, &options, 1, 16, true) < 0.01);
    assert_true(reference_error(&t, &options, 3, 16, false) < 0.01);
}

static void relu_and_2relu_agree(void **state)
{
    struct lower_options options;
    struct tiny_bert t = small_bert("relu", "2relu");

    (void) state;
    lower_options_default(&options);
    assert_true(reference_error(&t, &options, 1, 16, true) < 0.01);
    assert_true(reference_error(&t, &options, 3, 16, false) < 0.01);
}

/* --- What is lowered --- */

static void programs_repeat(void **state)
{
    struct refused r;
    struct program *a = NULL, *b = NULL;

    (void) state;
    refused_open(&r, "2quad");
    assert_ok(lower_graph(r.g, r.ranges, &r.options, 2, 12, false, &a, r.err), r.err);
    assert_ok(lower_graph(r.g, r.ranges, &r.options, 2, 12, false, &b, r.err), r.err);
    assert_string_equal(a->digest, b->digest);
    for (size_t i = 0; i < a->value_count; i++) {
        assert_in_range(a->values[i].ring, 1, 64);
        assert_true(a->values[i].magnitude <= a->values[i].ring);
    }
    program_destroy(a);
    program_destroy(b);
    refused_close(&r);
}

static size_t count_steps(const struct program *p, enum step_kind kind, const char *function)
{
    size_t count = 0;

    for (size_t i = 0; i < p->step_count; i++) {
        count += p->steps[i].kind == kind &&
                 (function == NULL || strcmp(p->functions[p->steps[i].function], function) == 0);
    }
    return count;
}

/* Words, types, positions: three tables, and nothing of the embedding on the link. */
static void public_embedding_sends_no_words(void **state)
{
    struct refused r;
    struct program *private = NULL, *public = NULL;
    struct cost *a = NULL, *b = NULL;
    size_t tables = 0;

    (void) state;
    refused_open(&r, "2quad");
    assert_ok(lower_graph(r.g, r.ranges, &r.options, 2, 12, false, &private, r.err), r.err);
    r.options.embedding_public = true;
    assert_ok(lower_graph(r.g, r.ranges, &r.options, 2, 12, false, &public, r.err), r.err);
    assert_string_not_equal(private->digest, public->digest);
    assert_int_equal(count_steps(private, STEP_USER_LOOKUP, NULL), 0);
    assert_int_equal(count_steps(public, STEP_USER_LOOKUP, "embedding"), 3);
    assert_int_equal(count_steps(public, STEP_USER_ONE_HOT, NULL), 0);
    assert_int_equal(count_steps(public, STEP_MASKED, "embedding"), 0);
    assert_ok(cost_run(private, &a, r.err), r.err);
    assert_ok(cost_run(public, &b, r.err), r.err);
    assert_true(b->rounds < a->rounds);
    assert_true(b->user_bytes + b->user_offline_bytes < a->user_bytes + a->user_offline_bytes);
    assert_true(b->setup_bytes < a->setup_bytes);
    for (size_t i = 0; i < graph_count(r.g); i++) {
        tables += lower_needs_table(r.g, graph_node(r.g, i));
    }
    assert_int_equal(tables, 3);
    cost_destroy(a);
    cost_destroy(b);
    program_destroy(private);
    program_destroy(public);
    refused_close(&r);
}

/* The step of KIND, of which there is one, of a network of VOCAB words; NULL: there is none. */
static struct step *embedding_step(struct refused *r, int64_t vocab, size_t batch, size_t tokens,
                                   enum step_kind kind, struct program **p)
{
    struct step *found = NULL;

    tiny_bert_close(&r->t);
    graph_destroy(r->g);
    ranges_destroy(r->ranges);
    r->t.vocab = vocab;
    tiny_bert_open(&r->t, 11);
    assert_ok(pass_all(r->t.graph, &r->g, r->err), r->err);
    r->ranges = tiny_bert_calibrate(&r->t, r->g, 2, 12, 2);
    assert_ok(lower_graph(r->g, r->ranges, &r->options, batch, tokens, false, p, r->err), r->err);
    for (size_t i = 0; i < (*p)->step_count; i++) {
        if ((*p)->steps[i].kind == kind) {
            assert_null(found);
            found = &(*p)->steps[i];
        }
    }
    return found;
}

/* Words by batch code where that is cheaper; types, of which there are two, never. */
static void the_cheaper_embedding_is_chosen(void **state)
{
    static const struct {
        int64_t vocab;
        size_t batch, tokens, groups; /* 0: one-hot rows */
    } cases[] = {{60, 1, 32, 0},   {3000, 1, 2, 0},  {3000, 1, 16, 1},
                 {3000, 1, 32, 1}, {2000, 8, 32, 4}, {20000, 8, 32, 1}};
    struct refused r;

    (void) state;
    refused_open(&r, "2quad");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct program *p = NULL;
        const struct step *s = embedding_step(&r, cases[i].vocab, cases[i].batch, cases[i].tokens,
                                              STEP_USER_BUCKETS, &p);
        const size_t groups = s == NULL ? 0 : s->groups;
        if (groups != cases[i].groups) {
            fail_msg("%lld words, %zu x %zu: %zu groups", (long long) cases[i].vocab,
                     cases[i].batch, cases[i].tokens, groups);
        }
        assert_int_equal(count_steps(p, STEP_BUCKET_SUMS, "embedding"), groups > 0);
        assert_int_equal(count_steps(p, STEP_USER_ONE_HOT, "embedding"), groups > 0 ? 1 : 2);
        program_destroy(p);
    }
    r.options.weights_shared = true;
    struct program *p = NULL;
    assert_null(embedding_step(&r, 3000, 1, 32, STEP_USER_BUCKETS, &p));
    program_destroy(p);
    refused_close(&r);
}

static void batch_codes_agree(void **state)
{
    struct lower_options options;
    struct tiny_bert t = small_bert("quad", "2quad");

    (void) state;
    lower_options_default(&options);
    t.vocab = 3000;
    assert_true(reference_error(&t, &options, 1, 16, true) < 0.01);
    assert_true(reference_error(&t, &options, 8, 32, false) < 0.01);
}

/* What the plaintext reference reveals of a batch of 3; freed by the caller. */
static double *reference_of(struct refused *r, const struct program *p)
{
    struct tiny_batch b;
    struct weights *w = NULL;
    double *got = mpcf_alloc_array(p->revealed, sizeof *got);

    assert_non_null(got);
    tiny_batch_open(&b, &r->t, 3, 12, true, 5);
    const struct secure_input input = {
        .input_ids = b.ids, .token_type_ids = b.types, .attention_mask = b.mask};
    assert_ok(weights_create(p, r->t.parameters, &w, r->err), r->err);
    assert_ok(reference_run(p, w, &input, got, NULL, NULL, NULL, r->err), r->err);
    weights_destroy(w);
    tiny_batch_close(&b);
    return got;
}

/* Revealed labels are those of the logits with all their bits; another program, another digest,
 * and a cost of its own. */
static void labels_are_lowered(void **state)
{
    struct refused r;
    struct program *logits = NULL, *labels = NULL;
    struct cost *a = NULL, *b = NULL;

    (void) state;
    refused_open(&r, "2quad");
    r.options.reveal_fraction = r.options.value_fraction;
    assert_ok(lower_graph(r.g, r.ranges, &r.options, 3, 12, false, &logits, r.err), r.err);
    r.options.reveal_label = true;
    assert_ok(lower_graph(r.g, r.ranges, &r.options, 3, 12, false, &labels, r.err), r.err);
    assert_string_not_equal(logits->digest, labels->digest);
    assert_int_equal(logits->revealed, 9);
    assert_int_equal(labels->revealed, 3);
    assert_int_equal(count_steps(labels, STEP_REVEAL, NULL), 1);
    assert_int_equal(count_steps(labels, STEP_COMPARE, "label"), 2); /* 3 classes: 2 levels */
    assert_int_equal(count_steps(logits, STEP_COMPARE, "label"), 0);
    double *numbers = reference_of(&r, logits), *got = reference_of(&r, labels);
    for (size_t i = 0; i < 3; i++) {
        const float row[3] = {(float) numbers[3 * i], (float) numbers[3 * i + 1],
                              (float) numbers[3 * i + 2]};

        assert_true(got[i] == metric_prediction(row, 3));
    }
    assert_ok(cost_run(logits, &a, r.err), r.err);
    assert_ok(cost_run(labels, &b, r.err), r.err);
    assert_true(b->rounds > a->rounds);
    assert_string_equal(b->lines[b->line_count - 1].function, "label");
    assert_true(b->lines[b->line_count - 1].online_bytes > 0);
    cost_destroy(a);
    cost_destroy(b);
    mpcf_free(numbers);
    mpcf_free(got);
    program_destroy(logits);
    program_destroy(labels);
    refused_close(&r);
}

/* Logits of more bits than a comparison takes lose the last of them. */
static void labels_of_wide_logits_are_lowered(void **state)
{
    struct refused r;
    struct program *labels = NULL;
    unsigned widest = 0;

    (void) state;
    refused_open(&r, "2quad");
    r.options.value_fraction = 20;
    r.options.weight_fraction = 24;
    r.options.reveal_label = true;
    set_range(&r, "classifier", -50000, 50000);
    assert_ok(lower_graph(r.g, r.ranges, &r.options, 3, 12, false, &labels, r.err), r.err);
    for (size_t i = 0; i < labels->step_count; i++) {
        const struct step *s = &labels->steps[i];

        if (s->kind == STEP_COMPARE && strcmp(labels->functions[s->function], "label") == 0) {
            widest = labels->values[s->in[0]].magnitude;
        }
    }
    assert_int_equal(widest, 62);
    mpcf_free(reference_of(&r, labels));
    program_destroy(labels);
    refused_close(&r);
}

/* A second result would be written behind the room that callers have for the first. */
static void a_second_output_is_refused(void **state)
{
    struct lower_options options;
    struct tiny_bert t = small_bert("quad", "2quad");
    struct program *p = NULL;
    mpcf_graph *g = NULL;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    lower_options_default(&options);
    tiny_bert_open(&t, 11);
    mpcf_output(t.graph, "pooled", graph_find(t.graph, "pooler.tanh"));
    assert_ok(pass_all(t.graph, &g, err), err);
    struct ranges *ranges = tiny_bert_calibrate(&t, g, 4, 8, 2);
    assert_status(MPCF_E_UNSUPPORTED, lower_graph(g, ranges, &options, 1, 8, true, &p, err), err);
    assert_message_contains(err, "a secure run has one output, the network has 2: 'logits', ..");
    assert_null(p);
    ranges_destroy(ranges);
    graph_destroy(g);
    tiny_bert_close(&t);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_repeat),
        cmocka_unit_test(gelu_and_softmax_agree),
        cmocka_unit_test(relu_and_2relu_agree),
        cmocka_unit_test(quad_and_2quad_agree),
        cmocka_unit_test(the_network_decides_how_inverses_go),
        cmocka_unit_test(the_network_decides_what_is_saved),
        cmocka_unit_test(shared_weights_agree),
        cmocka_unit_test(public_embedding_agrees),
        cmocka_unit_test(public_embedding_sends_no_words),
        cmocka_unit_test(the_cheaper_embedding_is_chosen),
        cmocka_unit_test(batch_codes_agree),
        cmocka_unit_test(labels_are_lowered),
        cmocka_unit_test(labels_of_wide_logits_are_lowered),
        cmocka_unit_test(a_second_output_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
