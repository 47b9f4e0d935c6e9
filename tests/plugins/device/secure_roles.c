/* SPDX-License-Identifier: Apache-2.0 */
/* A small network between the three roles, once on the CPU and then with devices: all that is said is compared. */
#include "plugins/device/secure_roles.h"

#include <string.h>

#include "pass/pass.h"
#include "support/support.h"

#define TOKENS 12

static void open_network(struct secure_roles *n, const char *activation, const char *normaliser,
                         bool weights_shared)
{
    mpcf_error *err = mpcf_error_create();
    struct lower_options options;

    *n = (struct secure_roles){.bert = {.layers = 1, .hidden = 16, .heads = 2, .inner = 24}};
    n->bert.vocab = 30;
    n->bert.positions = 16;
    n->bert.classes = SECURE_CLASSES;
    n->bert.activation = activation;
    n->bert.normaliser = normaliser;
    n->bert.spread = -1;
    tiny_bert_open(&n->bert, 11);
    assert_ok(pass_all(n->bert.graph, &n->graph, err), err);
    struct ranges *ranges = tiny_bert_calibrate(&n->bert, n->graph, 8, TOKENS, 8);
    lower_options_default(&options);
    options.weights_shared = weights_shared;
    tiny_batch_open(&n->batch, &n->bert, SECURE_BATCH, TOKENS, true, 5);
    assert_ok(
        lower_graph(n->graph, ranges, &options, SECURE_BATCH, TOKENS, false, &n->program, err),
        err);
    assert_ok(weights_create(n->program, n->bert.parameters, &n->weights, err), err);
    n->input = (struct secure_input){.input_ids = n->batch.ids,
                                     .token_type_ids = n->batch.types,
                                     .attention_mask = n->batch.mask};
    ranges_destroy(ranges);
    mpcf_error_destroy(err);
}

static const uint8_t seed[16] = {1, 2, 3};

struct test_parties secure_roles_parties(const struct secure_roles *n, struct secure_outcome *o)
{
    return (struct test_parties){.program = n->program,
                                 .weights = n->weights,
                                 .input = &n->input,
                                 .inferences = SECURE_INFERENCES,
                                 .seed = seed,
                                 .wrap = recording_wrap,
                                 .wrap_context = &o->heard,
                                 .output = o->output,
                                 .output_count = (size_t) SECURE_BATCH * SECURE_CLASSES,
                                 .device_bytes = (size_t) 4 << 20};
}

static mpcf_status run(const struct secure_roles *n, struct device *const devices[3],
                       struct secure_outcome *o, mpcf_error *err)
{
    *o = (struct secure_outcome){0};
    struct test_parties t = secure_roles_parties(n, o);
    mpcf_status status = MPCF_OK;

    memcpy(t.devices, devices, sizeof t.devices);
    test_parties_run(&t);
    for (int i = 0; i < 3 && status == MPCF_OK; i++) {
        if (t.status[i] != MPCF_OK) {
            status = mpcf_fail(err, t.status[i], "role %d: %s", i, mpcf_error_text(t.errors[i]));
        }
    }
    test_parties_clear(&t);
    return status;
}

static bool is_equal(const struct secure_outcome *want, const struct secure_outcome *got)
{
    for (int by = 0; by < 3; by++) {
        for (int from = 0; from < 3; from++) {
            const size_t length = want->heard.length[by][from];

            if (length != got->heard.length[by][from] ||
                (length > 0 &&
                 memcmp(want->heard.data[by][from], got->heard.data[by][from], length) != 0)) {
                return false;
            }
        }
    }
    return memcmp(want->output, got->output, sizeof want->output) == 0;
}

void secure_roles_begin(struct secure_roles *n, const char *activation, const char *normaliser,
                        bool weights_shared)
{
    struct device *const none[3] = {NULL, NULL, NULL};

    open_network(n, activation, normaliser, weights_shared);
    assert_int_equal(run(n, none, &n->wanted, NULL), MPCF_OK);
    assert_true(n->wanted.heard.length[ROLE_USER][ROLE_PROVIDER] > 0);
}

mpcf_status secure_roles_compare(const struct secure_roles *n, struct device *const devices[3],
                                 mpcf_error *err)
{
    struct secure_outcome got;
    mpcf_status status = run(n, devices, &got, err);

    if (status == MPCF_OK && !is_equal(&n->wanted, &got)) {
        status = mpcf_fail(err, MPCF_E_INTERNAL,
                           "a secure run with products on a device says other than on the CPU");
    }
    recording_clear(&got.heard);
    return status;
}

void secure_roles_end(struct secure_roles *n)
{
    recording_clear(&n->wanted.heard);
    weights_destroy(n->weights);
    program_destroy(n->program);
    graph_destroy(n->graph);
    tiny_batch_close(&n->batch);
    tiny_bert_close(&n->bert);
}
