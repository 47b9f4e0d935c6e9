/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_ranges: a text whose values leave the calibrated range has a marked answer, in the plaintext reference and
 * between three parties; rows beside it, and what is sent, are as they were.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "channel/role.h"
#include "graph/parameters.h"
#include "pass/pass.h"
#include "program/program.h"
#include "program/secure_input.h"
#include "protocol/weights.h"
#include "secure/reference.h"
#include "support/parties.h"
#include "support/support.h"
#include "support/tiny_bert.h"

#define UNIT   0x1p-8 /* of a revealed logit, as in test_session.c */
#define MARGIN 0.5    /* so that values that are a few times larger are outside */

enum { CLASSES = 3, TOKENS = 16, BATCH_MOST = 3, RARE = 59 };

struct checked {
    struct tiny_bert bert;
    mpcf_graph *graph;
    struct ranges *ranges;
    struct lower_options options;
    struct program *program;
    struct tiny_batch batch;
    size_t examples, columns;
    double want[(CLASSES + 1) * BATCH_MOST], got[(CLASSES + 1) * BATCH_MOST];
    uint64_t bytes; /* of a run */
    mpcf_error *err;
};

struct form {
    const char *activation, *normaliser;
    enum lower_checks checks;
    bool is_label, is_exact, by_keys;
};

/* The word RARE is in no text yet. */
static void open_checked(struct checked *c, const struct form *form)
{
    *c = (struct checked){.examples = form->is_exact ? 1 : BATCH_MOST, .err = mpcf_error_create()};
    c->bert = (struct tiny_bert){.layers = 2,
                                 .hidden = 32,
                                 .heads = 4,
                                 .inner = 64,
                                 .vocab = RARE + 1,
                                 .positions = 32,
                                 .classes = CLASSES,
                                 .activation = form->activation,
                                 .normaliser = form->normaliser};
    tiny_bert_open(&c->bert, 11);
    assert_ok(pass_all(c->bert.graph, &c->graph, c->err), c->err);
    c->ranges = tiny_bert_calibrate(&c->bert, c->graph, 8, TOKENS, 8);
    c->ranges->margin_bits = MARGIN;
    lower_options_default(&c->options);
    c->options.check_ranges = (int) form->checks;
    c->options.reveal_label = form->is_label;
    if (form->by_keys) {
        c->options.network = (struct lower_network){0.02, 1e9};
    }
    c->columns = form->is_label ? 1 : CLASSES;
    tiny_batch_open(&c->batch, &c->bert, c->examples, TOKENS, !form->is_exact, 5);
    for (size_t i = 0; i < c->examples * TOKENS; i++) {
        c->batch.ids[i] = c->batch.ids[i] == RARE ? RARE - 1 : c->batch.ids[i];
    }
    assert_ok(lower_graph(c->graph, c->ranges, &c->options, c->examples, TOKENS, form->is_exact,
                          &c->program, c->err),
              c->err);
}

static void close_checked(struct checked *c)
{
    program_destroy(c->program);
    ranges_destroy(c->ranges);
    graph_destroy(c->graph);
    tiny_batch_close(&c->batch);
    tiny_bert_close(&c->bert);
    mpcf_error_destroy(c->err);
}

/* Reference and parties, of which messages have the lengths that the cost engine says. */
static void run(struct checked *c)
{
    struct weights *w = NULL;
    const struct secure_input input = {.input_ids = c->batch.ids,
                                       .token_type_ids = c->batch.types,
                                       .attention_mask = c->batch.mask};

    assert_ok(weights_create(c->program, c->bert.parameters, &w, c->err), c->err);
    assert_ok(reference_run(c->program, w, &input, c->want, NULL, NULL, NULL, c->err), c->err);
    struct test_parties t = {.program = c->program,
                             .weights = w,
                             .input = &input,
                             .output = c->got,
                             .output_count = c->program->revealed};
    test_parties_run(&t);
    test_parties_assert_ok(&t);
    test_parties_assert_cost(&t);
    c->bytes = t.metered[ROLE_USER]->user_bytes + t.metered[ROLE_USER]->provider_bytes;
    test_parties_clear(&t);
    weights_destroy(w);
}

/* Marks of reference and parties are those of IS_MARKED, and numbers agree. */
static void check_marks(const struct checked *c, const bool *is_marked)
{
    const size_t width = c->columns + 1;

    assert_true(c->program->is_marked);
    assert_int_equal(c->program->revealed, c->examples * width);
    for (size_t i = 0; i < c->examples; i++) {
        for (size_t j = 0; j < width; j++) {
            const double want = c->want[i * width + j], got = c->got[i * width + j];

            assert_true(fabs(want - got) <= UNIT);
            if (j == c->columns || is_marked[i]) {
                assert_true((want != 0) == (j == c->columns && !is_marked[i]));
                assert_true(want == got);
            }
        }
    }
}

static void enlarge_the_rare_word(struct checked *c, float by)
{
    const struct parameters *p = c->bert.parameters;

    for (size_t i = 0; i < p->count; i++) {
        if (p->items[i].is_table && p->items[i].shape.dim[0] == RARE + 1) {
            for (int64_t j = 0; j < c->bert.hidden; j++) {
                p->items[i].value[RARE * c->bert.hidden + j] *= by;
            }
        }
    }
}

/* Of a program without comparisons. */
static void check_off(const struct checked *c)
{
    struct lower_options options = c->options;
    struct program *off = NULL;
    struct weights *w = NULL;
    double plain[CLASSES * BATCH_MOST];
    const struct secure_input input = {.input_ids = c->batch.ids,
                                       .token_type_ids = c->batch.types,
                                       .attention_mask = c->batch.mask};

    options.check_ranges = CHECK_NONE;
    assert_ok(lower_graph(c->graph, c->ranges, &options, c->examples, TOKENS,
                          c->program->exact_length, &off, c->err),
              c->err);
    assert_false(off->is_marked);
    assert_int_equal(off->revealed, c->examples * c->columns);
    assert_ok(weights_create(off, c->bert.parameters, &w, c->err), c->err);
    assert_ok(reference_run(off, w, &input, plain, NULL, NULL, NULL, c->err), c->err);
    for (size_t i = 0; i < off->revealed; i++) {
        const double with = c->want[i / c->columns * (c->columns + 1) + i % c->columns];

        assert_true(fabs(plain[i] - with) <= UNIT);
    }
    print_message("%u and %u rounds\n", off->round_count, c->program->round_count);
    weights_destroy(w);
    program_destroy(off);
}

static void check_form(const struct form *form)
{
    struct checked c;
    const bool none[BATCH_MOST] = {false}, second[BATCH_MOST] = {false, true, false},
               all[BATCH_MOST] = {true};
    double before[(CLASSES + 1) * BATCH_MOST];

    open_checked(&c, form);
    run(&c);
    check_marks(&c, none);
    check_off(&c);
    memcpy(before, c.want, sizeof before);
    const uint64_t bytes = c.bytes;
    const size_t row = form->is_exact ? 0 : 1, width = c.columns + 1;
    c.batch.ids[row * TOKENS + 2] = RARE;
    enlarge_the_rare_word(&c, 4);
    run(&c);
    check_marks(&c, form->is_exact ? all : second);
    assert_true(c.bytes == bytes);
    for (size_t i = 0; i < c.examples * width; i++) {
        assert_true(i / width == row || c.want[i] == before[i]);
    }
    close_checked(&c);
}

static void what_is_outside_is_marked(void **state)
{
    static const struct form forms[] = {
        {"quad", "2quad", CHECK_ROWS, false, false, false},
        {"quad", "2quad", CHECK_ALL, false, false, true},
        {"quad", "2quad", CHECK_ROWS, true, true, true},
        {"gelu", "softmax", CHECK_ROWS, false, true, false},
        {"gelu", "softmax", CHECK_ALL, true, false, false},
        {"relu", "2relu", CHECK_ALL, false, false, false},
    };

    (void) state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        print_message("%s+%s, %d\n", forms[i].activation, forms[i].normaliser,
                      (int) forms[i].checks);
        check_form(&forms[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_outside_is_marked)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
