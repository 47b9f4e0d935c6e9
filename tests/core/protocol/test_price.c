/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The planner's price of a step is what is sent for it, to the bit; and what is computed is what
 * the plaintext reference says, to a unit.
 *
 * The cases come from the kinds themselves: all operands, results and parameters of a menu that a
 * kind's own check takes. Each is priced with rings under trial, as the search for rings does it,
 * then finished and run by three parties over channels that meter; the masks that it draws are
 * bounded as a session's limit supposes. A kind added to STEP_MAP is
 * tried without a change here.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lower/ring_trial.h"
#include "protocol/batch_code.h"
#include "protocol/step_table.h"
#include "schedule/finish.h"
#include "secure/cost.h"
#include "secure/reference.h"
#include "secure/session_limits.h"
#include "support/shared_source.h"
#include "support/streams.h"
#include "support/support.h"

enum {
    ROWS = 3,
    COLUMNS = 5,
    COUNT = ROWS * COLUMNS,
    THRESHOLDS = 2,
    LEVELS = 8,
    WAVE_NUMBERS = 6, /* two harmonics */
    BUCKETS = CODE_COPIES,
    REVEALED = THRESHOLDS * COUNT
};

/* --- The menu --- */

enum form {
    FORM_NONE,
    FORM_INDEPENDENT, /* shared [rows, columns], the user's share known before the run */
    FORM_DEPENDENT,
    FORM_ROWS, /* shared, one number a row */
    FORM_USER, /* the user's own [rows, rows] of 0 and 1 */
    FORM_MATRIX,
    FORM_VECTOR,             /* of the provider */
    FORM_BITS,               /* one row of bits */
    FORM_BIT_ROWS,           /* of each threshold one */
    FORM_MASKED_INDEPENDENT, /* masked, of such a value */
    FORM_MASKED_DEPENDENT,
    FORM_TABLE,  /* of the provider, [rows, columns] */
    FORM_PLACES, /* masked, of a batch code of that many rows */
    FORM_COUNT
};

/* Parameters that a kind may ask for; the others do not look at them. */
struct parameters_of_step {
    unsigned shift;
    bool transposed;
    size_t thresholds;
    const char *input;
    size_t table_rows, buckets, groups;
    uint64_t constant;
};

static const struct parameters_of_step parameters[] = {
    {.shift = 3},
    {.shift = 3, .transposed = true},
    {.shift = 1, .constant = 1 << 20},
    {.shift = 1, .constant = 1 << 20, .transposed = true},
    {.shift = 2, .constant = 1 << 20, .buckets = 4, .groups = 12},
    {.shift = 2, .constant = 1 << 20, .buckets = 16, .groups = 12},
    {.shift = 5, .thresholds = WAVE_NUMBERS},
    {.thresholds = 1},
    {.thresholds = THRESHOLDS},
    {.input = "input_ids"},
    {.input = "input_ids", .table_rows = ROWS},
    {.input = "positions", .table_rows = ROWS},
    {.input = "position_ids", .table_rows = ROWS + 1},
    {.input = "input_ids", .table_rows = ROWS, .buckets = BUCKETS, .groups = 1},
};
enum { PARAMETERS = sizeof parameters / sizeof parameters[0] };

static const enum value_kind kinds[] = {VALUE_SHARED, VALUE_BITS, VALUE_USER, VALUE_PROVIDER,
                                        VALUE_MASKED};
enum { KINDS = sizeof kinds / sizeof kinds[0], SHAPES = 11 };

static struct dims shape(size_t i)
{
    const struct dims shapes[SHAPES] = {
        test_dims(1, 1, ROWS, COLUMNS),    test_dims(1, 1, ROWS, ROWS),
        test_dims(1, 1, COLUMNS, COLUMNS), test_dims(1, 1, ROWS, 1),
        test_dims(1, 1, 1, COUNT),         test_dims(1, 1, THRESHOLDS, COUNT),
        test_dims(1, 1, 1, ROWS),          test_dims(1, 1, 1, COLUMNS),
        test_dims(1, 1, ROWS, CODE_WIDTH), test_dims(1, 1, BUCKETS + CODE_STASH, COLUMNS),
        test_dims(1, 1, ROWS, LEVELS - 1),
    };
    return shapes[i];
}

struct price_case {
    enum step_kind kind;
    enum form in[2];
    enum value_kind out;
    size_t shape, parameters;
};

/* --- A program around one step --- */

struct built {
    struct shared_source source;
    struct step *step;
};

static const int64_t thresholds[WAVE_NUMBERS] = {-1, 1, 3, -100, 5, 2};

static bool only_positive; /* operands of the kind that is tried */

static value_id shared(struct shared_source *s, unsigned magnitude, bool is_input_independent)
{
    int64_t *x = source_numbers(COUNT, magnitude, 7);
    for (size_t i = 0; only_positive && i < COUNT; i++) {
        x[i] = llabs(x[i]);
    }
    value_id v = source_shared(s, x, 64, magnitude, is_input_independent);
    free(x);
    return v;
}

static value_id provider(struct shared_source *s, struct dims dims)
{
    return source_provider(s, dims, source_numbers(dims.count, 2, 3), 2);
}

static value_id bits(struct shared_source *s, unsigned magnitude, size_t rows)
{
    value_id x = shared(s, magnitude, false);
    value_id v = test_step(s->p, STEP_COMPARE, x, 0, false, VALUE_BITS,
                           test_dims(1, 1, rows, COUNT), 1, 0, 2, "bits");
    struct step *compare = &s->p->steps[s->p->step_count - 1];
    compare->thresholds = arena_alloc(s->p->arena, rows, sizeof *compare->thresholds);
    compare->threshold_count = rows;
    return v;
}

static value_id places(struct shared_source *s)
{
    const struct dims dims = test_dims(1, 1, ROWS, CODE_WIDTH);
    value_id asked = test_value(s->p, VALUE_USER, dims, 64, 0, 2, "asked");
    struct step *step = program_add_step(s->p, STEP_USER_BUCKETS, asked, NULL, 0);
    step->input = "input_ids";
    step->table_rows = ROWS;
    step->buckets = BUCKETS;
    step->groups = 1;
    return test_step(s->p, STEP_MASKED, asked, 0, false, VALUE_MASKED, dims, 64, 0, 2, "masked");
}

static value_id operand(struct shared_source *s, enum form form, unsigned magnitude)
{
    bool is_independent = form == FORM_INDEPENDENT || form == FORM_MASKED_INDEPENDENT;
    switch (form) {
    case FORM_INDEPENDENT:
    case FORM_DEPENDENT:
        return shared(s, magnitude, is_independent);
    case FORM_ROWS:
        return test_step(s->p, STEP_ROW_SUM, shared(s, 2, false), 0, false, VALUE_SHARED,
                         test_dims(1, 1, ROWS, 1), 64, 0, magnitude + 3, "rows");
    case FORM_MATRIX:
        return provider(s, test_dims(1, 1, COLUMNS, COLUMNS));
    case FORM_VECTOR:
        return provider(s, test_dims(1, 1, 1, COLUMNS));
    case FORM_TABLE:
        return provider(s, shape(0));
    case FORM_PLACES:
        return places(s);
    case FORM_BITS:
        return bits(s, magnitude, 1);
    case FORM_BIT_ROWS:
        return bits(s, magnitude, THRESHOLDS);
    case FORM_MASKED_INDEPENDENT:
    case FORM_MASKED_DEPENDENT:
        return test_step(s->p, STEP_MASKED, shared(s, magnitude, is_independent), 0, false,
                         VALUE_MASKED, shape(0), 64, 0, magnitude, "masked");
    default:
        return s->one_hot;
    }
}

static void set_parameters(struct shared_source *s, const struct parameters_of_step *from,
                           struct step *step)
{
    step->shift = from->shift;
    step->constant = from->constant;
    step->transposed = from->transposed;
    step->input = from->input;
    step->table_rows = from->table_rows;
    step->buckets = from->buckets;
    step->groups = from->groups;
    step->threshold_count = from->thresholds;
    step->thresholds = arena_alloc(s->p->arena, WAVE_NUMBERS, sizeof *step->thresholds);
    memcpy(step->thresholds, thresholds, sizeof thresholds);
}

/* RING is what the result's range asks for, MAGNITUDE the operands'. */
static struct built build(const struct price_case *c, unsigned ring, unsigned magnitude)
{
    struct built b = {0};
    struct shared_source *s = &b.source;
    value_id in[2];
    size_t count = 0;
    source_init(s, ROWS, COLUMNS);
    memset(s->ids, 0, ROWS * sizeof *s->ids); /* ids of every table there may be */
    (void) program_function(s->p, "source");
    for (; count < 2 && c->in[count] != FORM_NONE; count++) {
        in[count] = operand(s, c->in[count], magnitude);
    }
    value_id out = test_value(s->p, c->out, shape(c->shape), 64, 0, ring, "tried");
    b.step = program_add_step(s->p, c->kind, out, in, count);
    b.step->function = program_function(s->p, "tried");
    set_parameters(s, &parameters[c->parameters], b.step);
    for (size_t i = 0; i < count; i++) {
        if (s->p->values[in[i]].dims.count == shape(c->shape).count) {
            b.step->views[i] = test_view(shape(c->shape), 1);
        }
    }
    s->p->values[out].may_wrap = true; /* modulo its ring, whatever the operands are */
    if (c->out == VALUE_SHARED) {
        s->p->values[test_reveal(s->p, out)].may_wrap = true;
    }
    if (count == 0) { /* what it may read: rows of a table, a constant */
        s->steps[s->count] = b.step->index;
        s->numbers[s->count++] = source_numbers(ROWS * (size_t) COUNT, 2, 5);
    }
    return b;
}

/* The kind's own check, in a program whose values know who makes them. */
static bool is_taken(const struct price_case *c)
{
    struct built b = build(c, 20, 4);
    struct program *p = b.source.p;
    for (size_t i = 0; i < p->step_count; i++) {
        p->values[p->steps[i].out].producer = p->steps[i].index;
    }
    steps_attach(p);
    bool is_taken = step_table[c->kind]->check(p, b.step) == NULL;
    source_clear(&b.source);
    return is_taken;
}

/* --- One case --- */

static uint64_t most_drawn; /* by a step, in words */

static unsigned widest_ring(const struct program *p)
{
    unsigned widest = 0;
    for (size_t i = 0; i < p->value_count; i++) {
        widest = p->values[i].ring > widest ? p->values[i].ring : widest;
    }
    return widest;
}

/* The rings that the search would give; false where 64 bits do not hold them. */
static bool price_under_trial(struct program *p, const struct step *s, struct step_cost *price)
{
    struct ring_trial trial;
    mpcf_error *err = mpcf_error_create();
    assert_ok(ring_trial_create(p, &named_networks[0].link, &trial, err), err);
    ring_trial_sweep(&trial);
    (void) ring_trial_price(&trial);
    step_cost(p, s, price);
    ring_trial_clear(&trial);
    mpcf_error_destroy(err);
    return widest_ring(p) <= 64;
}

/* Frames are booked where a round's first step sends. */
static uint64_t frames_of(const struct program *p, uint32_t function)
{
    uint64_t frames = 0;
    for (uint32_t i = 0; i < p->round_count; i++) {
        const struct round *r = &p->rounds[i];
        if (r->function == function && r->provider_bytes + r->user_bytes > 0) {
            frames += cost_message(r->provider_bytes) - r->provider_bytes;
            frames += cost_message(r->user_bytes) - r->user_bytes;
        }
    }
    return frames;
}

static void compare_with_meters(const struct test_parties *t, const struct step *s,
                                const struct step_cost *price)
{
    uint64_t online = 0;
    for (uint32_t i = 0; i < price->rounds; i++) {
        online += price->provider_bits[i] + price->user_bits[i];
    }
    for (int role = ROLE_PROVIDER; role <= ROLE_USER; role++) {
        const struct cost_line *line = &t->metered[role]->lines[s->function];
        uint64_t frames = frames_of(t->program, s->function);
        assert_int_equal(online, 8 * (line->online_bytes - frames));
        uint64_t offline = line->offline_bytes;
        bool is_first = offline > 0 && t->metered[role]->user_offline_bytes == offline;
        assert_int_equal(price->offline_bits,
                         8 * (is_first ? offline - cost_message(1) + 1 : offline));
    }
    assert_int_equal(cost_message(price->correction_bits / 8),
                     t->metered[ROLE_USER]->lines[s->function].dealer_bytes);
}

/* No step draws more masks than the bound of a session's streams counts for it. */
static void compare_with_streams(const struct program *p, const struct streams *drawn)
{
    for (size_t i = 0; i < p->step_count; i++) {
        uint64_t bound = step_mask_words(p, &p->steps[i]);
        for (int role = ROLE_PROVIDER; role <= ROLE_USER; role++) {
            uint64_t words = streams_words(drawn, (enum role) role, i);
            most_drawn = words > most_drawn ? words : most_drawn;
            if (words > bound) {
                fail_msg("%s draws %llu words under the %s's key, bounded by %llu",
                         step_name(p->steps[i].kind), (unsigned long long) words,
                         role_name((enum role) role), (unsigned long long) bound);
            }
        }
    }
}

/* What was revealed, SECURE, against the reference; integers of RING bits are exact in a double. */
static void compare_with_reference(const struct built *b, const struct weights *w,
                                   const double *secure, mpcf_error *err)
{
    const struct value *v = step_out(b->source.p, b->step);
    const struct step_operations *o = b->step->operations;
    const unsigned stated = o->units_of != NULL ? o->units_of(b->source.p, b->step) : o->units;
    const double units = stated > 1 ? stated : 1;
    double reference[REVEALED] = {0}, whole = ldexp(1, (int) v->ring);
    assert_ok(reference_run(b->source.p, w, &b->source.input, reference, NULL, NULL, NULL, err),
              err);
    for (size_t i = 0; v->kind == VALUE_SHARED && v->ring <= 50 && i < v->dims.count; i++) {
        double difference = remainder(secure[i] - reference[i], whole);
        const double part =
            o->relative_bits > 0 ? ldexp(fabs(reference[i]), -(int) o->relative_bits) : 0;
        if (fabs(difference) > units + part) {
            fail_msg("%s in %u bits, element %zu: %.0f, the reference says %.0f",
                     step_name(b->step->kind), v->ring, i, secure[i], reference[i]);
        }
    }
}

/* Both prices are tried: an operand's share is known before the run just where its form says so. */
static void compare_with_forms(const struct program *p, const struct price_case *c,
                               const struct step *s)
{
    for (size_t i = 0; i < s->in_count; i++) {
        const struct value *x = step_in(p, s, i);
        if (c->in[i] == FORM_MASKED_INDEPENDENT || c->in[i] == FORM_MASKED_DEPENDENT) {
            x = step_in(p, &p->steps[x->producer], 0);
        } else if (c->in[i] != FORM_INDEPENDENT && c->in[i] != FORM_DEPENDENT) {
            continue;
        }
        assert_int_equal(x->is_input_independent,
                         c->in[i] == FORM_INDEPENDENT || c->in[i] == FORM_MASKED_INDEPENDENT);
    }
}

/* What a step asks of an operand's ring is no more than it needs: one bit less is refused, or makes
 * it another step, without a message. One that sends nothing where its kind may has that behind it. */
static void assert_no_ring_narrower(struct program *p, const struct step *s)
{
    unsigned rounds = step_rounds(p, s);
    for (size_t i = 0; (s->operations->rounds == NULL || rounds > 0) && i < s->in_count; i++) {
        struct value *x = &p->values[s->in[i]];
        unsigned ring = x->ring, needed = step_ring_needed(p, s, i);
        if (needed < 2 || value_is_owned(x)) {
            continue;
        }
        x->ring = needed - 1;
        if (s->operations->check(p, s) == NULL && step_rounds(p, s) == rounds) {
            fail_msg("%s asks for %u bits of operand %zu, and works with less", step_name(s->kind),
                     needed, i);
        }
        x->ring = ring;
    }
}

/* false: rings beyond 64 bits. */
static bool check_case(const struct price_case *c, unsigned ring, unsigned magnitude)
{
    struct step_cost price;
    struct built b = build(c, ring, magnitude);
    struct program *p = b.source.p;
    mpcf_error *err = mpcf_error_create();
    bool is_possible = price_under_trial(p, b.step, &price);
    if (is_possible) {
        assert_ok(program_finish(p, err), err);
        assert_memory_equal(&price, &p->costs[b.step->index], sizeof price);
        compare_with_forms(p, c, b.step);
        assert_no_ring_narrower(p, b.step);
        struct weights *w = source_weights(&b.source);
        struct test_parties t = {.program = p, .weights = w, .tables = w};
        t.input = &b.source.input;
        double revealed[REVEALED] = {0};
        static struct streams drawn;
        drawn = (struct streams) STREAMS_NONE;
        t.output = revealed;
        t.observe = streams_observe;
        t.observe_context = &drawn;
        test_parties_run(&t);
        test_parties_assert_ok(&t);
        test_parties_assert_cost(&t);
        compare_with_meters(&t, b.step, &price);
        compare_with_streams(p, &drawn);
        compare_with_reference(&b, w, revealed, err);
        test_parties_clear(&t);
        weights_destroy(w);
    }
    source_clear(&b.source);
    mpcf_error_destroy(err);
    return is_possible;
}

/* --- All cases of a kind --- */

/* Cases whose operands have the same forms are tried in turn, one a ring. */
struct class
{
    struct price_case items[PARAMETERS * KINDS * SHAPES];
    size_t count;
};

static void find_class(enum step_kind kind, enum form a, enum form b, struct class *class)
{
    class->count = 0;
    for (size_t i = 0; i < PARAMETERS * (size_t) KINDS * SHAPES; i++) {
        struct price_case c = {.kind = kind, .in = {a, b}, .parameters = i % PARAMETERS};
        c.out = kinds[i / PARAMETERS % KINDS];
        c.shape = i / PARAMETERS / KINDS;
        if (is_taken(&c)) {
            class->items[class->count++] = c;
        }
    }
}

/* Every ring; the operands' numbers as wide as the result's, or narrow. */
static size_t try_class(const struct class *class)
{
    size_t tried = 0;
    for (unsigned ring = 1; class->count > 0 && ring <= 64; ring++) {
        unsigned wide = ring < 3 ? 3 : ring > 59 ? 59 : ring; /* 62 with a sum of rows */
        tried += check_case(&class->items[ring % class->count], ring, wide);
        tried += check_case(&class->items[(ring + 1) % class->count], ring, 3);
    }
    return tried;
}

static size_t try_kind(enum step_kind kind)
{
    static struct class class;
    size_t tried = 0;
    only_positive = step_table[kind]->takes_positive;
    for (int a = FORM_NONE; a < FORM_COUNT; a++) {
        for (int b = FORM_NONE; b < (a == FORM_NONE ? FORM_INDEPENDENT : FORM_COUNT); b++) {
            find_class(kind, (enum form) a, (enum form) b, &class);
            tried += try_class(&class);
        }
    }
    return tried;
}

static const char *only; /* of this kind alone, or NULL */

static void price_is_what_is_metered(void **state)
{
    size_t all = 0;
    (void) state;
    for (int kind = 0; kind < STEP_COUNT; kind++) {
        if (only != NULL && strcmp(step_name((enum step_kind) kind), only) != 0) {
            continue;
        }
        size_t tried = try_kind((enum step_kind) kind);
        print_message("%-16s %5zu cases\n", step_name((enum step_kind) kind), tried);
        assert_true(tried >= 60);
        all += tried;
    }
    assert_true(all > 0 && most_drawn > 0);
    print_message("%zu cases of %d kinds: price and meter agree\n", all,
                  only == NULL ? (int) STEP_COUNT : 1);
}

/* With the name of a kind: that one alone. */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(price_is_what_is_metered),
    };
    only = argc > 1 ? argv[1] : NULL;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
