/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of docs/writing-an-approximation.md: each formula stands there as it is compiled here,
 * gives PyTorch's value in floats, and passes `plugin check`, the secure run among it. And the guide
 * names no function that the SDK does not have.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "conformance/approx_bench.h"
#include "conformance/approx_check.h"
#include "conformance/conform.h"
#include "support/network.h"
#include "support/support.h"

struct row {
    const char *text[2]; /* formulas as in the table; the second may be NULL */
    mpcf_node *(*build)(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep);
    double (*want)(double x);
    double low, high;
};

/* The second operand of the formulas of two. */
static mpcf_node *other(mpcf_graph *g, mpcf_node *x)
{
    return mpcf_offset(g, mpcf_scale(g, x, -0.5), 0.375);
}
static double other_of(double x)
{
    return 0.375 - 0.5 * x;
}

/* One formula of x, or of a and b. */
#define ROW(name, wanted, ...)                                                                     \
    static mpcf_node *build_##name(const void *config, mpcf_graph *g, mpcf_node *x,                \
                                   mpcf_node *keep)                                                \
    {                                                                                              \
        mpcf_node *a = x, *b = other(g, x);                                                        \
                                                                                                   \
        (void) config, (void) keep, (void) a, (void) b;                                            \
        return __VA_ARGS__;                                                                        \
    }                                                                                              \
    static double want_##name(double x)                                                            \
    {                                                                                              \
        const double a = x, b = other_of(x);                                                       \
                                                                                                   \
        (void) a, (void) b;                                                                        \
        return wanted;                                                                             \
    }                                                                                              \
    static const char text_##name[] = #__VA_ARGS__;

ROW(sum, a + b, mpcf_add(g, a, b))
ROW(difference, a - b, mpcf_sub(g, a, b))
ROW(product, a *b, mpcf_mul(g, a, b))
ROW(offset, x + 0.5, mpcf_offset(g, x, 0.5))
ROW(scale, 3 * x, mpcf_scale(g, x, 3))
ROW(negative, -x, mpcf_scale(g, x, -1))
ROW(rest, 1 - x, mpcf_offset(g, mpcf_scale(g, x, -1), 1))
ROW(quotient, a / b, mpcf_mul(g, a, mpcf_reciprocal(g, b)))
ROW(square, x *x, mpcf_square(g, x))
ROW(cube, x *x *x, mpcf_poly(g, x, (const double[]){0, 0, 0, 1}, 3))
ROW(fifth, x *x *x *x *x, mpcf_power(g, x, 5))
ROW(sines, fabs(x) < 2 ? 0.5 * sin(acos(-1) * x) - 0.25 * sin(2 * acos(-1) * x) : 0,
    mpcf_piecewise_sines(g, x, (const double[]){-2, 2}, 2, (const double[]){0, 0, 0}, 0,
                         (const double[]){0, 0, 0.5, -0.25, 0, 0}, 2, 2))
ROW(rsqrt, 1 / sqrt(x), mpcf_rsqrt(g, x))
ROW(sqrt, sqrt(x), mpcf_mul(g, x, mpcf_rsqrt(g, x)))
ROW(exp, exp(x), mpcf_exp(g, x))
ROW(erf, erf(x), mpcf_erf(g, x))
ROW(tanh, tanh(x), mpcf_tanh(g, x))
ROW(sigmoid, 1 / (1 + exp(-x)),
    mpcf_offset(g, mpcf_scale(g, mpcf_tanh(g, mpcf_scale(g, x, 0.5)), 0.5), 0.5))
ROW(relu, fmax(x, 0), mpcf_relu(g, x))
ROW(leaky_relu, x < 0 ? 0.1 * x : x,
    mpcf_piecewise(g, x, (const double[]){0}, 1, (const double[]){0, 0.1, 0, 1}, 1))
ROW(abs, fabs(x), mpcf_piecewise(g, x, (const double[]){0}, 1, (const double[]){0, -1, 0, 1}, 1))
ROW(clamp, fmin(fmax(x, -1), 2), mpcf_clamp(g, x, -1, 2))
ROW(maximum, fmax(a, b), mpcf_max(g, a, b))
ROW(minimum, fmin(a, b), mpcf_sub(g, a, mpcf_relu(g, mpcf_sub(g, a, b))))

#define TEXT(...)        #__VA_ARGS__
#define TEXT_OF(formula) TEXT(formula)

/* a and b meet at 0, so that there are slopes to compare. */
static mpcf_node *build_where(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *a = mpcf_scale(g, x, -0.5);
    mpcf_node *b = mpcf_square(g, x);
    mpcf_node *step = mpcf_piecewise(g, x, (const double[]){0}, 1, (const double[]){1, 0}, 0);

    (void) config, (void) keep;
    return mpcf_add(g, b, mpcf_mul(g, step, mpcf_sub(g, a, b)));
}
static double want_where(double x)
{
    return x < 0 ? -0.5 * x : x * x;
}

#define ENTRY(name, low, high)                                                                     \
    {                                                                                              \
        {text_##name, NULL}, build_##name, want_##name, low, high                                  \
    }

static const struct row rows[] = {
    ENTRY(sum, -2, 2),
    ENTRY(difference, -2, 2),
    ENTRY(product, -2, 2),
    ENTRY(offset, -2, 2),
    ENTRY(scale, -2, 2),
    ENTRY(negative, -2, 2),
    ENTRY(rest, -2, 2),
    ENTRY(quotient, -2, 0.25),
    ENTRY(square, -2, 2),
    ENTRY(cube, -2, 2),
    ENTRY(fifth, -2, 2),
    ENTRY(sines, -3, 3),
    ENTRY(rsqrt, 0.25, 4),
    ENTRY(sqrt, 0.25, 4),
    ENTRY(exp, -4, 0),
    ENTRY(erf, -3, 3),
    ENTRY(tanh, -3, 3),
    ENTRY(sigmoid, -4, 4),
    ENTRY(relu, -3, 3),
    ENTRY(leaky_relu, -3, 3),
    ENTRY(abs, -3, 3),
    ENTRY(clamp, -3, 3),
    ENTRY(maximum, -3, 3),
    ENTRY(minimum, -3, 3),
    {{TEXT(mpcf_piecewise(g, x, (const double[]){0}, 1, (const double[]){1, 0}, 0)),
      TEXT(mpcf_add(g, b, mpcf_mul(g, step, mpcf_sub(g, a, b))))},
     build_where,
     want_where,
     -2,
     2},
};
enum { ROWS = sizeof rows / sizeof *rows };

/* --- Formulas of rows --- */

/* n columns, as in the guide. */
static const double n = BENCH_WIDTH;

static mpcf_node *build_centred(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *mean = mpcf_scale(g, mpcf_row_sum(g, x), 1.0 / n);

    (void) config, (void) keep;
    return mpcf_sub(g, x, mean);
}
static double want_centred(const float *row, size_t i)
{
    double sum = 0;

    for (size_t k = 0; k < BENCH_WIDTH; k++) {
        sum += (double) row[k];
    }
    return (double) row[i] - sum / n;
}

#define RMS                                                                                        \
    mpcf_mul(                                                                                      \
        g, x,                                                                                      \
        mpcf_rsqrt(                                                                                \
            g, mpcf_offset(g, mpcf_scale(g, mpcf_row_sum(g, mpcf_square(g, x)), 1.0 / n), 1e-6)))
static mpcf_node *build_rms(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    (void) config, (void) keep;
    return RMS;
}
static double want_rms(const float *row, size_t i)
{
    double sum = 0;

    for (size_t k = 0; k < BENCH_WIDTH; k++) {
        sum += (double) row[k] * (double) row[k];
    }
    return (double) row[i] / sqrt(sum / n + 1e-6);
}

static mpcf_node *build_softmax(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *e = mpcf_mask(g, mpcf_exp(g, mpcf_sub(g, x, mpcf_row_max(g, x, keep))), keep);

    (void) config;
    return mpcf_mul(g, e, mpcf_reciprocal(g, mpcf_row_sum(g, e)));
}

static const struct {
    struct row row;
    mpcf_slot slot;
    double (*want)(const float *row, size_t i); /* NULL: the check of its slot says it */
} row_formulas[] = {
    {{{TEXT(mpcf_scale(g, mpcf_row_sum(g, x), 1.0 / n)), NULL}, build_centred, NULL, -2, 2},
     MPCF_SLOT_ACTIVATION,
     want_centred},
    {{{TEXT_OF(RMS), NULL}, build_rms, NULL, -2, 2}, MPCF_SLOT_ACTIVATION, want_rms},
    {{{TEXT(mpcf_mask(g, mpcf_exp(g, mpcf_sub(g, x, mpcf_row_max(g, x, keep))), keep)),
       TEXT(mpcf_mul(g, e, mpcf_reciprocal(g, mpcf_row_sum(g, e))))},
      build_softmax,
      NULL,
      -6,
      6},
     MPCF_SLOT_NORMALISER,
     NULL},
};
enum { ROW_FORMULAS = sizeof row_formulas / sizeof *row_formulas };

/* --- Values --- */

static mpcf_approx approx_of(const struct row *row, mpcf_slot slot)
{
    return (mpcf_approx){.struct_size = sizeof(mpcf_approx),
                         .name = row->text[0],
                         .summary = "",
                         .slot = slot,
                         .input_low = row->low,
                         .input_high = row->high,
                         .build = row->build};
}

static void formulas_give_pytorchs_values(void **state)
{
    mpcf_error *err = mpcf_error_create();

    (void) state;
    for (size_t i = 0; i < ROWS + ROW_FORMULAS; i++) {
        const size_t of_rows = i - ROWS;
        const struct row *row = i < ROWS ? &rows[i] : &row_formulas[of_rows].row;
        const mpcf_approx approx = approx_of(row, MPCF_SLOT_ACTIVATION);
        struct approx_bench bench;
        float y[BENCH_COUNT];

        if (i >= ROWS && row_formulas[of_rows].want == NULL) {
            continue;
        }
        assert_ok(approx_bench_create(&approx, NULL, false, &bench, err), err);
        assert_ok(approx_bench_run(&bench, y, NULL, NULL, err), err);
        for (size_t k = 0; k < BENCH_COUNT; k++) {
            const float *x = bench.x->value + k - k % BENCH_WIDTH;
            const double want = i < ROWS ? row->want((double) bench.x->value[k])
                                         : row_formulas[of_rows].want(x, k % BENCH_WIDTH);

            if (!(fabs((double) y[k] - want) <= 1e-5 * (1 + fabs(want)))) {
                fail_msg("%s at %g: %g, expected %g", row->text[0], (double) bench.x->value[k],
                         (double) y[k], want);
            }
        }
        approx_bench_clear(&bench);
    }
    mpcf_error_destroy(err);
}

static void check_one(struct conform *c, const struct row *row, mpcf_slot slot)
{
    const mpcf_approx approx = approx_of(row, slot);
    char line[512];

    approx_check(c, &approx);
    if (c->failed != 0) {
        rewind(c->out);
        while (fgets(line, sizeof line, c->out) != NULL) {
            print_message("%s", line);
        }
        fail_msg("%s", row->text[0]);
    }
}

static void formulas_pass_the_check(void **state)
{
    struct conform c = {.out = tmpfile(), .err = mpcf_error_create(), .plugins = test_plugins()};

    (void) state;
    assert_non_null(c.out);
    for (size_t i = 0; i < ROWS; i++) {
        check_one(&c, &rows[i], MPCF_SLOT_ACTIVATION);
    }
    for (size_t i = 0; i < ROW_FORMULAS; i++) {
        check_one(&c, &row_formulas[i].row, row_formulas[i].slot);
    }
    assert_true(c.done >= (size_t) 5 * (ROWS + ROW_FORMULAS));
    (void) fclose(c.out);
    plugins_destroy(c.plugins);
    mpcf_error_destroy(c.err);
}

/* --- The guide --- */

static char *read_source(const char *path)
{
    mpcf_error *err = mpcf_error_create();
    char *whole = file_join(getenv("MPCF_SOURCE_DIR"), path), *text = NULL;
    size_t length = 0;

    assert_ok(file_read(whole, 1 << 20, &text, &length, err), err);
    mpcf_free(whole);
    mpcf_error_destroy(err);
    return text;
}

/* Blanks are the formatter's. */
static void drop_blanks(char *text)
{
    char *to = text;

    for (; *text != '\0'; text++) {
        if (*text != ' ') {
            *to++ = *text;
        }
    }
    *to = '\0';
}

/* GUIDE without blanks. */
static void assert_shown(const char *guide, const struct row *row)
{
    for (size_t k = 0; k < 2 && row->text[k] != NULL; k++) {
        char *quoted = mpcf_format("%s`", row->text[k]);

        drop_blanks(quoted);
        if (strstr(guide, quoted) == NULL) {
            fail_msg("the guide does not show: %s", row->text[k]);
        }
        mpcf_free(quoted);
    }
}

static void the_guide_shows_these_formulas(void **state)
{
    char *guide = read_source("docs/writing-an-approximation.md");

    (void) state;
    drop_blanks(guide);
    for (size_t i = 0; i < ROWS; i++) {
        assert_shown(guide, &rows[i]);
    }
    for (size_t i = 0; i < ROW_FORMULAS; i++) {
        assert_shown(guide, &row_formulas[i].row);
    }
    mpcf_free(guide);
}

static void append_headers(struct text_buffer *all)
{
    static const char *const names[] = {"approx", "error",  "float",  "graph",
                                        "model",  "option", "plugin", "status"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = mpcf_format("plugin-sdk/include/mpcf/%s.h", names[i]);
        char *text = read_source(path);

        text_append(all, text);
        mpcf_free(text);
        mpcf_free(path);
    }
}

/* Whether WORD of LENGTH stands in TEXT as a whole word. */
static bool has_word(const char *text, const char *word, size_t length)
{
    for (const char *at = strstr(text, "mpcf_"); at != NULL; at = strstr(at + 1, "mpcf_")) {
        if (strncmp(at, word, length) == 0 && at[length] != '_' &&
            isalnum((unsigned char) at[length]) == 0) {
            return true;
        }
    }
    return false;
}

static void the_guide_names_what_exists(void **state)
{
    struct text_buffer headers = {0};
    char *guide = read_source("docs/writing-an-approximation.md");
    size_t words = 0;

    (void) state;
    append_headers(&headers);
    for (const char *at = strstr(guide, "mpcf_"); at != NULL; at = strstr(at + 1, "mpcf_")) {
        const size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_");

        words++;
        if (!has_word(headers.data, at, length)) {
            fail_msg("the SDK has no %.*s", (int) length, at);
        }
    }
    assert_true(words > 100);
    text_clear(&headers);
    mpcf_free(guide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas_give_pytorchs_values),
        cmocka_unit_test(formulas_pass_the_check),
        cmocka_unit_test(the_guide_shows_these_formulas),
        cmocka_unit_test(the_guide_names_what_exists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
