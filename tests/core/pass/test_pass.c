/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each rewrite computes what the graph before it computed, by the float engine.
 */
#include "pass/pass.h"

#include <stdio.h>

#include "base/memory.h"
#include "graph/owner.h"
#include "pass/by_heads.h"
#include "pass/complete_square.h"
#include "pass/drop_training.h"
#include "pass/fold_norm.h"
#include "pass/fold_scale.h"
#include "pass/fuse_linears.h"
#include "pass/open_layer_norm.h"
#include "pass/row_scaling.h"
#include "support/support.h"
#include "support/tiny_bert.h"

static struct tiny_bert small(const char *activation, const char *normaliser)
{
    return (struct tiny_bert){.layers = 2,
                              .hidden = 32,
                              .heads = 4,
                              .inner = 48,
                              .vocab = 60,
                              .positions = 16,
                              .classes = 3,
                              .activation = activation,
                              .normaliser = normaliser};
}

static size_t count_kind(const mpcf_graph *g, enum op_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < graph_count(g); i++) {
        count += graph_node(g, i)->kind == kind ? 1 : 0;
    }
    return count;
}

static void check_same(const char *activation, const char *normaliser, rewrite_rule *rule)
{
    struct tiny_bert t = small(activation, normaliser);
    struct tiny_batch b;
    mpcf_graph *g = NULL;
    mpcf_error *err = mpcf_error_create();

    tiny_bert_open(&t, 7);
    tiny_batch_open(&b, &t, 5, 12, true, 3);
    if (rule == NULL) {
        assert_ok(pass_all(t.graph, &g, err), err);
    } else {
        assert_ok(rewrite_graph(t.graph, rule, &g, err), err);
    }
    float *before = tiny_bert_logits(&t, t.graph, &b), *after = tiny_bert_logits(&t, g, &b);
    assert_close_floats("logits", before, after, 15, 1e-4, 1e-4);
    mpcf_free(before);
    mpcf_free(after);
    tiny_batch_close(&b);
    tiny_bert_close(&t);
    graph_destroy(g);
    mpcf_error_destroy(err);
}

static void each_rewrite_keeps_the_function(void **state)
{
    rewrite_rule *const rules[] = {rule_drop_training, rule_complete_square, rule_open_layer_norm,
                                   rule_fold_scale,    rule_fuse_linears,    rule_fold_norm,
                                   rule_by_heads,      rule_row_scaling};

    (void) state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        check_same("quad", "2quad", rules[i]);
    }
}

static void all_rewrites_keep_the_function(void **state)
{
    (void) state;
    check_same("quad", "2quad", NULL);
    check_same("gelu", "softmax", NULL);
    check_same("relu", "2relu", NULL);
}

static void nothing_is_left_to_fold(void **state)
{
    struct tiny_bert t = small("quad", "2quad");
    mpcf_graph *g = NULL;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    tiny_bert_open(&t, 7);
    assert_ok(pass_all(t.graph, &g, err), err);
    assert_int_equal(count_kind(g, OP_DROPOUT), 0);
    assert_int_equal(count_kind(g, OP_LAYER_NORM), 0);
    assert_int_equal(count_kind(g, OP_MATMUL_MASKED), 2);
    for (size_t i = 0; i < graph_count(g); i++) { /* what is centred is constant */
        const mpcf_node *node = graph_node(g, i);
        assert_true(node->kind != OP_CENTER || node_is_constant(node));
    }
    /* A layer: q, k, v in one, attention's output, the mean of the residual, and for the
     * feed-forward block three more; the query of the last layer's one row; pooler, classifier. */
    size_t linears = 0;
    for (size_t i = 0; i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);
        linears += node->kind == OP_LINEAR && !node_is_constant(node) ? 1 : 0;
    }
    assert_int_equal(linears, 2 * 6 + 1 + 2);
    tiny_bert_close(&t);
    graph_destroy(g);
    mpcf_error_destroy(err);
}

static size_t check_weights_before_biases(const mpcf_graph *g)
{
    size_t seen = 0;

    for (size_t i = 0; i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);
        if (node->kind == OP_LINEAR && node->in_count == 3 && node->in[2]->kind != OP_PARAMETER) {
            assert_true(node->in[1]->id < node->in[2]->id);
            seen++;
        }
    }
    return seen;
}

/* C orders no arguments: a rule that makes a weight and a bias within one call names them as the
 * compiler likes, and ranges of one build would not be found by another. */
static void weights_are_made_before_biases(void **state)
{
    rewrite_rule *const rules[] = {rule_open_layer_norm, rule_fold_scale, rule_fold_norm};
    struct tiny_bert t = small("quad", "2quad");
    mpcf_error *err = mpcf_error_create();
    size_t seen = 0;

    (void) state;
    tiny_bert_open(&t, 7);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        mpcf_graph *g = NULL;
        assert_ok(rewrite_graph(t.graph, rules[i], &g, err), err);
        graph_destroy(t.graph);
        t.graph = g;
        seen += check_weights_before_biases(g);
    }
    assert_true(seen > 0);
    tiny_bert_close(&t);
    mpcf_error_destroy(err);
}

static void ranges_survive_their_file(void **state)
{
    struct tiny_bert t = small("quad", "2quad");
    mpcf_graph *g = NULL;
    struct ranges *read = NULL;
    mpcf_error *err = mpcf_error_create();
    char path[512];

    (void) state;
    tiny_bert_open(&t, 7);
    assert_ok(pass_all(t.graph, &g, err), err);
    struct ranges *r = tiny_bert_calibrate(&t, g, 4, 12, 3);
    (void) snprintf(path, sizeof path, "%s/ranges.json", test_folder());
    assert_ok(ranges_write(r, path, err), err);
    assert_ok(ranges_read(path, &read, err), err);
    assert_int_equal(r->count, read->count);
    assert_true(r->count > 40);
    for (size_t i = 0; i < r->count; i++) {
        assert_string_equal(r->items[i].node, read->items[i].node);
        assert_true(r->items[i].low == read->items[i].low);
        assert_true(r->items[i].high == read->items[i].high);
        assert_ptr_equal(ranges_find(read, r->items[i].node), &read->items[i]);
    }
    assert_null(ranges_find(read, "no such node"));
    ranges_destroy(r);
    ranges_destroy(read);
    tiny_bert_close(&t);
    graph_destroy(g);
    mpcf_error_destroy(err);
}

static void check_file(const char *text, const char *message)
{
    struct ranges *read = NULL;
    mpcf_error *err = mpcf_error_create();
    char path[512];

    (void) snprintf(path, sizeof path, "%s/broken.json", test_folder());
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void) fputs(text, file);
    (void) fclose(file);
    assert_status(MPCF_E_FORMAT, ranges_read(path, &read, err), err);
    assert_message_contains(err, message);
    assert_null(read);
    mpcf_error_destroy(err);
}

static void broken_files_of_ranges_are_refused(void **state)
{
    (void) state;
    check_file("{}", "margin_bits");
    check_file("{\"margin_bits\": 99, \"nodes\": {}}", "99");
    check_file("{\"margin_bits\": 2, \"nodes\": {\"a\": [1]}}", "'a'");
    check_file("{\"margin_bits\": 2, \"nodes\": {\"a\": [2, 1]}}", "'a'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rewrite_keeps_the_function),
        cmocka_unit_test(all_rewrites_keep_the_function),
        cmocka_unit_test(nothing_is_left_to_fold),
        cmocka_unit_test(weights_are_made_before_biases),
        cmocka_unit_test(ranges_survive_their_file),
        cmocka_unit_test(broken_files_of_ranges_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
