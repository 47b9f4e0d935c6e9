/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "protocol/batch_code.h"
#include "support/shared_source.h"

enum { BUCKETS = 24 };

/* A private embedding by batch code. */
static void add_code(struct shared_source *s, size_t rows, size_t columns)
{
    const size_t asked = batch_code_asked(BUCKETS);
    const struct dims dims = test_dims(1, 1, rows, CODE_WIDTH);
    value_id table = source_provider(s, test_dims(1, 1, rows, columns),
                                     calloc(rows * columns, sizeof(int64_t)), 8);
    value_id wanted = test_value(s->p, VALUE_USER, dims, 40, 0, 2, "wanted");
    struct step *buckets = program_add_step(s->p, STEP_USER_BUCKETS, wanted, NULL, 0);
    buckets->input = "input_ids";
    buckets->table_rows = rows;
    buckets->buckets = BUCKETS;
    buckets->groups = 1;
    value_id masked =
        test_step(s->p, STEP_MASKED, wanted, 0, false, VALUE_MASKED, dims, 40, 0, 2, "m");
    value_id sums = test_step(s->p, STEP_BUCKET_SUMS, masked, table, true, VALUE_SHARED,
                              test_dims(1, 1, asked, columns), 40, 0, 8, "sums");
    s->p->steps[s->p->step_count - 1].buckets = BUCKETS;
    s->p->steps[s->p->step_count - 1].groups = 1;
    value_id at = test_value(s->p, VALUE_USER, test_dims(1, 1, rows, asked), 40, 0, 2, "slots");
    struct step *slots = program_add_step(s->p, STEP_USER_SLOTS, at, NULL, 0);
    slots->input = "input_ids";
    slots->table_rows = rows;
    slots->buckets = BUCKETS;
    slots->groups = 1;
    (void) test_step(s->p, STEP_USER_MATMUL, at, sums, true, VALUE_SHARED,
                     test_dims(1, 1, rows, columns), 40, 0, 8, "found");
}

static void add_inverse(struct shared_source *s, value_id x, bool is_root)
{
    (void) source_step(s, STEP_INVERSE, x, 0, false, 40, 30);
    struct step *inverse = &s->p->steps[s->p->step_count - 1];
    inverse->finest = 1;
    inverse->constant = (uint64_t) 1 << 30;
    inverse->is_root = is_root;
}

static void add_exp(struct shared_source *s, value_id x, value_id bits, bool has_bits)
{
    (void) test_step(s->p, STEP_EXP, x, bits, has_bits, VALUE_SHARED, s->p->values[x].dims, 60, 0,
                     50, "exp");
    struct step *exp = &s->p->steps[s->p->step_count - 1];
    exp->point = 8;
    exp->constant = (uint64_t) 1 << 40;
    exp->buckets = has_bits ? 4 : 16;
    exp->factor_bits = 24;
}

static void add_waves(struct shared_source *s, value_id x, unsigned ring)
{
    static int64_t numbers[8] = {7, 14, 4000, -300, 900, 12, 1, -2};
    (void) source_step(s, STEP_WAVES, x, 0, false, ring, ring);
    struct step *waves = &s->p->steps[s->p->step_count - 1];
    waves->turn = 13;
    waves->constant = 1 << 20;
    waves->thresholds = numbers;
    waves->threshold_count = 8;
}

static void add_lookups(struct shared_source *s, struct dims dims)
{
    const size_t rows = dims.dim[2];
    value_id found = test_value(s->p, VALUE_USER, dims, 40, 0, 32, "looked up");
    struct step *lookup = program_add_step(s->p, STEP_USER_LOOKUP, found, NULL, 0);
    lookup->input = "input_ids";
    lookup->table_rows = rows;
    s->steps[s->count] = lookup->index;
    s->numbers[s->count++] = calloc(rows * dims.dim[3], sizeof(int64_t));
    value_id places = test_value(s->p, VALUE_USER, test_dims(1, 1, rows, rows + 2), 40, 0, 2, "at");
    struct step *counted = program_add_step(s->p, STEP_USER_ONE_HOT, places, NULL, 0);
    counted->input = "position_ids";
    counted->row = 1;
}

void source_every_step(struct shared_source *s, size_t rows, size_t columns)
{
    static int64_t thresholds[2] = {-3, 500}, entries[256];
    size_t count = rows * columns;
    int64_t *x = malloc(count * sizeof *x);
    for (size_t i = 0; i < count; i++) {
        x[i] = i % 2 == 0 ? 2047 : -2047;
    }
    source_init(s, rows, columns);
    value_id independent = source_shared(s, x, 40, 12, true),
             dependent = source_shared(s, x, 40, 12, false);
    value_id values[2] = {independent, dependent};
    struct dims dims = s->p->values[independent].dims;
    int64_t *w = calloc(columns * columns, sizeof *w), *v = calloc(columns, sizeof *v);
    value_id matrix = source_provider(s, test_dims(1, 1, columns, columns), w, 8);
    value_id vector = source_provider(s, test_dims(1, 1, 1, columns), v, 8);
    add_lookups(s, dims);
    add_code(s, rows, columns);
    for (int i = 0; i < 2; i++) {
        value_id a = values[i];
        value_id extended = source_step(s, STEP_TRUNCATE_EXTEND, a, 0, false, 48, 10);
        s->p->steps[s->p->step_count - 1].shift = 3;
        (void) source_step(s, STEP_SQUARE, a, 0, false, 40, 24);
        (void) source_step(s, STEP_SQUARE, a, 0, false, 32, 24);
        (void) source_step(s, STEP_PRODUCT, extended, a, true, 40, 24);
        (void) source_step(s, STEP_LIFT_SQUARE, a, 0, false, 48, 24);
        (void) source_step(s, STEP_LIFT_PRODUCT, extended, a, true, 48, 24);
        (void) test_step(s->p, STEP_MATMUL, a, values[1 - i], true, VALUE_SHARED,
                         test_dims(1, 1, rows, rows), 40, 0, 40, "y");
        s->p->steps[s->p->step_count - 1].transposed = true;
        value_id masked =
            test_step(s->p, STEP_MASKED, extended, 0, false, VALUE_MASKED, dims, 40, 0, 12, "m");
        (void) source_step(s, STEP_LINEAR, masked, matrix, true, 40, 30);
        (void) source_step(s, STEP_SCALE_COLUMNS, masked, vector, true, 40, 30);
        value_id bits = test_step(s->p, STEP_COMPARE, a, 0, false, VALUE_BITS,
                                  test_dims(1, 1, 2, count), 1, 0, 2, "bits");
        s->p->steps[s->p->step_count - 1].thresholds = thresholds;
        s->p->steps[s->p->step_count - 1].threshold_count = 2;
        (void) test_step(s->p, STEP_BITS_TO_RING, bits, 0, false, VALUE_SHARED,
                         test_dims(1, 1, 2, count), 40, 0, 2, "ones");
        value_id one = test_step(s->p, STEP_COMPARE, a, 0, false, VALUE_BITS,
                                 test_dims(1, 1, 1, count), 1, 0, 2, "bits");
        s->p->steps[s->p->step_count - 1].thresholds = thresholds;
        s->p->steps[s->p->step_count - 1].threshold_count = 1;
        (void) test_step(s->p, STEP_SELECT, one, a, true, VALUE_SHARED, dims, 40, 0, 12, "sel");
        (void) test_step(s->p, STEP_LIFT_SELECT, one, a, true, VALUE_SHARED, dims, 48, 0, 12,
                         "sel");
        (void) test_step(s->p, STEP_TABLE_LOOKUP, a, 0, false, VALUE_BITS,
                         test_dims(1, 1, 3, count), 1, 0, 2, "entry");
        s->p->steps[s->p->step_count - 1].thresholds = i == 0 ? entries : thresholds;
        s->p->steps[s->p->step_count - 1].threshold_count = i == 0 ? 256 : 2;
        add_inverse(s, a, i == 1);
        add_exp(s, a, one, i == 1);
        (void) test_step(s->p, STEP_LEVEL_COUNTS, a, 0, false, VALUE_SHARED,
                         test_dims(1, 1, rows, 15), i == 0 ? 9 : 40, 0, 9, "counts");
        add_waves(s, a, i == 0 ? 30 : 48);
        (void) source_step(s, STEP_USER_SELECT, a, s->one_hot, true, 40, 12);
        struct step *keep = &s->p->steps[s->p->step_count - 1];
        keep->views[1].stride[2] = rows;
    }
    free(x);
}
