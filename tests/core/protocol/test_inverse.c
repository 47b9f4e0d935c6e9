/* SPDX-License-Identifier: Apache-2.0 */
/*
 * INVERSE and its keys: shares that add up to 1/x and 1/sqrt(x) within the stated error, for all x at the edges
 * of octaves and intervals, whatever the mask; keys and shares as an independent simulation has them; and what
 * the step leaves between three parties. MPCF_INVERSES says how many of the first (default 200,000).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "protocol/integer.h"
#include "protocol/inverse_pieces.h"
#include "support/cpu_levels.h"
#include "support/shared_source.h"
#include "support/support.h"
#include "support/vectors.h"

enum { WORDS_MAX = 2 * 64, PAYLOADS_MAX = 3 * 32 };

struct keys {
    uint64_t r[TREE_ROWS], x[TREE_ROWS], c[TREE_ROWS];
    uint64_t seeds[2][2 * TREE_ROWS];
    uint64_t words[WORDS_MAX * TREE_ROWS], payloads[PAYLOADS_MAX * TREE_ROWS];
    uint64_t out[2][TREE_ROWS];
};

static struct prg_key hash_key(uint8_t first)
{
    const uint8_t seed[16] = {first, 2, 3};
    struct prg_key key;

    prg_key_expand(&key, seed);
    return key;
}

/* X at an edge of an octave or of an interval, or anywhere: from 2^(finest + 4) on. */
static uint64_t some_x(struct test_random *random, unsigned bits, unsigned finest)
{
    const unsigned low = finest + TREE_SPLIT_BITS;
    const unsigned octave = low + (unsigned) (test_random_u64(random) % (bits - 1 - low));
    const uint64_t begin = (uint64_t) 1 << octave;
    const uint64_t piece = (test_random_u64(random) % 16) << (octave - TREE_SPLIT_BITS);

    switch (test_random_u64(random) % 5) {
    case 0:
        return begin + piece;
    case 1:
        return 2 * begin - 1 - piece;
    case 2:
        return begin;
    default:
        return begin + test_random_u64(random) % begin;
    }
}

/* A mask that is anything, or such that r or c is at an edge of intervals. */
static uint64_t some_r(struct test_random *random, unsigned bits, uint64_t x)
{
    const uint64_t r = test_random_u64(random) & ring_mask(bits);
    const uint64_t edge = r & ~ring_mask((unsigned) (test_random_u64(random) % bits));

    switch (test_random_u64(random) % 4) {
    case 0:
        return edge;
    case 1:
        return (edge - x) & ring_mask(bits);
    case 2:
        return (edge - 1) & ring_mask(bits);
    default:
        return r;
    }
}

static void walk_both(const struct tree *t, const struct prg_key *hash,
                      const struct tree_function *p, struct keys *k, size_t n)
{
    uint64_t *const seeds[2] = {k->seeds[0], k->seeds[1]};

    tree_deal(t, hash, k->r, seeds, n, k->words, k->payloads);
    for (int role = ROLE_PROVIDER; role <= ROLE_USER; role++) {
        tree_walk(t, hash, (enum role) role, k->c, k->seeds[role], k->words, k->payloads, n, p,
                  k->out[role]);
    }
}

struct worst {
    double relative, units; /* of results above and below 2^32 units */
};

static void judge(const struct keys *k, size_t i, bool is_root, unsigned finest, unsigned ring,
                  int64_t scale, struct worst *w)
{
    const double m = ldexp((double) k->x[i], -(int) finest);
    const double want = (double) scale / (is_root ? sqrt(m) : m);
    const double got =
        (double) (int64_t) ring_sign_extend(k->out[ROLE_PROVIDER][i] + k->out[ROLE_USER][i], ring);
    const double error = fabs(got - want);

    if (error > INVERSE_UNITS + ldexp(want, -INVERSE_BITS)) {
        fail_msg("x %llu, r %llu, finest %u, root %d: %.1f, expected %.1f",
                 (unsigned long long) k->x[i], (unsigned long long) k->r[i], finest, is_root, got,
                 want);
    }
    w->relative = fmax(w->relative, want >= ldexp(1, 32) ? error / want : 0);
    w->units = fmax(w->units, want < ldexp(1, 32) ? error : 0);
}

/* The scale is what gives the smallest result 27 bits, as far as the ring has room. */
static void check_shape(unsigned bits, unsigned finest, bool is_root, size_t count, uint64_t seed,
                        struct worst *w)
{
    const struct prg_key hash = hash_key((uint8_t) seed);
    const unsigned octaves = bits - 1 - finest;
    const unsigned scale_bits = 27 + (is_root ? (octaves + 1) / 2 : octaves);
    const int64_t scale = (int64_t) 1 << (scale_bits > 50 ? 50 : scale_bits);
    const unsigned ring = seed % 2 == 0 ? 64 : scale_bits - (is_root ? 0 : 2);
    const struct tree t = tree_of(bits, finest, ring > 64 ? 64 : ring);
    struct test_random random = {seed};
    static struct tree_function p;
    static struct keys k;

    inverse_pieces_make(&p, is_root, scale);
    for (size_t done = 0; done < count; done += TREE_ROWS) {
        const size_t n = 1 + done % TREE_ROWS == 0 ? 3 : TREE_ROWS;
        for (size_t i = 0; i < n; i++) {
            k.x[i] = some_x(&random, bits, finest);
            k.r[i] = some_r(&random, bits, k.x[i]);
            k.c[i] = (k.x[i] + k.r[i]) & ring_mask(bits);
        }
        for (size_t i = 0; i < 4 * TREE_ROWS; i++) {
            k.seeds[i % 2][i / 2] = test_random_u64(&random);
        }
        walk_both(&t, &hash, &p, &k, n);
        for (size_t i = 0; i < n; i++) {
            judge(&k, i, is_root, finest, t.ring, scale, w);
        }
    }
}

static void shares_add_up_within_the_stated_error(void **state)
{
    static const unsigned shapes[][2] = {{31, 11}, {32, 11}, {26, 12}, {27, 13}, {46, 11},
                                         {20, 14}, {21, 14}, {12, 0},  {40, 20}, {30, 2}};
    enum { SHAPES = sizeof shapes / sizeof *shapes };
    const char *wish = getenv("MPCF_INVERSES");
    const size_t wanted = wish != NULL ? strtoull(wish, NULL, 10) : 200000;
    struct worst worst[2] = {{0}};
    const int64_t start = clock_now_ns();

    (void) state;
    for (size_t i = 0; i < 2 * (size_t) SHAPES; i++) {
        check_shape(shapes[i / 2][0], shapes[i / 2][1], i % 2 == 1, wanted / (2 * SHAPES), 3 + i,
                    &worst[i % 2]);
    }
    print_message("%zu inverses: 1/x within 2^%.1f or %.0f units, 1/sqrt(x) within 2^%.1f or %.0f "
                  "units; %.1f us each\n",
                  wanted, log2(worst[0].relative), worst[0].units, log2(worst[1].relative),
                  worst[1].units, 1e6 * clock_seconds_since(start) / (double) wanted);
}

/* --- An independent simulation's keys and shares --- */

static uint64_t hex_bytes(const json_t *text, uint8_t *out, size_t length)
{
    const char *digits = json_string_value(text);
    uint64_t first = 0;

    assert_int_equal(strlen(digits), 2 * length);
    for (size_t i = 0; i < length; i++) {
        const char byte[3] = {digits[2 * i], digits[2 * i + 1], '\0'};
        const uint64_t value = strtoull(byte, NULL, 16);
        out[i] = (uint8_t) value;
        first |= i < 8 ? value << (8 * i) : 0;
    }
    return first;
}

/* A block's two words. */
static void hex_words(const json_t *text, uint64_t *out)
{
    uint8_t bytes[16];

    out[0] = hex_bytes(text, bytes, sizeof bytes);
    out[1] = 0;
    for (size_t i = 0; i < 8; i++) {
        out[1] |= (uint64_t) bytes[8 + i] << (8 * i);
    }
}

static uint64_t number_of(const json_t *of, const char *name)
{
    return (uint64_t) json_integer_value(json_object_get(of, name));
}

static void compare_shares(const json_t *want, const struct tree *t, const struct prg_key *hash,
                           bool is_root, struct keys *k)
{
    static struct tree_function p;
    const json_t *shares = json_object_get(want, "shares");
    uint8_t bytes[8];

    inverse_pieces_make(&p, is_root, (int64_t) number_of(want, "scale"));
    walk_both(t, hash, &p, k, 1);
    for (size_t role = 0; role < 2; role++) {
        assert_true((k->out[role][0] & ring_mask(t->ring)) ==
                    hex_bytes(json_array_get(shares, role), bytes, 8));
    }
}

static void compare_case(const json_t *want)
{
    const struct tree t =
        tree_of((unsigned) number_of(want, "bits"), (unsigned) number_of(want, "finest"),
                (unsigned) number_of(want, "ring"));
    const json_t *words = json_object_get(want, "words");
    const json_t *payloads = json_object_get(want, "payloads");
    static struct keys k;
    struct prg_key hash;
    uint8_t bytes[16];

    (void) hex_bytes(json_object_get(want, "hash"), bytes, sizeof bytes);
    prg_key_expand(&hash, bytes);
    k.r[0] = number_of(want, "r");
    k.c[0] = (number_of(want, "x") + k.r[0]) & ring_mask(t.bits);
    for (size_t role = 0; role < 2; role++) {
        hex_words(json_array_get(json_object_get(want, "seeds"), role), k.seeds[role]);
    }
    compare_shares(json_object_get(want, "inverse"), &t, &hash, false, &k);
    compare_shares(json_object_get(want, "root"), &t, &hash, true, &k);
    assert_int_equal(tree_words(&t), 2 * json_array_size(words));
    for (size_t i = 0; i < json_array_size(words); i++) {
        uint64_t word[2];
        hex_words(json_array_get(words, i), word);
        assert_memory_equal(word, k.words + 2 * i, sizeof word);
    }
    assert_int_equal(tree_payloads(&t), json_array_size(payloads));
    for (size_t i = 0; i < json_array_size(payloads); i++) {
        assert_true((k.payloads[i] & ring_mask(t.ring)) ==
                    hex_bytes(json_array_get(payloads, i), bytes, 8));
    }
}

static void check_simulation(void)
{
    json_t *cases = vector_json("inverse/keys.json");

    assert_true(json_array_size(cases) >= 15);
    for (size_t i = 0; i < json_array_size(cases); i++) {
        compare_case(json_array_get(cases, i));
    }
    json_decref(cases);
}

static void keys_and_shares_are_a_simulations(void **state)
{
    (void) state;
    on_every_level(check_simulation);
}

/* Below the least x of the range. */
static void small_operands_stay_bounded(void **state)
{
    enum { BITS = 24, FINEST = 6 };
    const struct tree t = tree_of(BITS, FINEST, 64);
    const struct prg_key hash = hash_key(9);
    const double largest = ldexp(1, 40 - TREE_SPLIT_BITS);
    struct test_random random = {4};
    static struct tree_function p;
    static struct keys k;

    (void) state;
    inverse_pieces_make(&p, false, (int64_t) 1 << 40);
    for (size_t x = 0; x < 1 << (FINEST + TREE_SPLIT_BITS); x++) {
        for (size_t i = 0; i < TREE_ROWS; i++) {
            k.x[i] = x;
            k.r[i] = some_r(&random, BITS, x);
            k.c[i] = (x + k.r[i]) & ring_mask(BITS);
            k.seeds[0][i] = test_random_u64(&random);
            k.seeds[1][i] = test_random_u64(&random);
        }
        walk_both(&t, &hash, &p, &k, TREE_ROWS);
        for (size_t i = 0; i < TREE_ROWS; i++) {
            const double got = (double) (int64_t) (k.out[0][i] + k.out[1][i]);
            assert_true(got >= largest * (1 - 1e-4) && got <= largest * (1 + 1e-4) * 16 / 15);
        }
    }
}

/* Between three parties, whether the user's share is known before or not. */
static void three_parties_agree_with_the_reference(void **state)
{
    enum { ROWS = 9, COLUMNS = 15, COUNT = ROWS * COLUMNS };
    struct test_random random = {11};
    int64_t x[COUNT], out[4 * COUNT], expected[4 * COUNT];
    struct shared_source s;
    value_id y[4];

    (void) state;
    for (size_t i = 0; i < COUNT; i++) {
        x[i] = (int64_t) some_x(&random, 29, 11);
    }
    source_init(&s, ROWS, COLUMNS);
    for (size_t i = 0; i < 4; i++) {
        const value_id v = source_shared(&s, x, 40, 29, i % 2 == 0);
        y[i] = source_step(&s, STEP_INVERSE, v, 0, false, 48, 46);
        struct step *step = &s.p->steps[s.p->step_count - 1];
        step->finest = 11;
        step->is_root = i / 2 == 1;
        step->constant = (uint64_t) 1 << 46;
    }
    source_run(&s, y, 4, out, expected);
    for (size_t i = 0; i < 4 * (size_t) COUNT; i++) {
        assert_true(fabs((double) (out[i] - expected[i])) <=
                    INVERSE_UNITS + ldexp((double) expected[i], -INVERSE_BITS));
    }
    source_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_and_shares_are_a_simulations),
        cmocka_unit_test(shares_add_up_within_the_stated_error),
        cmocka_unit_test(small_operands_stay_bounded),
        cmocka_unit_test(three_parties_agree_with_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
