/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each party receives says nothing: for fixed, extreme inputs and many seeds, every message
 * of every step is uniform, bit by bit and byte by byte, and no mask comes twice.
 *
 * Nothing is revealed in these programs, so whatever arrives is under a mask.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/weights.h"
#include "schedule/finish.h"
#include "support/recording.h"
#include "support/shared_source.h"
#include "support/support.h"

#define ROWS    16
#define COLUMNS 32 /* whole words, so that no array has padding bits */
#define SEEDS   48

static void run(struct shared_source *s, const struct weights *w, uint8_t seed, size_t inferences,
                struct recording *r)
{
    uint8_t bytes[16] = {seed, 0x5A};
    struct test_parties t = {
        .program = s->p, .weights = w, .tables = w, .input = &s->input, .seed = bytes};
    t.inferences = inferences;
    t.wrap = recording_wrap;
    t.wrap_context = r;
    test_parties_run(&t);
    test_parties_assert_ok(&t);
    test_parties_clear(&t);
}

/* One link's bytes over all seeds. */
struct tally {
    size_t length, seeds;
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
    t->seeds++;
}

static void judge(const struct tally *t)
{
    double expected = (double) (t->length * t->seeds) / 256, chi = 0;
    /* 48 coins: outside 5 .. 43 with a chance of 1.5e-9 a position, some 10^6 of them. */
    for (size_t i = 0; i < 8 * t->length; i++) {
        assert_in_range(t->ones[i], 5, SEEDS - 5);
    }
    for (int i = 0; i < 256; i++) {
        chi += ((double) t->bytes[i] - expected) * ((double) t->bytes[i] - expected) / expected;
    }
    /* 255 degrees of freedom: above 390 with a chance below 1e-7. */
    print_message("%zu bytes a run: chi-square %.0f\n", t->length, chi);
    assert_true(chi < 390);
}

static void views_are_uniform_over_seeds(void **state)
{
    (void) state;
    struct shared_source s;
    mpcf_error *err = mpcf_error_create();
    struct tally tallies[3] = {{0}};
    source_every_step(&s, ROWS, COLUMNS);
    assert_ok(program_finish(s.p, err), err);
    struct weights *w = source_weights(&s);
    for (uint8_t seed = 0; seed < SEEDS; seed++) {
        struct recording r = {0};
        run(&s, w, seed, 1, &r);
        count(&tallies[0], r.data[ROLE_PROVIDER][ROLE_USER], r.length[ROLE_PROVIDER][ROLE_USER]);
        count(&tallies[1], r.data[ROLE_USER][ROLE_PROVIDER], r.length[ROLE_USER][ROLE_PROVIDER]);
        count(&tallies[2], r.data[ROLE_USER][ROLE_DEALER], r.length[ROLE_USER][ROLE_DEALER]);
        assert_int_equal(r.length[ROLE_DEALER][ROLE_PROVIDER], 0);
        assert_int_equal(r.length[ROLE_DEALER][ROLE_USER], 0);
        recording_clear(&r);
    }
    for (int i = 0; i < 3; i++) {
        judge(&tallies[i]);
        free(tallies[i].ones);
    }
    weights_destroy(w);
    source_clear(&s);
    mpcf_error_destroy(err);
}

static int compare_words(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;
    return (x > y) - (x < y);
}

/* All inputs equal in all inferences: two messages under one mask would share their words. */
static void no_mask_is_used_twice(void **state)
{
    (void) state;
    struct shared_source s;
    struct recording r = {0};
    mpcf_error *err = mpcf_error_create();
    source_every_step(&s, ROWS, COLUMNS);
    assert_ok(program_finish(s.p, err), err);
    struct weights *w = source_weights(&s);
    run(&s, w, 1, 3, &r);
    for (int by = 0; by < 2; by++) {
        size_t n = r.length[by][1 - by] / 8, m = r.length[by][ROLE_DEALER] / 8;
        uint64_t *words = calloc(n + m, sizeof *words);
        memcpy(words, r.data[by][1 - by], 8 * n);
        memcpy(words + n, r.data[by][ROLE_DEALER], 8 * m);
        qsort(words, n + m, sizeof *words, compare_words);
        for (size_t i = 1; i < n + m; i++) {
            assert_true(words[i] != words[i - 1]);
        }
        free(words);
    }
    recording_clear(&r);
    weights_destroy(w);
    source_clear(&s);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_are_uniform_over_seeds),
        cmocka_unit_test(no_mask_is_used_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
