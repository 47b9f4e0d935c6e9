/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of another's approximations.json as entries of a pipeline file, and nothing besides. */
#include "client/public_text.h"

#include "support/support.h"

static void each_line_is_an_entry(void **state)
{
    static const struct {
        const char *line, *entry;
    } lines[] = {
        {"activation all quad a=0.125 b=0.25 c=0.5",
         "{name: quad, options: {a: \"0.125\", b: \"0.25\", c: \"0.5\"}}"},
        {"activation 0-3 relu ", "{name: relu, layers: \"0-3\"}"},
        {"normaliser 0-3 heads=0,3-5 2quad c=5",
         "{name: 2quad, layers: \"0-3\", heads: \"0,3-5\", options: {c: \"5\"}}"},
        {"normaliser all heads=1 scale ", "{name: scale, heads: \"1\"}"},
        {"layer_norm 2-2 where=feed_forward dyt a=0.5",
         "{name: dyt, layers: \"2-2\", where: \"feed_forward\", options: {a: \"0.5\"}}"},
        {"layer_norm all where=attention+embedding layer_norm ",
         "{name: layer_norm, where: \"attention,embedding\"}"},
        {"normaliser 4-4 2quad c=-5", "{name: 2quad, layers: \"4-4\", options: {c: \"-5\"}}"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct text_buffer out = {0};

        assert_int_equal(public_text_entry(lines[i].line, &out, NULL), MPCF_OK);
        assert_string_equal(text_string(&out), lines[i].entry);
        text_clear(&out);
    }
}

/* A folder's author writes no key of the file, and no plug-in's path. */
static void what_would_leave_its_place_is_refused(void **state)
{
    static const char *const lines[] = {
        "",
        "activation",
        "activation all",
        "activation all quad}] c=1",
        "activation all quad c",
        "activation all quad c=",
        "activation all quad =1",
        "activation all quad c=1\"},plugins:[evil.so]",
        "activation all quad\nplugins: [evil.so]",
        "activation all ../quad",
        "normaliser all heads= 2quad",
        "normaliser all heads=0\"} 2quad",
        "normaliser all heads=0",
        "layer_norm all where= dyt",
        "layer_norm all where=+ dyt",
        "layer_norm all where=attention+ dyt",
        "layer_norm all where=attention++embedding dyt",
        "layer_norm all where=a],b dyt",
        "layer_norm all where=A dyt",
        "activation: all quad",
        "activation \"0\" quad",
    };

    (void) state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct text_buffer out = {0};

        if (public_text_entry(lines[i], &out, NULL) != MPCF_E_FORMAT) {
            fail_msg("'%s' was taken: %s", lines[i], text_string(&out));
        }
        text_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_is_an_entry),
        cmocka_unit_test(what_would_leave_its_place_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
