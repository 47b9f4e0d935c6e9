/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What BERT-base costs on the whole link, and how well the plaintext reference agrees with float.
 * With arguments: "MODEL ACTIVATION NORMALISER TOKENS FLAGS NETWORK", e.g. "minilm quad 2quad 64 p wan",
 * prints a table; flags are p (padding), r and a (what check_ranges compares: rows, all), s (steps), f (by the reference, too).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "lower/lower.h"
#include "lower/named_network.h"
#include "pass/pass.h"
#include "program/program.h"
#include "program/secure_input.h"
#include "protocol/weights.h"
#include "secure/cost.h"
#include "secure/reference.h"
#include "support/support.h"
#include "support/tiny_bert.h"

static struct tiny_bert shape(const char *model, const char *activation, const char *normaliser)
{
    struct tiny_bert base = {.layers = 12,
                             .hidden = 768,
                             .heads = 12,
                             .inner = 3072,
                             .vocab = 30522,
                             .positions = 512,
                             .classes = 2,
                             .activation = activation,
                             .normaliser = normaliser,
                             .spread = 0.02};

    if (strcmp(model, "minilm") == 0) {
        base.layers = 6;
        base.hidden = 384;
        base.inner = 1536;
        base.spread = 0.04;
    }
    return base;
}

static void print_table(const struct cost *c)
{
    for (size_t i = 0; i < c->line_count; i++) {
        const struct cost_line *line = &c->lines[i];
        print_message("  %-12s online %9.3f MB  offline %8.3f MB  dealer %9.3f MB  rounds %u\n",
                      line->function, (double) line->online_bytes / 1e6,
                      (double) line->offline_bytes / 1e6, (double) line->dealer_bytes / 1e6,
                      line->rounds);
    }
    print_message(
        "online %.3f MB (provider %.3f, user %.3f), offline %.3f, dealer %.3f, setup %.3f, "
        "rounds %u\n",
        (double) (c->provider_bytes + c->user_bytes) / 1e6, (double) c->provider_bytes / 1e6,
        (double) c->user_bytes / 1e6, (double) c->user_offline_bytes / 1e6,
        (double) c->dealer_user_bytes / 1e6, (double) c->setup_bytes / 1e6, c->rounds);
}

static void print_values(const struct program *p)
{
    for (size_t i = 0; i < p->step_count; i++) {
        const struct step *s = &p->steps[i];
        const struct value *v = &p->values[s->out];
        const bool first = strstr(v->node, "layer.1.") != NULL || strstr(v->node, "layer.") == NULL;
        const struct step_cost *cost = &p->costs[i];
        uint64_t bits = 0;
        for (uint32_t j = 0; j < cost->rounds && j < STEP_ROUNDS_MAX; j++) {
            bits += cost->provider_bits[j] + cost->user_bits[j];
        }
        if (first) {
            print_message("%4zu %-13s %-34s k %2u f %2u m %2u %s n %8zu shift %2u round %3u  %7.1f "
                          "KB, dealer "
                          "%7.1f KB\n",
                          i, step_name(s->kind), v->node, v->ring, v->fraction, v->magnitude,
                          v->is_input_independent ? "independent" : "           ", v->dims.count,
                          s->shift, (unsigned) s->round, (double) bits / 8e3,
                          (double) cost->correction_bits / 8e3);
        }
    }
}

/* What each kind of step sends, both parties together, and has from the dealer. */
static void print_kinds(const struct program *p)
{
    for (int kind = 0; kind < STEP_COUNT; kind++) {
        uint64_t online = 0, dealer = 0, early = 0;
        size_t count = 0;
        for (size_t i = 0; i < p->step_count; i++) {
            const struct step_cost *cost = &p->costs[i];
            if ((int) p->steps[i].kind != kind) {
                continue;
            }
            count++;
            dealer += cost->correction_bits;
            early += cost->offline_bits;
            for (uint32_t j = 0; j < cost->rounds && j < STEP_ROUNDS_MAX; j++) {
                online += cost->provider_bits[j] + cost->user_bits[j];
            }
        }
        if (online + dealer > 0) {
            print_message("  %-16s %4zu  online %8.3f MB  early %8.3f MB  dealer %8.3f MB\n",
                          step_name((enum step_kind) kind), count, (double) online / 8e6,
                          (double) early / 8e6, (double) dealer / 8e6);
        }
    }
}

struct outcome {
    double bytes, error;
};

static const char *network = "lan"; /* the planner's */
static int check_ranges;            /* what is compared with its range */

static struct outcome price(struct tiny_bert *t, size_t tokens, bool exact, bool steps,
                            bool evaluates)
{
    struct lower_options options;
    struct program *p = NULL;
    struct cost *cost = NULL;
    mpcf_graph *g = NULL;
    mpcf_error *err = mpcf_error_create();
    struct outcome o = {0, 0};

    lower_options_default(&options);
    options.check_ranges = check_ranges;
    assert_non_null(named_network_find(network));
    options.network = named_network_find(network)->link;
    tiny_bert_open(t, 1);
    assert_ok(pass_all(t->graph, &g, err), err);
    struct ranges *ranges = tiny_bert_calibrate(t, g, 1, tokens, 2);
    const int64_t start = clock_now_ns();
    assert_ok(lower_graph(g, ranges, &options, 1, tokens, exact, &p, err), err);
    print_message("lowered in %.3f s\n", (double) (clock_now_ns() - start) / 1e9);
    assert_ok(cost_run(p, &cost, err), err);
    if (steps) {
        print_values(p);
    }
    print_kinds(p);
    print_table(cost);
    o.bytes = (double) (cost->provider_bytes + cost->user_bytes);
    if (evaluates) {
        struct weights *w = NULL;
        struct tiny_batch b;
        struct reference_result result;
        double got[8];
        tiny_batch_open(&b, t, 1, tokens, false, 77);
        assert_ok(weights_create(p, t->parameters, &w, err), err);
        const struct secure_input input = {
            .input_ids = b.ids, .token_type_ids = b.types, .attention_mask = b.mask};
        assert_ok(reference_run(p, w, &input, got, &result, NULL, NULL, err), err);
        float *want = tiny_bert_logits(t, t->graph, &b);
        for (size_t i = 0; i < 2; i++) {
            o.error = fmax(o.error, fabs((double) want[i] - got[i]));
        }
        print_message("error %.5f, margin %.2f at %s\n", o.error, result.smallest_margin,
                      result.margin_node);
        mpcf_free(want);
        weights_destroy(w);
        tiny_batch_close(&b);
    }
    cost_destroy(cost);
    program_destroy(p);
    ranges_destroy(ranges);
    graph_destroy(g);
    tiny_bert_close(t);
    mpcf_error_destroy(err);
    return o;
}

static void quad_and_2quad_stay_below_their_bytes(void **state)
{
    struct tiny_bert t = shape("bert-base", "quad", "2quad");

    (void) state;
    assert_true(price(&t, 128, true, false, false).bytes < 0.35e9);
}

static void gelu_and_softmax_stay_below_their_bytes(void **state)
{
    struct tiny_bert t = shape("bert-base", "gelu", "softmax");

    (void) state;
    assert_true(price(&t, 128, true, false, false).bytes < 1.5e9);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quad_and_2quad_stay_below_their_bytes),
        cmocka_unit_test(gelu_and_softmax_stay_below_their_bytes),
    };

    if (argc > 4) {
        struct tiny_bert t = shape(argv[1], argv[2], argv[3]);
        check_ranges = argc > 5 && strchr(argv[5], 'a') != NULL   ? CHECK_ALL
                       : argc > 5 && strchr(argv[5], 'r') != NULL ? CHECK_ROWS
                                                                  : CHECK_NONE;
        network = argc > 6 ? argv[6] : network;
        (void) price(&t, (size_t) atoi(argv[4]), argc <= 5 || strchr(argv[5], 'p') == NULL,
                     argc > 5 && strchr(argv[5], 's') != NULL,
                     argc > 5 && strchr(argv[5], 'f') != NULL);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
