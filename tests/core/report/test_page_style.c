/* SPDX-License-Identifier: Apache-2.0 */
/* Text can be read, in light and in dark: contrast as WCAG 2.1 has it (success criteria 1.4.3, 1.4.11). */
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/page_style.h"

static char *style;

static int join(void **state)
{
    struct text_buffer all = {0};

    (void) state;
    for (size_t i = 0; page_style[i] != NULL; i++) {
        text_append(&all, page_style[i]);
    }
    style = all.data;
    return all.failed ? -1 : 0;
}

static int release(void **state)
{
    struct text_buffer all = {.data = style};

    (void) state;
    text_clear(&all);
    return 0;
}

/* "#fff", "#2a6fbb" as three channels of [0, 1]. */
static void channels_of(const char *colour, double channels[3])
{
    const bool is_short = strspn(colour + 1, "0123456789abcdef") == 3;

    for (size_t i = 0; i < 3; i++) {
        const char digits[3] = {colour[1 + (is_short ? i : 2 * i)],
                                colour[is_short ? 1 + i : 2 + 2 * i], '\0'};

        channels[i] = (double) strtol(digits, NULL, 16) / 255;
    }
}

static double luminance(const char *colour)
{
    static const double weights[3] = {0.2126, 0.7152, 0.0722};
    double channels[3], sum = 0;

    channels_of(colour, channels);
    for (size_t i = 0; i < 3; i++) {
        const double c = channels[i];

        sum += weights[i] * (c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(const char *a, const char *b)
{
    const double x = luminance(a), y = luminance(b);

    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

/* The colour NAME in the rules from FROM on. */
static const char *colour(const char *from, const char *name)
{
    char key[24];
    const char *found = NULL;

    (void) snprintf(key, sizeof key, "--%s:#", name);
    found = strstr(from, key);
    assert_non_null(found);
    return found + strlen(key) - 1;
}

static void assert_readable(const char *from)
{
    static const char *const papers[] = {"paper", "card"};
    static const char *const texts[] = {"ink", "soft", "good"};

    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < 3; k++) {
            assert_true(contrast(colour(from, texts[k]), colour(from, papers[i])) >= 4.5);
        }
    }
    for (int i = 0; i < 8; i++) {
        char name[16];

        (void) snprintf(name, sizeof name, "c%d", i);
        assert_true(contrast(colour(from, name), "#ffffff") >= 4.5);           /* names in bars */
        assert_true(contrast(colour(from, name), colour(from, "paper")) >= 3); /* lines and dots */
    }
}

static void light_and_dark_can_be_read(void **state)
{
    const char *dark = strstr(style, "prefers-color-scheme:dark");

    (void) state;
    assert_non_null(dark);
    assert_readable(style);
    assert_readable(dark);
}

/* As black on white, and a known grey. */
static void contrast_is_that_of_the_standard(void **state)
{
    (void) state;
    assert_true(fabs(contrast("#000", "#ffffff") - 21) < 1e-9);
    assert_true(fabs(contrast("#777777", "#fff") - 4.48) < 0.005);
}

static void nothing_is_loaded(void **state)
{
    (void) state;
    assert_null(strstr(style, "url("));
    assert_null(strstr(style, "@import"));
    assert_null(strstr(style, "</"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contrast_is_that_of_the_standard),
        cmocka_unit_test(light_and_dark_can_be_read),
        cmocka_unit_test(nothing_is_loaded),
    };

    return cmocka_run_group_tests(tests, join, release);
}
