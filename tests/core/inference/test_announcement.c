/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include <pthread.h>
#include <string.h>

#include "channel/pair.h"
#include "inference/announcement.h"

static const char digest[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static struct announcement sound(void)
{
    struct announcement a = {.kind = ANNOUNCE_DEAL, .shape = {3, 40, false}, .count = 7};

    memcpy(a.digest, digest, sizeof digest);
    return a;
}

static void assert_arrives(const struct announcement *a, mpcf_error *err)
{
    uint8_t wire[ANNOUNCEMENT_BYTES];
    struct announcement got;

    announcement_encode(a, wire);
    assert_ok(announcement_decode(wire, &got, err), err);
    assert_int_equal(got.kind, a->kind);
    assert_int_equal(got.shape.batch, a->shape.batch);
    assert_int_equal(got.shape.tokens, a->shape.tokens);
    assert_int_equal(got.shape.exact, a->shape.exact);
    assert_int_equal(got.count, a->count);
    assert_int_equal(got.number, a->number);
    assert_string_equal(got.digest, a->digest);
    assert_memory_equal(got.session, a->session, sizeof got.session);
    assert_int_equal(got.has_kept, a->has_kept);
}

static void what_is_sent_arrives(void **state)
{
    struct announcement a = sound();
    const struct announcement session = {.kind = ANNOUNCE_SESSION, .count = 9};
    const struct announcement masked = {.kind = ANNOUNCE_SESSION, .count = 9, .session = {[3] = 1}};
    const struct announcement end = {.kind = ANNOUNCE_END}, resume = {.kind = ANNOUNCE_RESUME};
    const struct announcement rejoin = {.kind = ANNOUNCE_REJOIN, .session = {[15] = 1}};
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_arrives(&a, err);
    a = (struct announcement){
        .kind = ANNOUNCE_INFERENCE, .shape = {1, 1 << 20, true}, .number = 1 << 20};
    memcpy(a.digest, digest, sizeof digest);
    assert_arrives(&a, err);
    a.has_kept = true;
    assert_arrives(&a, err);
    assert_arrives(&session, err);
    assert_arrives(&masked, err);
    assert_arrives(&end, err);
    assert_arrives(&resume, err);
    assert_arrives(&rejoin, err);
    mpcf_error_destroy(err);
}

static void assert_malformed(const struct announcement *a, mpcf_error *err)
{
    uint8_t wire[ANNOUNCEMENT_BYTES];
    struct announcement got;

    announcement_encode(a, wire);
    assert_status(MPCF_E_PROTOCOL, announcement_decode(wire, &got, err), err);
}

/* What a kind does not use is zero, what it uses is not. */
static void fields_of_other_kinds_are_refused(void **state)
{
    const struct announcement sounds[] = {
        {.kind = ANNOUNCE_SESSION, .count = 9}, {.kind = ANNOUNCE_END}, {.kind = ANNOUNCE_RESUME}};
    mpcf_error *err = mpcf_error_create();
    struct announcement a = sound();

    (void) state;
    for (size_t i = 0; i < 3; i++) {
        a = sounds[i];
        a.shape.batch = 1;
        assert_malformed(&a, err);
        a = sounds[i];
        a.shape.tokens = 1;
        assert_malformed(&a, err);
        a = sounds[i];
        a.shape.exact = true;
        assert_malformed(&a, err);
        a = sounds[i];
        a.number = 1;
        assert_malformed(&a, err);
        a = sounds[i];
        a.count = i == 0 ? 0 : 1;
        assert_malformed(&a, err);
        a = sounds[i];
        memcpy(a.digest, digest, sizeof digest);
        assert_malformed(&a, err);
        a = sounds[i];
        a.session[0] = 1;
        if (sounds[i].kind == ANNOUNCE_END) { /* sessions name masks that are kept */
            assert_malformed(&a, err);
        }
        a = sounds[i];
        a.has_kept = true;
        assert_malformed(&a, err);
    }
    a = (struct announcement){.kind = ANNOUNCE_REJOIN};
    assert_malformed(&a, err);
    a = sound();
    a.number = 1;
    assert_malformed(&a, err);
    a = sound();
    a.questions = 1;
    assert_malformed(&a, err);
    a = sound();
    a.count = 0;
    assert_malformed(&a, err);
    a = sound();
    a.kind = ANNOUNCE_INFERENCE;
    assert_malformed(&a, err);
    a.count = 0;
    a.number = UINT32_MAX;
    assert_malformed(&a, err);
    mpcf_error_destroy(err);
}

static void questions_and_limits_arrive(void **state)
{
    const struct announcement a = {
        .kind = ANNOUNCE_SESSION, .count = 1, .questions = 0x01020304, .limit = {0xa0b0c0d0, 7}};
    uint8_t wire[ANNOUNCEMENT_BYTES];
    struct announcement got;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    announcement_encode(&a, wire);
    assert_ok(announcement_decode(wire, &got, err), err);
    assert_int_equal(got.questions, a.questions);
    assert_int_equal(got.limit.limit, a.limit.limit);
    assert_int_equal(got.limit.left, a.limit.left);
    got.limit.left = 0xa0b0c0d1; /* more than there are */
    assert_malformed(&got, err);
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
    } damages[] = {{0, 'X'},  {8, 6},  {8, 0},   {12, 0}, {15, 1}, {16, 0}, {20, 2},
                   {24, 'g'}, {87, 0}, {90, 17}, {91, 1}, {96, 1}, {127, 9}};
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

/* --- Answers --- */

struct answer {
    struct channel *peer;
    const struct announcement *says;
};

static void *give_answer(void *context)
{
    const struct answer *answer = context;
    uint8_t wire[ANNOUNCEMENT_BYTES];

    if (channel_recv(answer->peer, wire, sizeof wire, NULL) == MPCF_OK) {
        announcement_encode(answer->says, wire);
        (void) channel_send(answer->peer, wire, sizeof wire, NULL);
    }
    return NULL;
}

static mpcf_status told(const struct announcement *a, const struct announcement *answer,
                        mpcf_error *err)
{
    struct channel *ends[2];
    pthread_t thread;

    assert_ok(channel_pair(INT64_C(5000000000), ends, err), err);
    struct answer context = {ends[1], answer};
    assert_int_equal(pthread_create(&thread, NULL, give_answer, &context), 0);
    const mpcf_status status = announcement_tell(ends[0], a, NULL, err);
    assert_int_equal(pthread_join(thread, NULL), 0);
    channel_close(ends[0]);
    channel_close(ends[1]);
    return status;
}

static void an_answer_is_to_what_was_told(void **state)
{
    const struct announcement a = sound();
    const struct announcement session = {.kind = ANNOUNCE_SESSION, .count = 9, .questions = 3};
    struct announcement others[5] = {sound(), sound(), sound(), sound(), sound()};
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(told(&a, &a, err), err);
    others[0].kind = ANNOUNCE_INFERENCE;
    others[0].count = 0;
    others[1].shape.batch = 1;
    others[2].shape.tokens = 41;
    others[3].shape.exact = true;
    others[4].count = 8;
    for (size_t i = 0; i < 5; i++) {
        assert_status(MPCF_E_PROTOCOL, told(&a, &others[i], err), err);
        assert_message_contains(err, "another announcement");
    }
    others[0] = session;
    others[0].questions = 2;
    assert_status(MPCF_E_PROTOCOL, told(&session, &others[0], err), err);
    assert_message_contains(err, "another announcement");
    /* A new session may have masks that the user did not name; one that goes on has none but those. */
    others[0] = session;
    others[0].session[1] = 7;
    assert_ok(told(&session, &others[0], err), err);
    others[1] = others[0];
    others[0].kind = others[1].kind = ANNOUNCE_RESUME;
    others[0].count = others[1].count = 0;
    assert_ok(told(&others[0], &others[1], err), err);
    others[1].session[1] = 8;
    assert_status(MPCF_E_PROTOCOL, told(&others[0], &others[1], err), err);
    others[1].session[1] = 0;
    assert_ok(told(&others[0], &others[1], err), err);
    assert_status(MPCF_E_PROTOCOL, told(&others[1], &others[0], err), err);
    others[0] = a;
    others[0].has_kept = true;
    assert_status(MPCF_E_PROTOCOL, told(&a, &others[0], err), err);
    others[0] = a;
    others[0].digest[9] ^= 1;
    assert_status(MPCF_E_PROTOCOL, told(&a, &others[0], err), err);
    assert_message_contains(err, "programs differ");
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_arrives),
        cmocka_unit_test(fields_of_other_kinds_are_refused),
        cmocka_unit_test(an_answer_is_to_what_was_told),
        cmocka_unit_test(questions_and_limits_arrive),
        cmocka_unit_test(what_is_beyond_a_limit),
        cmocka_unit_test(damaged_ones_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
