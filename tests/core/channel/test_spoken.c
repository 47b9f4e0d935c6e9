/* SPDX-License-Identifier: Apache-2.0 */
#include "channel/spoken.h"

#include <string.h>

#include "support/support.h"

/* Addresses and their words as the proquints' author gives them (arXiv:0901.4016). */
static void words_are_those_of_the_paper(void **state)
{
    (void) state;
    static const struct {
        uint8_t bytes[4];
        const char *words;
    } cases[] = {
        {{127, 0, 0, 1}, "lusab babad"},     {{63, 84, 220, 193}, "gutih tugad"},
        {{63, 118, 7, 35}, "gutuk bisog"},   {{140, 98, 193, 141}, "mudof sakat"},
        {{64, 255, 6, 200}, "haguz biram"},  {{128, 30, 52, 45}, "mabiv gibot"},
        {{147, 67, 119, 2}, "natag lisaf"},  {{212, 58, 253, 68}, "tibup zujah"},
        {{216, 35, 68, 215}, "tobog higil"}, {{198, 81, 129, 136}, "sinid makam"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t bytes[SPOKEN_BYTES] = {0};
        char text[SPOKEN_SIZE];
        memcpy(bytes + 4, cases[i].bytes, 4);
        spoken_print(bytes, text);
        assert_int_equal(strlen(text), SPOKEN_SIZE - 1);
        assert_memory_equal(text + 12, cases[i].words, 11);
    }
}

static void what_is_read_aloud_is_read_back(void **state)
{
    (void) state;
    struct test_random random = {.state = 5};
    for (unsigned round = 0; round < 1000; round++) {
        uint8_t bytes[SPOKEN_BYTES], got[SPOKEN_BYTES];
        char text[SPOKEN_SIZE];
        for (size_t i = 0; i < SPOKEN_BYTES; i++) {
            bytes[i] = (uint8_t) test_random_u64(&random);
        }
        spoken_print(bytes, text);
        if (round % 2 != 0) {
            text[5] = '-';
            text[0] = (char) (text[0] - 'a' + 'A');
        }
        assert_true(spoken_parse(text, strlen(text), got));
        assert_memory_equal(got, bytes, sizeof(got));
    }
}

static void digits_are_taken_and_others_are_not(void **state)
{
    (void) state;
    static const uint8_t want[SPOKEN_BYTES] = {0x86, 0x39, 0x96, 0xa9, 0xc5, 0x15, 0x00, 0xf1,
                                               0xab, 0xad, 0x48, 0x90, 0xb1, 0x49, 0xc5, 0x79};
    static const char *const wrong[] = {"",
                                        "863996a9c51500f1abad4890b149c57",
                                        "863996a9c51500f1abad4890b149c57g",
                                        "mimun nipon sihij bagud povot hofib rajan",
                                        "mimun nipon sihij bagud povot hofib rajan sijux",
                                        "mimun nipon sihij bagud povot hofib rajan siijn",
                                        "mimun nipon sihij bagud povot hofib rajan sijun ",
                                        "mimun_nipon sihij bagud povot hofib rajan sijun"};
    uint8_t got[SPOKEN_BYTES];
    const char *digits = "863996a9c51500f1ABAD4890b149c579";
    assert_true(spoken_parse(digits, strlen(digits), got));
    assert_memory_equal(got, want, sizeof(want));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_false(spoken_parse(wrong[i], strlen(wrong[i]), got));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_those_of_the_paper),
        cmocka_unit_test(what_is_read_aloud_is_read_back),
        cmocka_unit_test(digits_are_taken_and_others_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
