/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The batch code of the private embedding: buckets, placing, and the whole of it against one-hot rows.
 */
#include "protocol/batch_code.h"

#include <stdlib.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "protocol/placement.h"
#include "protocol/weights.h"
#include "schedule/finish.h"
#include "support/shared_source.h"
#include "support/support.h"

static void buckets_are_one_of_each_third(void **state)
{
    (void) state;
    assert_int_equal(batch_code_buckets(1), 96);
    assert_int_equal(batch_code_buckets(56), 96);
    assert_int_equal(batch_code_buckets(57), 99); /* 97.5 and up to thirds */
    assert_int_equal(batch_code_buckets(128), 204);
    assert_int_equal(batch_code_buckets(512), 780);
    for (size_t row = 0; row < 1000; row++) {
        for (unsigned i = 0; i < CODE_COPIES; i++) {
            assert_in_range(batch_code_bucket(192, row, i), 64 * i, 64 * i + 63);
        }
        for (unsigned i = CODE_COPIES; i < CODE_WIDTH; i++) {
            assert_int_equal(batch_code_bucket(192, row, i), 192 + i - CODE_COPIES);
        }
    }
}

/* Fixed for all versions that speak one protocol: computed from SplitMix64's definition by hand
 * (scripts/batch-code-failures prints them). */
static void buckets_do_not_change(void **state)
{
    static const size_t rows[] = {0, 1, 101, 30521, 249999};
    static const size_t want[5][CODE_COPIES] = {
        {56, 91, 129}, {62, 70, 148}, {2, 88, 171}, {3, 64, 190}, {51, 88, 176}};
    (void) state;
    for (size_t r = 0; r < 5; r++) {
        for (unsigned i = 0; i < CODE_COPIES; i++) {
            assert_int_equal(batch_code_bucket(192, rows[r], i), want[r][i]);
        }
    }
}

/* Buckets are spread evenly: chi-square of 64 buckets, 63 degrees of freedom, above 124 with a chance of
 * 5e-6. */
static void buckets_are_even(void **state)
{
    (void) state;
    for (unsigned i = 0; i < CODE_COPIES; i++) {
        size_t count[64] = {0};
        double chi = 0;
        for (size_t row = 0; row < 30522; row++) {
            count[batch_code_bucket(192, row, i) - 64 * (size_t) i]++;
        }
        for (size_t b = 0; b < 64; b++) {
            const double expected = 30522.0 / 64, d = (double) count[b] - expected;
            chi += d * d / expected;
        }
        assert_true(chi < 124);
    }
}

enum { MOST = 600 };

struct placed {
    int32_t row_of[2 * MOST], slot[MOST];
};

/* Each id is asked of its bucket, which is one of its own; other buckets are empty. */
static void judge(const struct placed *p, size_t buckets, const int32_t *ids, size_t count)
{
    size_t used = 0, full = 0;
    bool seen[2 * MOST] = {false};
    for (size_t i = 0; i < count; i++) {
        bool is_own = false;
        assert_in_range(p->slot[i], 0, batch_code_asked(buckets) - 1);
        assert_int_equal(p->row_of[p->slot[i]], ids[i]);
        for (unsigned k = 0; k < CODE_WIDTH; k++) {
            is_own =
                is_own || batch_code_bucket(buckets, (size_t) ids[i], k) == (size_t) p->slot[i];
        }
        assert_true(is_own);
        used += !seen[p->slot[i]];
        seen[p->slot[i]] = true;
    }
    for (size_t b = 0; b < batch_code_asked(buckets); b++) {
        full += p->row_of[b] != -1;
    }
    assert_int_equal(used, full);
}

static void place(size_t buckets, const int32_t *ids, size_t count)
{
    static struct placed p;
    mpcf_error *err = mpcf_error_create();
    assert_ok(batch_code_place(buckets, ids, count, p.row_of, p.slot, err), err);
    judge(&p, buckets, ids, count);
    mpcf_error_destroy(err);
}

static void texts_are_placed(void **state)
{
    struct test_random random = {3};
    int32_t ids[MOST];
    (void) state;
    for (size_t count = 1; count <= 512; count = count * 3 / 2 + 1) {
        for (int vocabulary = 2; vocabulary < 300000; vocabulary = vocabulary * 7 + 1) {
            for (size_t i = 0; i < count; i++) {
                ids[i] = (int32_t) (test_random_u64(&random) % (uint64_t) vocabulary);
            }
            place(batch_code_buckets(count), ids, count);
        }
    }
    for (size_t i = 0; i < 512; i++) {
        ids[i] = i < 3 ? (int32_t) i : 0; /* nearly all padding */
    }
    place(batch_code_buckets(512), ids, 512);
}

/* The most ids that buckets can take, by trying all subsets: an independent count for few ids. */
static size_t most_placed(size_t buckets, const int32_t *ids, size_t n, size_t i, uint64_t taken)
{
    if (i == n) {
        return 0;
    }
    size_t most = most_placed(buckets, ids, n, i + 1, taken);
    for (unsigned k = 0; k < CODE_COPIES; k++) {
        const uint64_t bit = UINT64_C(1) << batch_code_bucket(buckets, (size_t) ids[i], k);
        if ((taken & bit) == 0) {
            const size_t with = 1 + most_placed(buckets, ids, n, i + 1, taken | bit);
            most = with > most ? with : most;
        }
    }
    return most;
}

/* Few buckets, nearly as many ids: what cannot be placed is refused, and only that. */
static void what_fits_is_placed_and_the_rest_refused(void **state)
{
    enum { BUCKETS = 6 };
    struct test_random random = {9};
    static struct placed p;
    size_t refused = 0;
    mpcf_error *err = mpcf_error_create();
    (void) state;
    for (int run = 0; run < 400; run++) {
        int32_t ids[8];
        const size_t n = 5 + (size_t) run % 4; /* 8 are too many */
        for (size_t i = 0; i < n; i++) {
            ids[i] = (int32_t) (8 * (test_random_u64(&random) % 1000) + i);
        }
        const bool fits = n - most_placed(BUCKETS, ids, n, 0, 0) <= CODE_STASH;
        const mpcf_status status = batch_code_place(BUCKETS, ids, n, p.row_of, p.slot, err);
        assert_int_equal(status, fits ? MPCF_OK : MPCF_E_INVALID);
        if (fits) {
            judge(&p, BUCKETS, ids, n);
        } else {
            assert_non_null(strstr(mpcf_error_text(err), "nothing of it was sent"));
            refused++;
        }
        mpcf_error_reset(err);
    }
    assert_in_range(refused, 20, 380);
    mpcf_error_destroy(err);
}

/* --- The steps --- */

enum { BATCH = 2, TOKENS = 8, IDS = BATCH * TOKENS, ROWS = 200, COLUMNS = 5, RING = 40 };

static struct step *add_user(struct program *p, enum step_kind kind, struct dims dims,
                             size_t groups, value_id *out)
{
    *out = test_value(p, VALUE_USER, dims, 64, 0, 2, "user");
    struct step *s = program_add_step(p, kind, *out, NULL, 0);
    s->input = "input_ids";
    if (kind != STEP_USER_ONE_HOT) {
        s->table_rows = ROWS;
        s->groups = groups;
        s->buckets = batch_code_buckets(IDS / groups);
    }
    return s;
}

static value_id one_hot(struct program *p, value_id table)
{
    const struct dims hot = test_dims(1, BATCH, TOKENS, ROWS);
    value_id x;
    (void) add_user(p, STEP_USER_ONE_HOT, hot, 0, &x);
    value_id masked = test_step(p, STEP_MASKED, x, 0, false, VALUE_MASKED, hot, RING, 0, 2, "m");
    value_id y = test_step(p, STEP_LINEAR, masked, table, true, VALUE_SHARED,
                           test_dims(1, BATCH, TOKENS, COLUMNS), RING, 0, 30, "one-hot");
    p->steps[p->step_count - 1].transposed = true;
    return y;
}

static value_id coded(struct program *p, value_id table, size_t groups)
{
    const struct dims places = test_dims(1, groups, ROWS, CODE_WIDTH);
    const size_t buckets = batch_code_buckets(IDS / groups), asked = batch_code_asked(buckets);
    value_id x, at;
    (void) add_user(p, STEP_USER_BUCKETS, places, groups, &x);
    value_id masked = test_step(p, STEP_MASKED, x, 0, false, VALUE_MASKED, places, RING, 0, 2, "m");
    value_id sums = test_step(p, STEP_BUCKET_SUMS, masked, table, true, VALUE_SHARED,
                              test_dims(1, groups, asked, COLUMNS), RING, 0, 30, "sums");
    p->steps[p->step_count - 1].buckets = buckets;
    p->steps[p->step_count - 1].groups = groups;
    (void) add_user(p, STEP_USER_SLOTS, test_dims(1, BATCH, TOKENS, asked), groups, &at);
    return test_step(p, STEP_USER_MATMUL, at, sums, true, VALUE_SHARED,
                     test_dims(1, BATCH, TOKENS, COLUMNS), RING, 0, 30, "coded");
}

/* All three roles, one-hot rows and batch codes side by side: one answer, to the unit, and the table's. */
static void check_ids(const int32_t *ids)
{
    enum { COUNT = IDS * COLUMNS };
    struct shared_source s = {.rows = IDS, .columns = COLUMNS};
    int64_t got[3 * COUNT], expected[3 * COUNT];
    int64_t *numbers = source_numbers(ROWS * (size_t) COLUMNS, 30, 5);
    s.p = program_create(NULL, BATCH, TOKENS, true);
    s.ids = malloc(IDS * sizeof *s.ids);
    memcpy(s.ids, ids, IDS * sizeof *s.ids);
    s.input = (struct secure_input){.input_ids = s.ids};
    value_id table = source_provider(&s, test_dims(1, 1, ROWS, COLUMNS), numbers, 30);
    value_id revealed[3] = {one_hot(s.p, table), coded(s.p, table, 1), coded(s.p, table, 2)};
    source_run(&s, revealed, 3, got, expected);
    for (size_t i = 0; i < COUNT; i++) {
        const int64_t want = numbers[(size_t) ids[i / COLUMNS] * COLUMNS + i % COLUMNS];
        for (size_t form = 0; form < 3; form++) {
            assert_int_equal(got[form * COUNT + i], want);
            assert_int_equal(expected[form * COUNT + i], want);
        }
    }
    source_clear(&s);
}

static void a_code_gives_what_one_hot_rows_give(void **state)
{
    struct test_random random = {17};
    int32_t ids[IDS];
    (void) state;
    for (size_t i = 0; i < IDS; i++) {
        ids[i] = (int32_t) (test_random_u64(&random) % ROWS);
    }
    check_ids(ids); /* any */
    for (size_t i = 0; i < IDS; i++) {
        ids[i] = (int32_t) (ROWS - 1 - i);
    }
    check_ids(ids); /* all distinct, the last row among them */
    for (size_t i = 0; i < IDS; i++) {
        ids[i] = i % TOKENS < 3 ? (int32_t) i : 0;
    }
    check_ids(ids); /* padded */
    memset(ids, 0, sizeof ids);
    check_ids(ids); /* all the same */
}

/* The masked table and the corrections of a code from the disk, also in a later process. */
static void a_stored_session_has_codes(void **state)
{
    enum { COUNT = IDS * COLUMNS };
    struct shared_source s = {.rows = IDS, .columns = COLUMNS};
    mpcf_error *err = mpcf_error_create();
    double got[COUNT];
    int64_t *numbers = source_numbers(ROWS * (size_t) COLUMNS, 30, 6);
    (void) state;
    s.p = program_create(NULL, BATCH, TOKENS, true);
    s.ids = calloc(IDS, sizeof *s.ids);
    for (size_t i = 0; i < IDS; i++) {
        s.ids[i] = (int32_t) (i * i % ROWS);
    }
    s.input = (struct secure_input){.input_ids = s.ids};
    value_id table = source_provider(&s, test_dims(1, 1, ROWS, COLUMNS), numbers, 30);
    (void) test_reveal(s.p, coded(s.p, table, 2));
    assert_ok(program_finish(s.p, err), err);
    char *folders[2] = {file_join(test_folder(), "provider"), file_join(test_folder(), "user")};
    struct weights *w = source_weights(&s);
    struct test_parties t = {.program = s.p, .weights = w, .input = &s.input, .output = got};
    t.stores[0] = folders[0];
    t.stores[1] = folders[1];
    t.inferences = 1;
    for (size_t run = 0; run < 2; run++) {
        t.deal_ahead = run == 0 ? 2 : 0; /* 0: the session is taken up */
        memset(got, 0, sizeof got);
        test_parties_run(&t);
        test_parties_assert_ok(&t);
        for (size_t i = 0; i < COUNT; i++) {
            const size_t id = (size_t) s.ids[i / COLUMNS];
            assert_int_equal((int64_t) got[i], numbers[id * COLUMNS + i % COLUMNS]);
        }
        test_parties_clear(&t);
    }
    weights_destroy(w);
    mpcf_free(folders[0]);
    mpcf_free(folders[1]);
    source_clear(&s);
    mpcf_error_destroy(err);
}

/* --- What is refused --- */

struct broken {
    const char *what;
    enum step_kind kind; /* whose last step is changed */
    void (*change)(struct program *p, struct step *s);
};

static void odd_buckets(struct program *p, struct step *s)
{
    (void) p;
    s->buckets++;
}

static void no_groups(struct program *p, struct step *s)
{
    (void) p;
    s->groups = 0;
}

static void more_rows(struct program *p, struct step *s)
{
    if (s->in_count == 0) {
        s->table_rows++;
    } else {
        p->values[s->in[0]].dims.dim[2]++;
        p->values[s->in[0]].dims.count =
            p->values[s->in[0]].dims.dim[1] * p->values[s->in[0]].dims.dim[2] * CODE_WIDTH;
    }
}

static void wide_result(struct program *p, struct step *s)
{
    p->values[s->out].dims.dim[3]++;
    p->values[s->out].dims.count += p->values[s->out].dims.count / COLUMNS;
}

static void narrow_operand(struct program *p, struct step *s)
{
    p->values[s->in[s->kind == STEP_USER_MATMUL]].ring = RING - 1;
}

static void programs_of_wrong_sizes_are_refused(void **state)
{
    static const struct broken cases[] = {
        {"buckets that are no thirds", STEP_USER_BUCKETS, odd_buckets},
        {"no groups", STEP_USER_BUCKETS, no_groups},
        {"a table of other rows", STEP_USER_BUCKETS, more_rows},
        {"another shape", STEP_USER_BUCKETS, wide_result},
        {"buckets that are no thirds", STEP_USER_SLOTS, odd_buckets},
        {"no groups", STEP_USER_SLOTS, no_groups},
        {"another shape", STEP_USER_SLOTS, wide_result},
        {"buckets that are no thirds", STEP_BUCKET_SUMS, odd_buckets},
        {"no groups", STEP_BUCKET_SUMS, no_groups},
        {"a table of other rows", STEP_BUCKET_SUMS, more_rows},
        {"another shape", STEP_BUCKET_SUMS, wide_result},
        {"a narrower operand", STEP_BUCKET_SUMS, narrow_operand},
        {"another shape", STEP_USER_MATMUL, wide_result},
        {"a narrower operand", STEP_USER_MATMUL, narrow_operand},
    };
    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mpcf_error *err = mpcf_error_create();
        struct program *p = program_create(NULL, BATCH, TOKENS, true);
        value_id table = test_provider(p, test_dims(1, 1, ROWS, COLUMNS), 0, 30, "w");
        (void) test_reveal(p, coded(p, table, 1));
        for (size_t k = 0; k < p->step_count; k++) {
            if (p->steps[k].kind == cases[i].kind) {
                cases[i].change(p, &p->steps[k]);
            }
        }
        if (program_finish(p, err) != MPCF_E_INTERNAL) {
            fail_msg("%s with %s was taken", step_name(cases[i].kind), cases[i].what);
        }
        program_destroy(p);
        mpcf_error_destroy(err);
    }
}

/* FIRST[0 .. N - 1]: rows that share their three buckets, which rows of a large vocabulary do. */
static size_t rows_that_share(size_t vocabulary, size_t n, int32_t *first)
{
    for (size_t row = 0; row < vocabulary; row++) {
        size_t found = 0;
        for (size_t r = row; r < vocabulary && found < n; r++) {
            bool is_same = true;
            for (unsigned i = 0; i < CODE_COPIES; i++) {
                is_same = is_same && batch_code_bucket(96, r, i) == batch_code_bucket(96, row, i);
            }
            if (is_same) {
                first[found++] = (int32_t) r;
            }
        }
        if (found == n) {
            return n;
        }
    }
    return 0;
}

/* One more than their buckets and the stash hold: told before anything is sent. */
static void a_text_without_a_place_is_refused_at_once(void **state)
{
    enum { VOCABULARY = 250000, SHARING = CODE_COPIES + CODE_STASH + 1 };
    int32_t ids[IDS];
    mpcf_error *err = mpcf_error_create();
    struct placements *placements = NULL;
    (void) state;
    assert_int_equal(rows_that_share(VOCABULARY, SHARING, ids), SHARING);
    for (size_t i = SHARING; i < IDS; i++) {
        ids[i] = ids[1];
    }
    struct program *p = program_create(NULL, BATCH, TOKENS, true);
    value_id x;
    add_user(p, STEP_USER_BUCKETS, test_dims(1, 1, VOCABULARY, CODE_WIDTH), 1, &x)->table_rows =
        VOCABULARY;
    const struct secure_input input = {.input_ids = ids};
    assert_status(MPCF_E_INVALID, placements_create(p, &input, &placements, err), err);
    assert_non_null(strstr(mpcf_error_text(err), "nothing of it was sent"));
    mpcf_error_reset(err);
    ids[0] = ids[1]; /* a word less */
    assert_ok(placements_create(p, &input, &placements, err), err);
    placements_destroy(placements);
    ids[0] = VOCABULARY;
    assert_status(MPCF_E_INVALID, placements_create(p, &input, &placements, err), err);
    assert_non_null(strstr(mpcf_error_text(err), "outside"));
    program_destroy(p);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_are_one_of_each_third),
        cmocka_unit_test(buckets_do_not_change),
        cmocka_unit_test(buckets_are_even),
        cmocka_unit_test(texts_are_placed),
        cmocka_unit_test(what_fits_is_placed_and_the_rest_refused),
        cmocka_unit_test(a_code_gives_what_one_hot_rows_give),
        cmocka_unit_test(a_stored_session_has_codes),
        cmocka_unit_test(programs_of_wrong_sizes_are_refused),
        cmocka_unit_test(a_text_without_a_place_is_refused_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
