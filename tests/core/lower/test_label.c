/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The label of each row is that of its first largest logit, for every logit in range, in the
 * plaintext reference and between three parties; it is all that the user is shown, and messages say
 * nothing besides.
 */
#include "lower/lower_label.h"

#include <stdlib.h>
#include <string.h>

#include "graph/graph.h"
#include "lower/emit_party.h"
#include "lower/ring_search.h"
#include "metrics/metrics.h"
#include "protocol/step_operations.h"
#include "secure/reference.h"
#include "support/recording.h"
#include "support/shared_source.h"
#include "support/support.h"

enum { ROWS = 64 }; /* whole words of bits, so that no array has padding */

/* --- Logits --- */

/* By row: all equal; the largest at each place in turn, once alone and once with all behind it
 * equal; both ends of the range side by side; few different numbers, so that ties are frequent. */
static void fill_row(int64_t *x, size_t row, size_t classes, int64_t limit, struct test_random *r)
{
    const size_t place = row / 8 % classes;

    for (size_t i = 0; i < classes; i++) {
        const int64_t any = (int64_t) (test_random_u64(r) % (uint64_t) (2 * limit - 1)) - limit + 1;
        const int64_t few = (int64_t) (test_random_u64(r) % 3) - 1;
        const int64_t forms[8] = {row % 16 == 0 ? limit - 1 : 1 - limit,
                                  i == place ? limit - 1 : 1 - limit,
                                  i >= place ? 0 : -1,
                                  i == place || i == classes - 1 ? limit - 1 : limit - 2,
                                  (i + row / 8) % 2 == 0 ? limit - 1 : 1 - limit,
                                  limit > 1 ? few : 0,
                                  any,
                                  any};

        x[i] = forms[row % 8];
    }
}

static int64_t *make_logits(size_t classes, unsigned magnitude)
{
    struct test_random r = {.state = 7 * classes + magnitude};
    int64_t *x = malloc(ROWS * classes * sizeof *x);

    assert_non_null(x);
    for (size_t row = 0; row < ROWS; row++) {
        fill_row(x + row * classes, row, classes, INT64_C(1) << (magnitude - 1), &r);
    }
    return x;
}

static int64_t first_largest(const int64_t *x, size_t classes)
{
    size_t best = 0;

    for (size_t i = 1; i < classes; i++) {
        best = x[i] > x[best] ? i : best;
    }
    return (int64_t) best;
}

/* --- Programs --- */

struct labelled {
    struct shared_source source;
    struct weights *weights;
    mpcf_error *err;
};

static void open_labelled(struct labelled *k, const int64_t *x, size_t classes, unsigned magnitude,
                          bool is_input_independent)
{
    static const mpcf_node node = {.name = "logits"};
    struct lowering l = {.node = &node};

    k->err = mpcf_error_create();
    source_init(&k->source, ROWS, classes);
    const value_id logits = source_shared(&k->source, x, 64, magnitude, is_input_independent);
    l.program = k->source.p;
    l.err = k->err;
    emit_reveal(&l, lower_label(&l, logits), "logits");
    assert_was_ok(l.status, k->err);
    assert_ok(ring_search(k->source.p, &named_networks[0].link, false, k->err), k->err);
    k->weights = source_weights(&k->source);
}

static void close_labelled(struct labelled *k)
{
    weights_destroy(k->weights);
    source_clear(&k->source);
    mpcf_error_destroy(k->err);
}

static void run(struct labelled *k, const uint8_t *seed, struct recording *recording,
                double *output)
{
    struct test_parties t = {.program = k->source.p,
                             .weights = k->weights,
                             .input = &k->source.input,
                             .seed = seed,
                             .output = output,
                             .output_count = ROWS};

    if (recording != NULL) {
        t.wrap = recording_wrap;
        t.wrap_context = recording;
    }
    test_parties_run(&t);
    test_parties_assert_ok(&t);
    test_parties_assert_cost(&t);
    test_parties_clear(&t);
}

/* --- What comes out --- */

static void check(size_t classes, unsigned magnitude, bool is_input_independent)
{
    struct labelled k = {0};
    int64_t *x = make_logits(classes, magnitude);
    double got[ROWS], reference[ROWS];

    open_labelled(&k, x, classes, magnitude, is_input_independent);
    run(&k, NULL, NULL, got);
    assert_ok(
        reference_run(k.source.p, k.weights, &k.source.input, reference, NULL, NULL, NULL, k.err),
        k.err);
    for (size_t row = 0; row < ROWS; row++) {
        const int64_t want = first_largest(x + row * classes, classes);

        if (got[row] != (double) want || reference[row] != (double) want) {
            fail_msg("%zu classes of %u bits, row %zu: label %g, reference %g, expected %lld",
                     classes, magnitude, row, got[row], reference[row], (long long) want);
        }
    }
    close_labelled(&k);
    free(x);
}

static void labels_are_exact(void **state)
{
    static const size_t classes[] = {2, 3, 4, 5, 7, 12, 33, 64};
    static const unsigned magnitudes[] = {2, 3, 11, 30, LABEL_MAGNITUDE_MAX};

    (void) state;
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        for (size_t j = 0; j < sizeof magnitudes / sizeof magnitudes[0]; j++) {
            check(classes[i], magnitudes[j], (i + j) % 2 == 0);
        }
    }
}

/* Small integers are exact as floats: the same rule says what logits mean when they are shown. */
static void ties_go_as_with_logits(void **state)
{
    enum { CLASSES = 5, MAGNITUDE = 11 };
    int64_t *x = make_logits(CLASSES, MAGNITUDE);

    (void) state;
    for (size_t row = 0; row < ROWS; row++) {
        float logits[CLASSES];

        for (size_t i = 0; i < CLASSES; i++) {
            logits[i] = (float) x[row * CLASSES + i];
        }
        assert_true(metric_prediction(logits, CLASSES) ==
                    (double) first_largest(x + row * CLASSES, CLASSES));
    }
    free(x);
}

static void one_class_is_refused(void **state)
{
    static const mpcf_node node = {.name = "classifier"};
    struct shared_source source;
    const int64_t x[ROWS] = {0};
    struct lowering l = {.node = &node, .err = mpcf_error_create()};

    (void) state;
    source_init(&source, ROWS, 1);
    const value_id logits = source_shared(&source, x, 64, 11, true);
    l.program = source.p;
    (void) lower_label(&l, logits);
    assert_status_was(MPCF_E_UNSUPPORTED, l.status, l.err);
    assert_message_contains(l.err, "'classifier' is one number and has no label");
    source_clear(&source);
    mpcf_error_destroy(l.err);
}

/* --- What is sent --- */

/* The user's input, ceil(log2 C) levels of a comparison and the choice by its bit, the opening. */
static void levels_are_logarithmic(void **state)
{
    static const struct {
        size_t classes;
        uint32_t levels;
    } cases[] = {{2, 1}, {3, 2}, {4, 2}, {5, 3}, {8, 3}, {9, 4}, {33, 6}, {64, 6}};
    enum { MAGNITUDE = 15, COMPARE_ROUNDS = 2 }; /* of differences of 16 bits: protocols.md */

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct labelled k = {0};
        int64_t *x = make_logits(cases[i].classes, MAGNITUDE);

        open_labelled(&k, x, cases[i].classes, MAGNITUDE, true);
        assert_int_equal(k.source.p->round_count, 1 + cases[i].levels * (COMPARE_ROUNDS + 1) + 1);
        close_labelled(&k);
        free(x);
    }
}

/* The program opens one value to the user, the label, with no bit of a logit in it. */
static void only_the_label_is_opened(void **state)
{
    static const struct {
        size_t classes;
        unsigned bits; /* of a signed number of 0 .. classes - 1 */
    } cases[] = {{2, 2}, {3, 3}, {5, 4}, {64, 7}};

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct labelled k = {0};
        int64_t *x = make_logits(cases[i].classes, 30);
        size_t opened = 0;

        open_labelled(&k, x, cases[i].classes, 30, false);
        const struct program *p = k.source.p;
        for (size_t s = 0; s < p->step_count; s++) {
            const struct value *v = &p->values[p->steps[s].out];

            if (p->steps[s].operations->is_revealed) {
                opened++;
                assert_int_equal(v->dims.count, ROWS);
                assert_int_equal(v->fraction, 0);
                assert_int_equal(v->ring, cases[i].bits);
                assert_int_equal(p->costs[s].provider_bits[0], ROWS * cases[i].bits);
                assert_int_equal(p->costs[s].user_bits[0], 0);
            }
        }
        assert_int_equal(opened, 1);
        assert_int_equal(p->revealed, ROWS);
        close_labelled(&k);
        free(x);
    }
}

enum { SEEDS = 48 };

/* One link's bytes over all seeds. */
struct tally {
    size_t length;
    uint16_t *ones; /* by bit position */
    uint64_t bytes[256];
};

static void count(struct tally *t, const uint8_t *data, size_t length)
{
    if (t->ones == NULL) {
        t->length = length;
        t->ones = calloc(8 * length + 1, sizeof *t->ones);
    }
    assert_int_equal(t->length, length);
    for (size_t i = 0; i < length; i++) {
        t->bytes[data[i]]++;
        for (unsigned b = 0; b < 8; b++) {
            t->ones[8 * i + b] = (uint16_t) (t->ones[8 * i + b] + (data[i] >> b & 1));
        }
    }
}

static void judge(struct tally *t)
{
    const double expected = (double) (t->length * SEEDS) / 256;
    double chi = 0;

    /* 48 coins: outside 5 .. 43 with a chance of 1.5e-9 a position. */
    for (size_t i = 0; i < 8 * t->length; i++) {
        assert_in_range(t->ones[i], 5, SEEDS - 5);
    }
    for (size_t i = 0; i < 256; i++) {
        chi += ((double) t->bytes[i] - expected) * ((double) t->bytes[i] - expected) / expected;
    }
    /* 255 degrees of freedom: above 390 with a chance below 1e-7. */
    print_message("%zu bytes a run: chi-square %.0f\n", t->length, chi);
    assert_true(chi < 390);
    free(t->ones);
}

/* With the answer's own message: a share of a label that is known is as uniform as any. */
static void views_are_uniform(void **state)
{
    enum { CLASSES = 5, MAGNITUDE = 30 };
    struct labelled k = {0};
    struct tally provider = {0}, user = {0}, dealer = {0};
    int64_t *x = make_logits(CLASSES, MAGNITUDE);

    (void) state;
    open_labelled(&k, x, CLASSES, MAGNITUDE, false);
    for (uint8_t seed = 0; seed < SEEDS; seed++) {
        const uint8_t bytes[16] = {seed, 0xA5};
        struct recording r = {0};
        double got[ROWS];

        run(&k, bytes, &r, got);
        count(&provider, r.data[ROLE_PROVIDER][ROLE_USER], r.length[ROLE_PROVIDER][ROLE_USER]);
        count(&user, r.data[ROLE_USER][ROLE_PROVIDER], r.length[ROLE_USER][ROLE_PROVIDER]);
        count(&dealer, r.data[ROLE_USER][ROLE_DEALER], r.length[ROLE_USER][ROLE_DEALER]);
        assert_int_equal(r.length[ROLE_DEALER][ROLE_PROVIDER], 0);
        assert_int_equal(r.length[ROLE_DEALER][ROLE_USER], 0);
        recording_clear(&r);
    }
    judge(&provider);
    judge(&user);
    judge(&dealer);
    close_labelled(&k);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_exact),         cmocka_unit_test(ties_go_as_with_logits),
        cmocka_unit_test(one_class_is_refused),     cmocka_unit_test(levels_are_logarithmic),
        cmocka_unit_test(only_the_label_is_opened), cmocka_unit_test(views_are_uniform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
