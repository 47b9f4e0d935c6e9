/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs of many lengths share the rounded and arranged weights of their network: made once for
 * each set of numbers, and the numbers are those that a program has alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "pass/pass.h"
#include "program/program.h"
#include "protocol/weights.h"
#include "ring/ring_product.h"
#include "support/support.h"
#include "support/tiny_bert.h"

enum { LENGTHS = 28, FEW = 4, SHORTEST = 4, LONGEST = SHORTEST + LENGTHS - 1 };

struct lengths {
    struct tiny_bert bert;
    mpcf_graph *graph;
    size_t count;
    struct program *programs[LENGTHS];
    struct weights *weights[LENGTHS];
    struct weights_store *store;
    mpcf_error *err;
};

static void open_lengths(struct lengths *l, size_t count, bool embedding_public)
{
    struct lower_options options;
    *l = (struct lengths){.bert = {.layers = 2, .hidden = 32, .heads = 4, .inner = 64}};
    l->count = count;
    l->err = mpcf_error_create();
    l->bert.vocab = 60;
    l->bert.positions = 32;
    l->bert.classes = 3;
    l->bert.activation = "quad";
    l->bert.normaliser = "2quad";
    tiny_bert_open(&l->bert, 11);
    assert_ok(pass_all(l->bert.graph, &l->graph, l->err), l->err);
    struct ranges *ranges = tiny_bert_calibrate(&l->bert, l->graph, 4, LONGEST, 4);
    lower_options_default(&options);
    options.embedding_public = embedding_public;
    for (size_t i = 0; i < count; i++) {
        assert_ok(
            lower_graph(l->graph, ranges, &options, 1, SHORTEST + i, true, &l->programs[i], l->err),
            l->err);
    }
    l->store = weights_store_create(l->graph, l->bert.parameters);
    assert_non_null(l->store);
    ranges_destroy(ranges);
}

static void close_lengths(struct lengths *l)
{
    for (size_t i = 0; i < l->count; i++) {
        weights_destroy(l->weights[i]);
        program_destroy(l->programs[i]);
    }
    weights_store_destroy(l->store);
    graph_destroy(l->graph);
    tiny_bert_close(&l->bert);
    mpcf_error_destroy(l->err);
}

/* Makes the weights of programs from FIRST on. */
static void share(struct lengths *l, size_t first, enum weights_part part)
{
    for (size_t i = first; i < l->count; i++) {
        assert_ok(weights_create_shared(l->programs[i], l->store, part, &l->weights[i], l->err),
                  l->err);
    }
}

/* --- Counting what is distinct, apart from the store --- */

struct distinct {
    char keys[1000][128];
    size_t count;
};

static void note(struct distinct *d, const char *node, const struct value *v, unsigned ring,
                 bool transposed)
{
    char key[128];
    (void) snprintf(key, sizeof key, "%s %u %u %u %d", node, v->fraction, v->magnitude, ring,
                    transposed);
    for (size_t i = 0; i < d->count; i++) {
        if (strcmp(d->keys[i], key) == 0) {
            return;
        }
    }
    assert_true(d->count < 1000);
    memcpy(d->keys[d->count++], key, sizeof key);
}

static void note_program(const struct program *p, struct distinct *rounded,
                         struct distinct *arranged)
{
    for (size_t i = 0; i < p->step_count; i++) {
        const struct step *s = &p->steps[i];
        if (s->kind == STEP_PROVIDER) {
            note(rounded, s->node->name, &p->values[s->out], 0, false);
        } else if (s->kind == STEP_LINEAR) {
            const struct value *w = &p->values[s->in[1]];
            note(arranged, p->steps[w->producer].node->name, w, p->values[s->out].ring,
                 s->transposed);
        }
    }
}

static void lengths_make_each_weight_once(void **state)
{
    (void) state;
    static struct distinct rounded, arranged;
    struct lengths l;
    size_t alone = 0;
    open_lengths(&l, LENGTHS, false);
    for (size_t i = 0; i < LENGTHS; i++) {
        struct weights_store *own = weights_store_create(l.graph, l.bert.parameters);
        struct weights *w = NULL;
        note_program(l.programs[i], &rounded, &arranged);
        assert_ok(weights_create_shared(l.programs[i], own, WEIGHTS_ALL, &w, l.err), l.err);
        alone += weights_store_size(own).bytes;
        weights_destroy(w);
        weights_store_destroy(own);
    }
    share(&l, 0, WEIGHTS_ALL);
    struct weights_store_size shared = weights_store_size(l.store);
    print_message("%d lengths: %zu bytes apart, %zu shared (%zu constants, %zu matrices)\n",
                  LENGTHS, alone, shared.bytes, shared.rounded, shared.arranged);
    assert_true(rounded.count > 0 && arranged.count > 0);
    assert_int_equal(shared.rounded, rounded.count);
    assert_int_equal(shared.arranged, arranged.count);
    /* A matrix in two rings may have two forms. */
    assert_true(shared.bytes * (LENGTHS / 2) < alone);
    close_lengths(&l);
}

static void assert_same_integers(const struct program *p, const struct step *s,
                                 const struct weights *a, const struct weights *b)
{
    size_t count = p->values[s->out].dims.count;
    uint64_t *x = calloc(2 * count, sizeof *x);
    assert_non_null(x);
    weights_read(a, s->index, 0, x, count);
    weights_read(b, s->index, 0, x + count, count);
    assert_memory_equal(x, x + count, count * sizeof *x);
    free(x);
}

/* The identity times each matrix. */
static void assert_same_matrix(const struct program *p, const struct step *s,
                               const struct weights *a, const struct weights *b)
{
    size_t depth = p->values[s->in[0]].dims.dim[3], columns = p->values[s->out].dims.dim[3];
    uint64_t *unit = calloc(depth * depth, sizeof *unit);
    uint64_t *x = calloc(2 * depth * columns, sizeof *x);
    assert_true(unit != NULL && x != NULL);
    for (size_t i = 0; i < depth; i++) {
        unit[i * depth + i] = 1;
    }
    ring_multiply_packed(unit, depth, depth, weights_packed(a, s->index), x, columns, false);
    ring_multiply_packed(unit, depth, depth, weights_packed(b, s->index), x + depth * columns,
                         columns, false);
    assert_memory_equal(x, x + depth * columns, depth * columns * sizeof *x);
    free(unit);
    free(x);
}

static void shared_weights_are_those_of_one_program(void **state)
{
    (void) state;
    struct lengths l;
    size_t compared = 0;
    open_lengths(&l, FEW, false);
    share(&l, 0, WEIGHTS_ALL);
    for (size_t i = 0; i < l.count; i++) {
        const struct program *p = l.programs[i];
        struct weights *alone = NULL;
        assert_ok(weights_create(p, l.bert.parameters, &alone, l.err), l.err);
        for (size_t k = 0; k < p->step_count; k++) {
            if (p->steps[k].kind == STEP_PROVIDER) {
                assert_same_integers(p, &p->steps[k], alone, l.weights[i]);
            } else if (p->steps[k].kind == STEP_LINEAR) {
                assert_same_matrix(p, &p->steps[k], alone, l.weights[i]);
                compared++;
            }
        }
        weights_destroy(alone);
    }
    assert_true(compared >= 10 * l.count);
    close_lengths(&l);
}

static void users_tables_are_rounded_once(void **state)
{
    (void) state;
    struct lengths l;
    open_lengths(&l, FEW, true);
    assert_ok(weights_create_shared(l.programs[0], l.store, WEIGHTS_TABLES, &l.weights[0], l.err),
              l.err);
    struct weights_store_size first = weights_store_size(l.store);
    share(&l, 1, WEIGHTS_TABLES);
    struct weights_store_size all = weights_store_size(l.store);
    /* Words (60 rows), types (2) and positions (32), of 32 columns and 4 bytes. */
    assert_int_equal(first.bytes, (60 + 2 + 32) * 32 * 4);
    assert_int_equal(first.arranged, 0);
    assert_int_equal(all.rounded, first.rounded);
    assert_int_equal(all.bytes, first.bytes);
    close_lengths(&l);
}

static void weights_of_another_graph_are_refused(void **state)
{
    (void) state;
    struct lengths l;
    struct weights *w = NULL;
    open_lengths(&l, FEW, false);
    struct weights_store *other = weights_store_create(l.bert.graph, l.bert.parameters);
    assert_non_null(other);
    assert_status(MPCF_E_INVALID,
                  weights_create_shared(l.programs[0], other, WEIGHTS_ALL, &w, l.err), l.err);
    assert_message_contains(l.err, "another graph");
    weights_store_destroy(other);
    close_lengths(&l);
}

static void weight_that_does_not_fit_is_refused_each_time(void **state)
{
    (void) state;
    struct lengths l;
    open_lengths(&l, FEW, false);
    for (size_t i = 0; i < l.bert.parameters->count; i++) {
        l.bert.parameters->items[i].value[0] = 1e18f;
    }
    for (size_t i = 0; i < 2; i++) {
        struct weights *w = NULL;
        assert_status(MPCF_E_RANGE,
                      weights_create_shared(l.programs[i], l.store, WEIGHTS_ALL, &w, l.err), l.err);
        assert_null(w);
        mpcf_error_reset(l.err);
    }
    close_lengths(&l);
}

/* Each allocation fails in turn: refused, nothing leaks (with sanitizers), and the store works on. */
static void memory_that_runs_short_is_refused(void **state)
{
    (void) state;
    struct lengths l;
    mpcf_status status = MPCF_E_NOMEM;
    size_t n = 0;
    open_lengths(&l, FEW, false);
    while (status != MPCF_OK) {
        mpcf_test_fail_alloc(++n);
        status = weights_create_shared(l.programs[0], l.store, WEIGHTS_ALL, &l.weights[0], l.err);
        mpcf_test_fail_alloc(0);
        assert_true(status == MPCF_OK || status == MPCF_E_NOMEM);
        assert_true(n < 10000);
    }
    assert_true(n > 10);
    struct weights_store_size size = weights_store_size(l.store);
    struct weights_store *fresh = weights_store_create(l.graph, l.bert.parameters);
    assert_ok(weights_create_shared(l.programs[0], fresh, WEIGHTS_ALL, &l.weights[1], l.err),
              l.err);
    assert_int_equal(weights_store_size(fresh).bytes, size.bytes);
    weights_destroy(l.weights[1]);
    weights_store_destroy(fresh);
    l.weights[1] = NULL;
    close_lengths(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_make_each_weight_once),
        cmocka_unit_test(shared_weights_are_those_of_one_program),
        cmocka_unit_test(users_tables_are_rounded_once),
        cmocka_unit_test(weights_of_another_graph_are_refused),
        cmocka_unit_test(weight_that_does_not_fit_is_refused_each_time),
        cmocka_unit_test(memory_that_runs_short_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
