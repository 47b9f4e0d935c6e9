/* SPDX-License-Identifier: Apache-2.0 */
#include "support/shared_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/program.h"
#include "program/secure_input.h"
#include "protocol/weights.h"
#include "schedule/finish.h"
#include "secure/reference.h"
#include "support/support.h"

void source_init(struct shared_source *s, size_t rows, size_t columns)
{
    *s = (struct shared_source){.rows = rows, .columns = columns};
    s->p = program_create(NULL, 1, rows, true);
    s->ids = calloc(rows, sizeof *s->ids);
    for (size_t i = 0; i < rows; i++) {
        s->ids[i] = (int32_t) i;
    }
    s->input = (struct secure_input){.input_ids = s->ids, .token_type_ids = s->ids};
    s->one_hot = test_value(s->p, VALUE_USER, test_dims(1, 1, rows, rows), 64, 0, 2, "ids");
    program_add_step(s->p, STEP_USER_ONE_HOT, s->one_hot, NULL, 0)->input = "input_ids";
}

void source_clear(struct shared_source *s)
{
    program_destroy(s->p);
    free(s->ids);
    for (size_t i = 0; i < s->count; i++) {
        free(s->numbers[i]);
    }
}

value_id source_provider(struct shared_source *s, struct dims dims, int64_t *numbers,
                         unsigned magnitude)
{
    assert_true(s->count < SOURCE_WEIGHTS);
    char name[16];
    (void) snprintf(name, sizeof name, "w%zu", s->count);
    s->numbers[s->count] = numbers;
    s->steps[s->count++] = (uint32_t) s->p->step_count;
    return test_provider(s->p, dims, 0, magnitude, name);
}

value_id source_shared(struct shared_source *s, const int64_t *numbers, unsigned ring,
                       unsigned magnitude, bool is_input_independent)
{
    size_t count = s->rows * s->columns;
    int64_t *copy = malloc(count * sizeof *copy);
    memcpy(copy, numbers, count * sizeof *copy);
    value_id w = source_provider(s, test_dims(1, 1, s->rows, s->columns), copy, magnitude);
    value_id masked = test_step(s->p, STEP_MASKED, s->one_hot, 0, false, VALUE_MASKED,
                                test_dims(1, 1, s->rows, s->rows), ring, 0, 2, "masked");
    value_id x = test_step(s->p, STEP_LINEAR, masked, w, true, VALUE_SHARED,
                           test_dims(1, 1, s->rows, s->columns), ring, 0, magnitude, "x");
    s->p->steps[s->p->step_count - 1].transposed = true;
    if (is_input_independent) {
        return x;
    }
    value_id in[2] = {x, s->one_hot};
    value_id late = test_value(s->p, VALUE_SHARED, test_dims(1, 1, s->rows, s->columns), ring, 0,
                               magnitude, "late");
    struct step *add = program_add_step(s->p, STEP_COMBINE, late, in, 2);
    add->views[0] = test_view(s->p->values[x].dims, 1);
    add->views[1].weight = 0;
    return late;
}

value_id source_step(struct shared_source *s, enum step_kind kind, value_id a, value_id b,
                     bool has_b, unsigned ring, unsigned magnitude)
{
    return test_step(s->p, kind, a, b, has_b, VALUE_SHARED, s->p->values[a].dims, ring, 0,
                     magnitude, "y");
}

struct weights *source_weights(const struct shared_source *s)
{
    mpcf_error *err = mpcf_error_create();
    struct weights *w = NULL;
    const int64_t **values = calloc(s->p->step_count, sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < s->count; i++) {
        values[s->steps[i]] = s->numbers[i];
    }
    assert_ok(weights_from_values(s->p, values, &w, err), err);
    free(values);
    mpcf_error_destroy(err);
    return w;
}

struct seen {
    const value_id *revealed;
    size_t count;
    int64_t *out;
};

static void keep_revealed(void *context, const struct value *v, value_id id, const int64_t *x)
{
    struct seen *k = context;
    for (size_t i = 0, at = 0; i < k->count; i++) {
        if (id == k->revealed[i]) {
            memcpy(k->out + at, x, v->dims.count * sizeof *x);
        }
        at += v->dims.count; /* all have one count, or one is revealed */
    }
}

void source_run(struct shared_source *s, const value_id *revealed, size_t count, int64_t *out,
                int64_t *expected)
{
    mpcf_error *err = mpcf_error_create();
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += s->p->values[revealed[i]].dims.count;
        (void) test_reveal(s->p, revealed[i]);
    }
    assert_ok(program_finish(s->p, err), err);
    struct weights *w = source_weights(s);
    double *reals = calloc(total, sizeof *reals);
    struct test_parties t = {.program = s->p, .weights = w, .input = &s->input, .output = reals};
    t.output_count = total;
    test_parties_run(&t);
    test_parties_assert_ok(&t);
    test_parties_assert_cost(&t);
    for (size_t i = 0; i < total; i++) {
        out[i] = (int64_t) reals[i]; /* exact below 2^53: tests reveal no more */
    }
    if (expected != NULL) {
        struct seen seen = {.revealed = revealed, .count = count, .out = expected};
        assert_ok(reference_run(s->p, w, &s->input, NULL, NULL, keep_revealed, &seen, err), err);
    }
    test_parties_clear(&t);
    weights_destroy(w);
    free(reals);
    mpcf_error_destroy(err);
}

int64_t *source_numbers(size_t count, unsigned magnitude, uint64_t seed)
{
    struct test_random r = {.state = seed};
    int64_t *x = malloc(count * sizeof *x), limit = INT64_C(1) << (magnitude - 1);
    for (size_t i = 0; i < count; i++) {
        int64_t edges[] = {limit - 1, 1 - limit, 0, 1, -1};
        int64_t any = (int64_t) (test_random_u64(&r) % (uint64_t) (2 * limit - 1)) - limit + 1;
        x[i] = i % 16 < 5 ? edges[i % 16] : any;
    }
    return x;
}
