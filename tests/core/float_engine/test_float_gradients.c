/* SPDX-License-Identifier: Apache-2.0 */
/* Training: dropout, gradients of several runs, parameters that have none. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/workers.h"
#include "float_net.h"

/* Logits and all gradients of one step, as bits. */
static float *step(struct net *n, uint64_t seed, size_t *count)
{
    const struct float_batch batch = batch_of(seed);
    const mpcf_node *logits = graph_find_tap(n->g, "logits");
    float *all = calloc(4096, sizeof(float));
    float *dy;

    assert_ok(float_forward(n->e, &batch, err), err);
    memcpy(all, float_value(n->e, logits), BATCH * 2 * sizeof(float));
    *count = BATCH * 2;
    dy = float_seed(n->e, logits);
    for (size_t i = 0; i < BATCH * 2; i++) {
        dy[i] += i % 2 == 0 ? 1.0F : -0.5F;
    }
    parameters_zero_gradients(n->p);
    assert_ok(float_backward(n->e, err), err);
    for (size_t i = 0; i < n->p->count; i++) {
        memcpy(all + *count, n->p->items[i].gradient, n->p->items[i].count * sizeof(float));
        *count += n->p->items[i].count;
    }
    return all;
}

static void dropout_follows_the_seed_not_the_workers(void **state)
{
    struct net n;
    size_t count = 0;
    float *first;
    float *other;

    (void) state;
    net_open(&n, 0.3, FLOAT_TRAIN, BATCH, TOKENS, 0);
    first = step(&n, 7, &count);
    for (size_t workers = 1; workers < 5; workers++) {
        float *again;

        workers_set(workers);
        again = step(&n, 7, &count);
        assert_memory_equal(first, again, count * sizeof(float));
        free(again);
    }
    workers_set(0);
    other = step(&n, 8, &count);
    assert_memory_not_equal(first, other, count * sizeof(float));
    free(first);
    free(other);
    net_close(&n);
}

static void gradients_add_up_over_runs(void **state)
{
    const struct float_batch batch = batch_of(0);
    struct net n;
    size_t count = 0;
    float *once;
    float *dy;
    size_t at = BATCH * 2;

    (void) state;
    net_open(&n, 0, FLOAT_TRAIN, BATCH, TOKENS, 0);
    once = step(&n, 0, &count);
    assert_ok(float_forward(n.e, &batch, err), err);
    dy = float_seed(n.e, graph_find_tap(n.g, "logits"));
    for (size_t i = 0; i < BATCH * 2; i++) {
        dy[i] += i % 2 == 0 ? 1.0F : -0.5F;
    }
    assert_ok(float_backward(n.e, err), err);
    for (size_t i = 0; i < n.p->count; i++) {
        for (size_t k = 0; k < n.p->items[i].count; k++, at++) {
            assert_true(fabs((double) n.p->items[i].gradient[k] - 2 * (double) once[at]) <
                        1e-5 * (1 + fabs((double) once[at])));
        }
    }
    free(once);
    net_close(&n);
}

static void tables_name_the_rows_they_touched(void **state)
{
    struct net n;
    size_t count = 0;
    struct parameter *table;
    bool seen[7] = {false};

    (void) state;
    net_open(&n, 0, FLOAT_TRAIN, BATCH, TOKENS, 0);
    free(step(&n, 0, &count));
    table = parameters_find(n.p, "table");
    assert_true(table->is_table);
    assert_false(parameters_find(n.p, "places")->is_table);
    assert_int_equal(table->touched_count, 7);
    for (size_t i = 0; i < table->touched_count; i++) {
        assert_false(seen[table->touched[i]]);
        seen[table->touched[i]] = true;
    }
    parameters_zero_gradients(n.p);
    assert_int_equal(table->touched_count, 0);
    for (size_t i = 0; i < table->count; i++) {
        assert_true(table->gradient[i] == 0.0F);
    }
    net_close(&n);
}

static void parameters_without_gradients_are_left_alone(void **state)
{
    mpcf_graph *g = build(0);
    struct parameters *p = NULL;
    struct float_engine *e = NULL;
    const struct float_batch batch = batch_of(0);

    (void) state;
    assert_ok(parameters_create(g, false, &p, err), err);
    parameters_init(p, g, 4);
    assert_null(parameters_find(p, "q")->gradient);
    assert_ok(float_engine_create(g, p, FLOAT_TRAIN, BATCH, TOKENS, 0, &e, err), err);
    assert_ok(float_forward(e, &batch, err), err);
    float_seed(e, graph_find_tap(g, "logits"))[0] = 1;
    assert_ok(float_backward(e, err), err);
    float_engine_destroy(e);
    parameters_destroy(p);
    graph_destroy(g);
}

static void stopped_gradients_do_not_pass(void **state)
{
    mpcf_graph *g = graph_create();
    mpcf_node *w = mpcf_parameter(g, "w", mpcf_shape_2(2, 2), MPCF_INIT_NORMAL, 1);
    mpcf_node *v = mpcf_parameter(g, "v", mpcf_shape_2(2, 2), MPCF_INIT_NORMAL, 1);
    mpcf_node *y = mpcf_tap(g, "y", mpcf_mul(g, mpcf_stop_gradient(g, w), v));
    const struct float_batch batch = {1, 1, ids, NULL, mask, 0};
    struct parameters *p = NULL;
    struct float_engine *e = NULL;

    (void) state;
    assert_ok(parameters_create(g, true, &p, err), err);
    parameters_init(p, g, 1);
    assert_ok(float_engine_create(g, p, FLOAT_TRAIN, 1, 1, 0, &e, err), err);
    assert_ok(float_forward(e, &batch, err), err);
    float_seed(e, y)[1] = 3;
    assert_ok(float_backward(e, err), err);
    assert_true(parameters_find(p, "w")->gradient[1] == 0.0F);
    assert_true(parameters_find(p, "v")->gradient[1] == 3 * parameters_find(p, "w")->value[1]);
    float_engine_destroy(e);
    parameters_destroy(p);
    graph_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dropout_follows_the_seed_not_the_workers),
        cmocka_unit_test(gradients_add_up_over_runs),
        cmocka_unit_test(tables_name_the_rows_they_touched),
        cmocka_unit_test(parameters_without_gradients_are_left_alone),
        cmocka_unit_test(stopped_gradients_do_not_pass),
    };
    int failed;

    err = mpcf_error_create();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
