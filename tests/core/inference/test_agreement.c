/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a user may announce, and in which order: everything else is refused, naming what was agreed.
 */
#include "inference/agreement.h"

#include "support/support.h"

static mpcf_error *err;
static struct agreement a;
static struct pipeline p;

static void begin(enum infer_length length, int64_t batch, enum infer_preprocess preprocess)
{
    static const double buckets[] = {8, 16, 64};

    a = (struct agreement){0};
    p = (struct pipeline){.max_length = 40};
    p.infer.length = (int32_t) length;
    p.infer.batch = batch;
    p.infer.preprocess = (int32_t) preprocess;
    p.infer.buckets.items = buckets;
    p.infer.buckets.count = 3;
    p.infer.session_inferences = 100;
    p.infer.store_runs = 2;
}

static mpcf_status take(enum announcement_kind kind, size_t batch, size_t tokens, bool exact,
                        size_t count, uint32_t number)
{
    const struct announcement heard = {
        .kind = kind, .shape = {batch, tokens, exact}, .count = count, .number = number};

    return agreement_take(&a, &p, ROLE_PROVIDER, &heard, err);
}

static mpcf_status session(size_t count)
{
    return take(ANNOUNCE_SESSION, 0, 0, false, count, 0);
}

static mpcf_status deal(size_t tokens, size_t count)
{
    return take(ANNOUNCE_DEAL, (size_t) p.infer.batch, tokens, p.infer.length == LENGTH_EXACT,
                count, 0);
}

static mpcf_status infer(size_t tokens, uint32_t number)
{
    return take(ANNOUNCE_INFERENCE, (size_t) p.infer.batch, tokens, p.infer.length == LENGTH_EXACT,
                0, number);
}

#define REFUSED(call, part)                                                                        \
    do {                                                                                           \
        assert_status(MPCF_E_PROTOCOL, (call), err);                                               \
        assert_message_contains(err, (part));                                                      \
    } while (0)

/* Of masks that are kept the provider hears, and where both files say so. */
static void kept_masks_are_agreed_on(void **state)
{
    struct announcement named = {.kind = ANNOUNCE_SESSION, .count = 1, .session = {1}};
    struct announcement has = {
        .kind = ANNOUNCE_INFERENCE, .shape = {1, 16, false}, .has_kept = true};

    (void) state;
    begin(LENGTH_BUCKET, 1, PREPROCESS_STREAM);
    REFUSED(agreement_take(&a, &p, ROLE_PROVIDER, &named, err), "stages.infer.weight_masks");
    p.infer.weight_masks = MASKS_KEPT;
    REFUSED(agreement_take(&a, &p, ROLE_DEALER, &named, err), "the user tells the dealer");
    assert_ok(agreement_take(&a, &p, ROLE_PROVIDER, &named, err), err);
    REFUSED(agreement_take(&a, &p, ROLE_DEALER, &has, err), "the user tells the dealer");
    assert_ok(agreement_take(&a, &p, ROLE_PROVIDER, &has, err), err);
}

static void shapes_are_those_of_the_file(void **state)
{
    (void) state;
    begin(LENGTH_BUCKET, 2, PREPROCESS_STREAM);
    assert_ok(session(10), err);
    REFUSED(take(ANNOUNCE_INFERENCE, 1 << 20, 16, false, 0, 0), "1048576 examples");
    REFUSED(take(ANNOUNCE_INFERENCE, 1, 16, false, 0, 0), "stages.infer.batch");
    REFUSED(take(ANNOUNCE_INFERENCE, 2, 16, true, 0, 0), "exact");
    REFUSED(infer(1 << 20, 0), "1048576 tokens");
    REFUSED(infer(15, 0), "padded lengths");
    REFUSED(infer(64, 0), "padded lengths"); /* a bucket beyond max_length */
    REFUSED(infer(0, 0), "0 tokens");
    assert_ok(infer(8, 0), err);
    assert_ok(infer(40, 1), err);
    begin(LENGTH_FULL, 1, PREPROCESS_STREAM);
    assert_ok(session(10), err);
    REFUSED(infer(16, 0), "padded lengths");
    assert_ok(infer(40, 0), err);
    begin(LENGTH_EXACT, 1, PREPROCESS_STREAM);
    assert_ok(session(10), err);
    REFUSED(infer(41, 0), "up to 40");
    REFUSED(take(ANNOUNCE_INFERENCE, 1, 16, false, 0, 0), "exact");
    assert_ok(infer(1, 0), err);
    assert_ok(infer(40, 1), err);
}

static void numbers_go_forward_and_end_at_the_plan(void **state)
{
    (void) state;
    begin(LENGTH_BUCKET, 1, PREPROCESS_STREAM);
    REFUSED(infer(8, 0), "has not announced a session");
    assert_ok(session(3), err);
    assert_ok(infer(8, 0), err);
    REFUSED(infer(8, 0), "inference 0; the session has 3, of which 1 have passed");
    assert_ok(infer(8, 2), err);
    REFUSED(infer(8, 1), "have passed");
    REFUSED(infer(8, 3), "the session has 3");
    REFUSED(infer(8, UINT32_MAX), "the session has 3");
}

static void a_session_follows_one_that_is_used_up(void **state)
{
    (void) state;
    begin(LENGTH_BUCKET, 1, PREPROCESS_STREAM);
    REFUSED(session(101), "session_inferences");
    assert_ok(session(2), err);
    REFUSED(session(2), "2 of 2 inferences of the one before");
    assert_ok(infer(8, 0), err);
    REFUSED(session(2), "1 of 2 inferences of the one before");
    assert_ok(infer(8, 1), err);
    assert_ok(session(2), err);
    assert_ok(infer(8, 0), err);
}

static void deals_are_those_of_the_session(void **state)
{
    (void) state;
    begin(LENGTH_BUCKET, 1, PREPROCESS_STORE);
    REFUSED(deal(8, 1), "has not announced a session");
    assert_ok(session(5), err);
    assert_ok(deal(8, 1), err);
    REFUSED(deal(8, 5), "5 more inferences dealt ahead, behind 1; the session was begun for 5");
    REFUSED(deal(8, 1 << 20), "begun for 5");
    REFUSED(deal(9, 1), "9 tokens");
    assert_ok(deal(16, 4), err);
    REFUSED(deal(8, 1), "begun for 5");
    /* Whose file says how many, says how many. */
    begin(LENGTH_BUCKET, 1, PREPROCESS_STORE);
    p.infer.examples = 3;
    REFUSED(session(7), "stages.infer.examples 3 times store_runs 2");
    assert_ok(session(6), err);
    begin(LENGTH_BUCKET, 1, PREPROCESS_STREAM);
    assert_ok(session(5), err);
    REFUSED(deal(8, 1), "stages.infer.preprocess");
}

static void a_stored_session_is_gone_on_with_once(void **state)
{
    (void) state;
    begin(LENGTH_BUCKET, 1, PREPROCESS_STREAM);
    REFUSED(take(ANNOUNCE_RESUME, 0, 0, false, 0, 0), "nothing is stored");
    begin(LENGTH_BUCKET, 1, PREPROCESS_STORE);
    assert_ok(take(ANNOUNCE_RESUME, 0, 0, false, 0, 0), err);
    REFUSED(take(ANNOUNCE_RESUME, 0, 0, false, 0, 0), "already");
    REFUSED(deal(8, 1), "needs a new session");
    assert_ok(infer(8, 7), err);
    REFUSED(infer(8, 7), "have passed");
    REFUSED(infer(8, 100), "the session has 100");
    assert_ok(session(2), err); /* for the rest */
    REFUSED(take(ANNOUNCE_RESUME, 0, 0, false, 0, 0), "already");
    assert_ok(infer(8, 0), err);
    assert_ok(take(ANNOUNCE_END, 0, 0, false, 0, 0), err);
}

/* The dealer went: what it dealt is over, and nothing but a new session may follow. */
static void a_new_session_follows_a_new_dealer(void **state)
{
    const struct announcement heard = {.kind = ANNOUNCE_REJOIN, .session = {1}};

    (void) state;
    begin(LENGTH_BUCKET, 2, PREPROCESS_STORE);
    assert_ok(session(10), err);
    assert_ok(deal(8, 4), err);
    assert_ok(infer(8, 0), err);
    assert_ok(agreement_take(&a, &p, ROLE_PROVIDER, &heard, err), err);
    REFUSED(infer(8, 1), "has not announced a session");
    REFUSED(deal(8, 1), "has not announced a session");
    REFUSED(take(ANNOUNCE_RESUME, 0, 0, false, 0, 0), "already");
    assert_ok(session(9), err);
    REFUSED(deal(8, 10), "begun for 9");
    assert_ok(deal(8, 9), err);
    assert_ok(infer(8, 0), err);
    agreement_lose_session(&a);
    REFUSED(infer(8, 1), "has not announced a session");
    assert_ok(session(8), err);
    for (int i = 1; i < 1000; i++) {
        assert_ok(agreement_take(&a, &p, ROLE_PROVIDER, &heard, err), err);
        assert_ok(session(8), err);
    }
    REFUSED(agreement_take(&a, &p, ROLE_PROVIDER, &heard, err), "more than 1000 times");
    begin(LENGTH_BUCKET, 2, PREPROCESS_STREAM);
    REFUSED(agreement_take(&a, &p, ROLE_DEALER, &heard, err), "only the provider");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_masks_are_agreed_on),
        cmocka_unit_test(shapes_are_those_of_the_file),
        cmocka_unit_test(numbers_go_forward_and_end_at_the_plan),
        cmocka_unit_test(a_session_follows_one_that_is_used_up),
        cmocka_unit_test(deals_are_those_of_the_session),
        cmocka_unit_test(a_stored_session_is_gone_on_with_once),
        cmocka_unit_test(a_new_session_follows_a_new_dealer),
    };

    err = mpcf_error_create();
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    mpcf_error_destroy(err);
    return failed;
}
