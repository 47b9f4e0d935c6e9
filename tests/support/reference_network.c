/* SPDX-License-Identifier: Apache-2.0 */
/* A folder's network lowered, its integers in the clear against the float engine. */
#include "support/reference_network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "float_engine/float_engine.h"
#include "format/safetensors.h"
#include "pass/calibrate.h"
#include "pass/pass.h"
#include "program/program.h"
#include "program/secure_input.h"
#include "protocol/weights.h"
#include "secure/cost.h"
#include "secure/reference.h"
#include "support/network.h"
#include "support/support.h"

struct texts {
    size_t batch, tokens;
    int32_t *ids, *types, *mask;
};

static int32_t *read_integers(const struct safetensors *file, const char *name, size_t count,
                              mpcf_error *err)
{
    const struct tensor *t = safetensors_find(file, name);
    int64_t *wide = calloc(count, sizeof(*wide));
    int32_t *narrow = calloc(count, sizeof(*narrow));

    if (t != NULL) { /* absent: zeros */
        assert_int_equal(t->count, count);
        assert_ok(tensor_integers(t, wide, err), err);
    }
    for (size_t i = 0; i < count; i++) {
        narrow[i] = (int32_t) wide[i];
    }
    free(wide);
    return narrow;
}

static void texts_open(struct texts *x, const char *path, mpcf_error *err)
{
    struct safetensors *file = NULL;

    assert_ok(safetensors_open(path, &file, err), err);
    const struct tensor *ids = safetensors_find(file, "input_ids");
    assert_non_null(ids);
    x->batch = (size_t) ids->dim[0];
    x->tokens = (size_t) ids->dim[1];
    x->ids = read_integers(file, "input_ids", ids->count, err);
    x->types = read_integers(file, "token_type_ids", ids->count, err);
    x->mask = read_integers(file, "attention_mask", ids->count, err);
    safetensors_close(file);
}

static void texts_close(struct texts *x)
{
    free(x->ids);
    free(x->types);
    free(x->mask);
}

static struct float_batch batch_of(const struct texts *x)
{
    return (struct float_batch){x->batch, x->tokens, x->ids, x->types, x->mask, 0};
}

struct once {
    const struct texts *texts;
    bool given;
};

static mpcf_status next_batch(void *context, struct float_batch *batch, mpcf_error *err)
{
    struct once *o = context;

    (void) err;
    if (!o->given) {
        *batch = batch_of(o->texts);
        o->given = true;
    }
    return MPCF_OK;
}

static float *float_logits(const struct test_network *n, const struct texts *x, size_t *count,
                           mpcf_error *err)
{
    struct float_engine *e = NULL;
    const mpcf_node *node = graph_find_tap(n->network->graph, "logits");
    const struct float_batch batch = batch_of(x);

    *count = shape_resolve(node->shape, x->batch, x->tokens).count;
    float *logits = calloc(*count, sizeof(*logits));
    assert_ok(float_engine_create(n->network->graph, n->parameters, FLOAT_EVALUATE, x->batch,
                                  x->tokens, 0, &e, err),
              err);
    assert_ok(float_forward(e, &batch, err), err);
    memcpy(logits, float_value(e, node), *count * sizeof(*logits));
    float_engine_destroy(e);
    return logits;
}

static void print_cost(const struct program *p, mpcf_error *err)
{
    struct cost *c = NULL;

    assert_ok(cost_run(p, &c, err), err);
    for (size_t i = 0; i < c->line_count; i++) {
        print_message("  %-12s online %9.3f MB  offline %8.3f MB  rounds %u\n",
                      c->lines[i].function, (double) c->lines[i].online_bytes / 1e6,
                      (double) c->lines[i].offline_bytes / 1e6, c->lines[i].rounds);
    }
    print_message("online %.3f MB, offline %.3f, dealer %.3f, rounds %u\n",
                  (double) (c->provider_bytes + c->user_bytes) / 1e6,
                  (double) c->user_offline_bytes / 1e6, (double) c->dealer_user_bytes / 1e6,
                  c->rounds);
    cost_destroy(c);
}

static void print_values(const struct program *p)
{
    for (size_t i = 0; i < p->step_count; i++) {
        const struct step *s = &p->steps[i];
        const struct value *v = &p->values[s->out];
        const struct step_cost *cost = &p->costs[i];
        uint64_t bits = 0;
        for (uint32_t j = 0; j < cost->rounds && j < STEP_ROUNDS_MAX; j++) {
            bits += cost->provider_bits[j] + cost->user_bits[j];
        }
        print_message(
            "%4zu %-13s %-44s k %2u f %2u m %2u %s n %8zu shift %2u round %3u  %8.1f KB\n", i,
            step_name(s->kind), v->node, v->ring, v->fraction, v->magnitude,
            v->is_input_independent ? "independent" : "           ", v->dims.count, s->shift,
            (unsigned) s->round, (double) bits / 8e3);
    }
}

static double difference(const float *want, const double *got, size_t count)
{
    double largest = 0;

    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs((double) want[i] - got[i]));
    }
    return largest;
}

static double reference_error(const struct test_network *n, const struct texts *x,
                              const struct reference_setting *s)
{
    mpcf_error *err = mpcf_error_create();
    mpcf_graph *g = NULL;
    struct ranges *ranges = NULL;
    struct program *p = NULL;
    struct weights *w = NULL;
    struct reference_result result;
    struct once once = {x, false};
    size_t count = 0;

    assert_ok(pass_all(n->network->graph, &g, err), err);
    assert_ok(calibrate(g, n->parameters, x->batch, x->tokens, 0, next_batch, &once, &ranges, err),
              err);
    ranges->margin_bits = s->margin_bits;
    assert_ok(lower_graph(g, ranges, &s->options, x->batch, x->tokens, false, &p, err), err);
    if (s->print) {
        for (size_t i = 0; i < ranges->count; i++) {
            print_message("%-60s %12g %12g\n", ranges->items[i].node, ranges->items[i].low,
                          ranges->items[i].high);
        }
        print_values(p);
        print_cost(p, err);
    }
    assert_ok(weights_create(p, n->parameters, &w, err), err);
    float *want = float_logits(n, x, &count, err);
    double *got = calloc(count, sizeof(*got));
    const struct secure_input input = {
        .input_ids = x->ids, .token_type_ids = x->types, .attention_mask = x->mask};
    assert_ok(reference_run(p, w, &input, got, &result, NULL, NULL, err), err);
    const double error = difference(want, got, count);
    if (s->print) {
        print_message("smallest margin %.2f bits at %s\n", result.smallest_margin,
                      result.margin_node);
    }
    free(want);
    free(got);
    weights_destroy(w);
    program_destroy(p);
    ranges_destroy(ranges);
    graph_destroy(g);
    mpcf_error_destroy(err);
    return error;
}

double reference_network_error(struct plugins *plugins, const char *folder, const char *ids,
                               const char *activation, const char *normaliser,
                               const struct reference_setting *setting)
{
    struct test_network n;
    struct texts x;
    mpcf_error *err = mpcf_error_create();

    texts_open(&x, ids, err);
    test_network_open(&n, plugins, folder, activation, normaliser, false, false);
    const double error = reference_error(&n, &x, setting);
    print_message("%s %s+%s: largest difference of a logit %.5f\n", folder,
                  activation == NULL ? "own" : activation,
                  normaliser == NULL ? "softmax" : normaliser, error);
    test_network_close(&n);
    texts_close(&x);
    mpcf_error_destroy(err);
    return error;
}

struct reference_setting reference_setting_default(void)
{
    struct reference_setting s = {.margin_bits = 2};

    lower_options_default(&s.options);
    return s;
}
