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
        cmocka_unit_test(damaged_ones_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
