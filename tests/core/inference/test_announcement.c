/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include <string.h>

#include "inference/announcement.h"

static const char digest[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static struct announcement sound(void)
{
    struct announcement a = {
        .kind = ANNOUNCE_DEAL, .shape = {3, 40, false}, .count = 7, .number = 0xfedcba98};

    memcpy(a.digest, digest, sizeof digest);
    return a;
}

static void what_is_sent_arrives(void **state)
{
    const struct announcement a = sound();
    uint8_t wire[ANNOUNCEMENT_BYTES];
    struct announcement got;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    announcement_encode(&a, wire);
    assert_ok(announcement_decode(wire, &got, err), err);
    assert_int_equal(got.kind, a.kind);
    assert_int_equal(got.shape.batch, a.shape.batch);
    assert_int_equal(got.shape.tokens, a.shape.tokens);
    assert_int_equal(got.shape.exact, a.shape.exact);
    assert_int_equal(got.count, a.count);
    assert_int_equal(got.number, a.number);
    assert_string_equal(got.digest, digest);
    mpcf_error_destroy(err);
}

static void questions_and_limits_arrive(void **state)
{
    const struct announcement a = {
        .kind = ANNOUNCE_SESSION, .questions = 0x01020304, .limit = {0xa0b0c0d0, 7}};
    uint8_t wire[ANNOUNCEMENT_BYTES];
    struct announcement got;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    announcement_encode(&a, wire);
    assert_ok(announcement_decode(wire, &got, err), err);
    assert_int_equal(got.questions, a.questions);
    assert_int_equal(got.limit.limit, a.limit.limit);
    assert_int_equal(got.limit.left, a.limit.left);
    mpcf_error_destroy(err);
}

/* A batch counts whole, whatever its announcement says; what asks nothing is never beyond. */
static void what_is_beyond_a_limit(void **state)
{
    static const struct question_limit none = {0, 0}, some = {10, 3}, used_up = {10, 0};
    struct announcement a = {.kind = ANNOUNCE_INFERENCE, .shape = {4, 16, false}, .questions = 1};

    (void) state;
    assert_int_equal(announcement_questions(&a), 4);
    assert_true(announcement_is_beyond(&a, &some));
    assert_false(announcement_is_beyond(&a, &none));
    a.shape.batch = 3;
    assert_false(announcement_is_beyond(&a, &some));
    assert_true(announcement_is_beyond(&a, &used_up));
    a = (struct announcement){.kind = ANNOUNCE_SESSION, .questions = 4};
    assert_true(announcement_is_beyond(&a, &some));
    a.kind = ANNOUNCE_RESUME;
    assert_true(announcement_is_beyond(&a, &some));
    a.questions = 3;
    assert_false(announcement_is_beyond(&a, &some));
    a.kind = ANNOUNCE_END;
    assert_false(announcement_is_beyond(&a, &used_up));
    a = (struct announcement){.kind = ANNOUNCE_DEAL, .shape = {4, 16, false}, .questions = 9};
    assert_false(announcement_is_beyond(&a, &used_up));
}

/* Where, and a byte that may not stand there. */
static void damaged_ones_are_refused(void **state)
{
    static const struct {
        size_t at;
        uint8_t byte;
    } damages[] = {{0, 'X'}, {8, 6},  {8, 0},    {12, 0}, {15, 1},
                   {16, 0},  {20, 2}, {24, 'g'}, {87, 0}, {91, 1}};
    const struct announcement a = sound();
    mpcf_error *err = mpcf_error_create();

    (void) state;
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        uint8_t wire[ANNOUNCEMENT_BYTES];
        struct announcement got;

        announcement_encode(&a, wire);
        wire[damages[i].at] = damages[i].byte;
        assert_status(MPCF_E_PROTOCOL, announcement_decode(wire, &got, err), err);
    }
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_arrives),
        cmocka_unit_test(questions_and_limits_arrive),
        cmocka_unit_test(what_is_beyond_a_limit),
        cmocka_unit_test(damaged_ones_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
