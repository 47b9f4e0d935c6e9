/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a role of secure inference keeps for many lengths.
 */
#include "inference/secure_student.h"

#include "pass/pass.h"
#include "support/support.h"
#include "support/tiny_bert.h"

enum { LENGTHS = 5, SHORTEST = 4 };

/* The weights of a small network as secure_student_open() would have them, without files. */
static void open_setup(struct secure_student *s, struct tiny_bert *bert, bool with_tables)
{
    mpcf_error *err = mpcf_error_create();
    *bert = (struct tiny_bert){.layers = 1, .hidden = 32, .heads = 4, .inner = 64};
    bert->vocab = 60;
    bert->positions = 32;
    bert->classes = 2;
    bert->activation = "quad";
    bert->normaliser = "2quad";
    tiny_bert_open(bert, 5);
    *s = (struct secure_student){0};
    assert_ok(pass_all(bert->graph, &s->graph, err), err);
    s->ranges = tiny_bert_calibrate(bert, s->graph, 4, SHORTEST + LENGTHS - 1, 4);
    lower_options_default(&s->options);
    s->options.embedding_public = with_tables;
    if (with_tables) {
        assert_ok(parameters_create(s->graph, false, &s->tables, err), err);
        parameters_copy(s->tables, bert->parameters, NULL);
    } else {
        s->network.parameters = bert->parameters;
    }
    mpcf_error_destroy(err);
}

static void close_setup(struct secure_student *s, struct tiny_bert *bert)
{
    s->network.parameters = NULL; /* the network's own */
    secure_student_close(s);
    tiny_bert_close(bert);
}

/* Bytes of weights after one length, and after all. */
static void ask_for_all(struct secure_student *s, size_t *one, size_t *all)
{
    mpcf_error *err = mpcf_error_create();
    for (size_t i = 0; i < LENGTHS; i++) {
        const struct secure_shape shape = {.batch = 1, .tokens = SHORTEST + i, .exact = true};
        struct secure_program program = {0};
        assert_ok(secure_student_program(s, &shape, &program, err), err);
        assert_non_null(program.weights);
        *all = weights_store_size(s->weights_store).bytes;
        *one = i == 0 ? *all : *one;
    }
    assert_int_equal(s->program_count, LENGTHS);
    mpcf_error_destroy(err);
}

static void lengths_share_the_providers_weights(void **state)
{
    (void) state;
    struct secure_student s;
    struct tiny_bert bert;
    size_t one = 0, all = 0;
    open_setup(&s, &bert, false);
    ask_for_all(&s, &one, &all);
    print_message("weights of one length %zu bytes, of %d lengths %zu\n", one, LENGTHS, all);
    assert_true(one > 0 && all < 2 * one);
    /* Dropped programs come back without a weight rounded anew. */
    secure_student_drop_programs(&s);
    size_t again = 0;
    ask_for_all(&s, &one, &again);
    assert_int_equal(again, all);
    close_setup(&s, &bert);
}

static void lengths_share_the_users_tables(void **state)
{
    (void) state;
    struct secure_student s;
    struct tiny_bert bert;
    size_t one = 0, all = 0;
    open_setup(&s, &bert, true);
    ask_for_all(&s, &one, &all);
    assert_int_equal(one, (60 + 2 + 32) * 32 * 4); /* words, types, positions, in 32 bits */
    assert_int_equal(all, one);
    close_setup(&s, &bert);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_share_the_providers_weights),
        cmocka_unit_test(lengths_share_the_users_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
