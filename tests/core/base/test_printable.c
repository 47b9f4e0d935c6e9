/* SPDX-License-Identifier: Apache-2.0 */
/* What a terminal is sent of any bytes: text, whole or in pieces the same, and JSON as it was. */
#include "base/printable.h"

#include <jansson.h>
#include <string.h>

#include "base/random.h"
#include "support/support.h"

enum { ROOM = 4096 };

static const char *shown(const char *text, size_t length)
{
    static char out[ROOM + 1];
    size_t at = 0;

    out[printable_put(text, length, &at, out, ROOM, true)] = '\0';
    assert_int_equal(at, length);
    return out;
}

static void text_stays_and_controls_are_written_out(void **state)
{
    (void) state;
    assert_string_equal(shown("a b\n\tc", 6), "a b\n\tc");
    assert_string_equal(shown("gr\xc3\xbc\xc3\x9f \xe6\x97\xa5 \xf0\x9f\x99\x82", 15),
                        "gr\xc3\xbc\xc3\x9f \xe6\x97\xa5 \xf0\x9f\x99\x82");
    assert_string_equal(shown("\x1b[31m\r\x07\x7f", 8), "\\u001b[31m\\u000d\\u0007\\u007f");
    assert_string_equal(shown("\xc2\x9b"
                              "2J",
                              4),
                        "\\u009b2J"); /* CSI in one character */
    assert_string_equal(shown("\xe2\x80\xae"
                              "txt",
                              6),
                        "\\u202etxt");
    assert_string_equal(shown("\xf3\xa0\x81\x81", 4), "\\udb40\\udc41");
    assert_string_equal(shown("\xff\xc3(\xed\xa0\x80", 6), "\\xff\\xc3(\\xed\\xa0\\x80");
    assert_string_equal(shown("a\0b", 3), "a\\u0000b");
}

static void json_keeps_its_meaning(void **state)
{
    json_t *value = json_pack("{s:s}", "label", "a\x1b\x7f\xc2\x85\xe2\x80\xae\xf3\xa0\x81\x81z");
    char *text = json_dumps(value, 0);
    json_t *again = json_loads(shown(text, strlen(text)), 0, NULL);

    (void) state;
    assert_true(json_equal(value, again));
    json_decref(value);
    json_decref(again);
    free(text);
}

static bool is_clean(const char *text)
{
    for (; *text != '\0'; text++) {
        if (((unsigned char) *text < ' ' && *text != '\n' && *text != '\t') || *text == 0x7f) {
            return false;
        }
    }
    return true;
}

static void pieces_are_the_whole(void **state)
{
    static const char wild[] = {'a',    '\x1b', '\xc2', '\x85', '\xe2', '\x80', '\xae',
                                '\xf0', '\x9f', '\x99', '\x82', '\xff', '\n',   '\xc3'};
    uint64_t seed = 7;

    (void) state;
    for (int round = 0; round < 2000; round++) {
        char text[40], out[ROOM + 1];
        const size_t cut = (size_t) (random_uniform(&seed) * sizeof text);
        size_t at = 0, put;

        for (size_t i = 0; i < sizeof text; i++) {
            text[i] = wild[(size_t) (random_uniform(&seed) * sizeof wild)];
        }
        put = printable_put(text, cut, &at, out, ROOM, false);
        assert_true(cut - at < 4);
        put += printable_put(text, sizeof text, &at, out + put, ROOM - put, true);
        out[put] = '\0';
        assert_string_equal(out, shown(text, sizeof text));
        assert_true(is_clean(out));
    }
}

static void room_is_kept_to(void **state)
{
    char out[PRINTABLE_ROOM];
    size_t at = 0;

    (void) state;
    assert_int_equal(printable_put("\xf3\xa0\x81\x81x", 5, &at, out, sizeof out, true), 12);
    assert_int_equal(at, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_stays_and_controls_are_written_out),
        cmocka_unit_test(json_keeps_its_meaning),
        cmocka_unit_test(pieces_are_the_whole),
        cmocka_unit_test(room_is_kept_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
