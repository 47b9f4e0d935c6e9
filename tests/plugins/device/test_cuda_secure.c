/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secure inferences with one role's products through the module, without a device: every message that any
 * role sends, and the result, are those of three roles on the CPU, bit for bit.
 */
#include <string.h>

#include "cuda_operations.h"
#include "device/device.h"
#include "fake_cuda.h"
#include "pass/pass.h"
#include "secure/reference.h"
#include "support/parties.h"
#include "support/recording.h"
#include "support/support.h"
#include "support/tiny_bert.h"

#define INFERENCES 2
#define TOKENS     12
#define BATCH      2
#define CLASSES    3

static mpcf_error *err;

struct network {
    struct tiny_bert bert;
    mpcf_graph *graph;
    struct program *program;
    struct weights *weights;
    struct tiny_batch batch;
    struct secure_input input;
};

static void open_network(struct network *n, const char *activation, const char *normaliser,
                         bool weights_shared)
{
    struct lower_options options;

    *n = (struct network){.bert = {.layers = 1, .hidden = 16, .heads = 2, .inner = 24}};
    n->bert.vocab = 30;
    n->bert.positions = 16;
    n->bert.classes = CLASSES;
    n->bert.activation = activation;
    n->bert.normaliser = normaliser;
    n->bert.spread = -1;
    tiny_bert_open(&n->bert, 11);
    assert_ok(pass_all(n->bert.graph, &n->graph, err), err);
    struct ranges *ranges = tiny_bert_calibrate(&n->bert, n->graph, 8, TOKENS, 8);
    lower_options_default(&options);
    options.weights_shared = weights_shared;
    tiny_batch_open(&n->batch, &n->bert, BATCH, TOKENS, true, 5);
    assert_ok(lower_graph(n->graph, ranges, &options, BATCH, TOKENS, false, &n->program, err), err);
    assert_ok(weights_create(n->program, n->bert.parameters, &n->weights, err), err);
    n->input = (struct secure_input){.input_ids = n->batch.ids,
                                     .token_type_ids = n->batch.types,
                                     .attention_mask = n->batch.mask};
    ranges_destroy(ranges);
}

static void close_network(struct network *n)
{
    weights_destroy(n->weights);
    program_destroy(n->program);
    graph_destroy(n->graph);
    tiny_batch_close(&n->batch);
    tiny_bert_close(&n->bert);
}

struct outcome {
    struct recording heard;
    double output[INFERENCES * BATCH * CLASSES];
};

static const uint8_t seed[16] = {1, 2, 3};

static struct test_parties parties_of(const struct network *n, struct outcome *o)
{
    return (struct test_parties){.program = n->program,
                                 .weights = n->weights,
                                 .input = &n->input,
                                 .inferences = INFERENCES,
                                 .seed = seed,
                                 .wrap = recording_wrap,
                                 .wrap_context = &o->heard,
                                 .output = o->output,
                                 .output_count = (size_t) BATCH * CLASSES,
                                 .device_bytes = (size_t) 4 << 20};
}

static void run(const struct network *n, struct device *const devices[3], struct outcome *o)
{
    *o = (struct outcome){0};
    struct test_parties t = parties_of(n, o);

    memcpy(t.devices, devices, sizeof t.devices);
    test_parties_run(&t);
    test_parties_assert_ok(&t);
    test_parties_clear(&t);
}

static void assert_equal(const struct outcome *want, const struct outcome *got)
{
    for (int by = 0; by < 3; by++) {
        for (int from = 0; from < 3; from++) {
            assert_int_equal(want->heard.length[by][from], got->heard.length[by][from]);
            if (want->heard.length[by][from] > 0) {
                assert_memory_equal(want->heard.data[by][from], got->heard.data[by][from],
                                    want->heard.length[by][from]);
            }
        }
    }
    assert_memory_equal(want->output, got->output, sizeof want->output);
}

/* The stand-in is one device, for one thread: one role at a time. */
static void check_role(const struct network *n, enum role role, struct outcome *want)
{
    struct device *devices[3] = {NULL, NULL, NULL};
    struct outcome got;

    fake_cuda_begin();
    assert_ok(device_open_with(&cuda_operations, "cuda", 0, &devices[role], err), err);
    run(n, devices, &got);
    assert_true(fake_cuda_counts.products > 0);
    assert_equal(want, &got);
    recording_clear(&got.heard);
    device_close(devices[role]);
    if (fake_cuda_problem() != NULL) {
        fail_msg("role %d: %s", (int) role, fake_cuda_problem());
    }
}

/* The CPU as a device of all three, at once: what an engine asks of a device, without CUDA. */
static void check_cpu(const struct network *n, struct outcome *want)
{
    struct device *devices[3];
    struct outcome got;

    for (int i = 0; i < 3; i++) {
        assert_ok(device_open("cpu", &devices[i], err), err);
    }
    run(n, devices, &got);
    assert_equal(want, &got);
    recording_clear(&got.heard);
    for (int i = 0; i < 3; i++) {
        device_close(devices[i]);
    }
}

static void check(const char *activation, const char *normaliser, bool weights_shared)
{
    struct device *const none[3] = {NULL, NULL, NULL};
    struct network n;
    struct outcome want;

    open_network(&n, activation, normaliser, weights_shared);
    run(&n, none, &want);
    assert_true(want.heard.length[ROLE_USER][ROLE_PROVIDER] > 0);
    for (int role = 0; role < 3; role++) {
        check_role(&n, (enum role) role, &want);
    }
    check_cpu(&n, &want);
    recording_clear(&want.heard);
    close_network(&n);
}

static void test_quad(void **state)
{
    (void) state;
    check("quad", "2quad", false);
}

static void test_exact(void **state)
{
    (void) state;
    check("gelu", "softmax", false);
}

static void test_shared_weights(void **state)
{
    (void) state;
    check("quad", "2quad", true);
}

/* A reserve that is too small ends the role's session with a word of it, and leaves nothing. */
static void check_short(const struct network *n, size_t bytes, const char *words)
{
    struct outcome o = {0};
    struct test_parties t = parties_of(n, &o);

    fake_cuda_begin();
    t.device_bytes = bytes;
    assert_ok(device_open_with(&cuda_operations, "cuda", 0, &t.devices[ROLE_USER], err), err);
    test_parties_run(&t);
    assert_int_equal(t.status[ROLE_USER], MPCF_E_NOMEM);
    assert_message_contains(t.errors[ROLE_USER], words);
    test_parties_clear(&t);
    recording_clear(&o.heard);
    device_close(t.devices[ROLE_USER]);
    if (fake_cuda_problem() != NULL) {
        fail_msg("%zu bytes: %s", bytes, fake_cuda_problem());
    }
}

static void test_too_small(void **state)
{
    struct network n;

    (void) state;
    open_network(&n, "quad", "2quad", false);
    check_short(&n, (size_t) 1 << 40, "Pretended 0: 1024.0 GiB are needed");
    check_short(&n, 16384, "reserved are left");
    close_network(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quad),
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_shared_weights),
        cmocka_unit_test(test_too_small),
    };
    int failed;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
