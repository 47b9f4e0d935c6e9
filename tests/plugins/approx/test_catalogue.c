/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The families of published approximations against their formulas in double precision and PyTorch's
 * gradients (tests/vectors/make_approximations.py); and that their pages have the errors measured there.
 */
#include "support/support.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "conformance/approx_bench.h"
#include "conformance/approx_check.h"
#include "plugin/option_set.h"
#include "plugin/plugins.h"
#include "support/vectors.h"

static struct plugins *plugins;
static mpcf_error *err;

static const struct {
    const char *vector, *family;
} entries[] = {
    {"puma_gelu", "polynomials"},
    {"bolt_gelu", "polynomials"},
    {"bolt_gelu_refit", "polynomials"},
    {"gelu_o2", "polynomials"},
    {"gelu_quad5", "polynomials"},
    {"tanh_poly", "polynomials"},
    {"2linear", "normalisers"},
    {"power", "normalisers"},
    {"power_6", "normalisers"},
    {"power_e", "normalisers"},
    {"power_8", "normalisers"},
    {"l2q", "normalisers"},
    {"puma_softmax", "normalisers"},
    {"ibert_softmax", "normalisers"},
    {"softmax_const", "normalisers"},
    {"softmax_first_max", "normalisers"},
    {"shaft_softmax", "normalisers"},
    {"ode_softmax", "normalisers"},
    {"sigma_attn", "normalisers"},
    {"secformer_gelu", "series"},
    {"shaft_gelu", "series"},
    {"shaft_silu", "series"},
    {"gelu_lut", "tables"},
    {"gelu_lut_edge", "tables"},
    {"bolt_gelu_trained", "polynomials"},
    {"puma_gelu_trained", "polynomials"},
};

static void fill_config(const mpcf_approx *approx, const json_t *options, void **config,
                        struct option_memory **owned)
{
    struct yaml_problems *problems = yaml_problems_create();
    struct yaml_tree *tree = NULL;
    char *text = json_dumps(options, JSON_ENCODE_ANY);

    assert_ok(yaml_parse_text(text, strlen(text), "options", &tree, err), err);
    *config = mpcf_alloc_array(1, approx->config_size + 1);
    assert_ok(option_fill(approx->options, approx->option_size, approx->config_size,
                          yaml_root(tree), approx->name, "/", *config, owned, problems, err),
              err);
    assert_int_equal(yaml_problems_count(problems), 0);
    yaml_problems_destroy(problems);
    yaml_tree_destroy(tree);
    free(text);
}

static double at(const json_t *vector, const char *key, size_t i)
{
    return json_number_value(json_array_get(json_object_get(vector, key), i));
}

static void compare(const char *what, const json_t *want, const float *got, double tolerance)
{
    double largest = 1;

    for (size_t i = 0; i < json_array_size(want); i++) {
        largest = fmax(largest, fabs(json_number_value(json_array_get(want, i))));
    }
    for (size_t i = 0; i < json_array_size(want); i++) {
        const double w = json_number_value(json_array_get(want, i));

        if (!(fabs((double) got[i] - w) <= tolerance * largest)) {
            fail_msg("%s: element %zu is %.9g, want %.9g", what, i, (double) got[i], w);
        }
    }
}

static void compare_parameters(const char *name, const char *slot, const json_t *vector,
                               struct parameters *p)
{
    const char *key;
    json_t *want;

    json_object_foreach(json_object_get(vector, "parameters"), key, want)
    {
        char *full = mpcf_format("approximations.%s.0.%s", slot, key);
        const struct parameter *found = parameters_find(p, full);

        assert_non_null(found);
        assert_int_equal(found->count, json_array_size(want));
        compare(name, want, found->gradient, 2e-5);
        mpcf_free(full);
    }
}

static void run(const char *name, const json_t *vector, const mpcf_approx *approx,
                const void *config)
{
    struct approx_bench bench;
    float y[BENCH_COUNT], dx[BENCH_COUNT], dy[BENCH_COUNT];

    assert_ok(approx_bench_create(approx, config, false, &bench, err), err);
    assert_int_equal(json_array_size(json_object_get(vector, "x")), bench.x->count);
    for (size_t i = 0; i < bench.x->count; i++) {
        bench.x->value[i] = (float) at(vector, "x", i);
        dy[i] = (float) at(vector, "dy", i);
    }
    assert_ok(approx_bench_run(&bench, y, dy, dx, err), err);
    compare(name, json_object_get(vector, "y"), y, 5e-6);
    compare(name, json_object_get(vector, "dx"), dx, 2e-5);
    compare_parameters(name, approx->slot == MPCF_SLOT_NORMALISER ? "normaliser" : "activation",
                       vector, bench.parameters);
    approx_bench_clear(&bench);
}

static void formulas_and_gradients_agree(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        char *path = mpcf_format("approximations/%s.json", entries[i].vector);
        json_t *vector = vector_json(path);
        const char *name = json_string_value(json_object_get(vector, "name"));
        struct option_memory *owned = NULL;
        const void *approx = NULL;
        void *config = NULL;

        assert_ok(plugins_find(plugins, COMPONENT_APPROX, name, &approx, err), err);
        assert_string_equal(plugins_owner(plugins, approx), entries[i].family);
        fill_config(approx, json_object_get(vector, "options"), &config, &owned);
        run(entries[i].vector, vector, approx, config);
        mpcf_free(config);
        option_config_release(owned);
        json_decref(vector);
        mpcf_free(path);
    }
}

/* "p: 6" of {"p": 6}; free() it. */
static char *option_text(const json_t *options)
{
    char *text = json_dumps(options, JSON_ENCODE_ANY);

    text[strlen(text) - 1] = '\0';
    text[0] = ' ';
    return text;
}

static void check_entry(const char *vector_name)
{
    char *path = mpcf_format("approximations/%s.json", vector_name);
    json_t *vector = vector_json(path);
    char *options = option_text(json_object_get(vector, "options"));
    struct conform c = {.out = tmpfile(), .err = err, .plugins = plugins, .options = options};
    const void *approx = NULL;
    char line[512];

    assert_ok(plugins_find(plugins, COMPONENT_APPROX,
                           json_string_value(json_object_get(vector, "name")), &approx, err),
              err);
    approx_check(&c, approx);
    rewind(c.out);
    while (c.failed > 0 && fgets(line, sizeof line, c.out) != NULL) {
        print_message("%s", line);
    }
    if (c.failed > 0 || c.done < 12) {
        fail_msg("%s: %zu of %zu checks failed", vector_name, c.failed, c.done);
    }
    (void) fclose(c.out);
    free(options);
    json_decref(vector);
    mpcf_free(path);
}

static void entries_pass_the_check(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        check_entry(entries[i].vector);
    }
}

/* What is trained is the provider's in a secure run. */
static mpcf_node *trained_pieces(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    static const double cuts[] = {-3, 0.4, 2};
    static const double coef[4][4] = {
        {0.5, 0.25, 0, 0}, {0, 0, 0.1, 0}, {1, -0.5, 0.25, 0.125}, {0, 1, 0, 0}};
    mpcf_node *delta = mpcf_parameter(g, "delta", mpcf_shape_2(4, 2), MPCF_INIT_CONSTANT, -0.3);

    (void) config, (void) keep;
    return mpcf_piecewise_of(g, x, cuts, 3, coef[0], 3, mpcf_scale(g, delta, 0.5));
}

static double trained_value(double x)
{
    const double t = x - (x < 0.4 ? -1.3 : 1.2), sum = -0.15 * (1 + t + t * t + t * t * t);

    return x < -3    ? 0.5 + 0.25 * x
           : x < 0.4 ? 0.1 * x * x + sum
           : x < 2   ? 1 - 0.5 * x + 0.25 * x * x + 0.125 * x * x * x + sum
                     : x;
}

static void trained_pieces_run_securely(void **state)
{
    static const mpcf_approx approx = {.struct_size = sizeof(mpcf_approx),
                                       .name = "trained",
                                       .summary = "",
                                       .slot = MPCF_SLOT_ACTIVATION,
                                       .input_low = -4,
                                       .input_high = 4,
                                       .build = trained_pieces};
    struct conform c = {.out = tmpfile(), .err = err, .plugins = plugins};
    struct approx_bench bench;
    float y[BENCH_COUNT];
    char line[512];

    (void) state;
    approx_check(&c, &approx);
    rewind(c.out);
    while (c.failed > 0 && fgets(line, sizeof line, c.out) != NULL) {
        print_message("%s", line);
    }
    assert_int_equal(c.failed, 0);
    assert_true(c.done >= 11);
    (void) fclose(c.out);
    assert_ok(approx_bench_create(&approx, NULL, false, &bench, err), err);
    assert_ok(approx_bench_run(&bench, y, NULL, NULL, err), err);
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        assert_true(fabs((double) y[i] - trained_value((double) bench.x->value[i])) < 1e-5);
    }
    approx_bench_clear(&bench);
}

static mpcf_node *exponential(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    (void) config, (void) keep;
    return mpcf_exp(g, x);
}

static void check_exponential(double high, bool is_taken)
{
    const mpcf_approx approx = {.struct_size = sizeof(mpcf_approx),
                                .name = "exponential",
                                .summary = "",
                                .slot = MPCF_SLOT_ACTIVATION,
                                .input_low = -14,
                                .input_high = high,
                                .build = exponential};
    struct conform c = {.out = tmpfile(), .err = err, .plugins = plugins};
    char text[8192] = "";

    approx_check(&c, &approx);
    rewind(c.out);
    text[fread(text, 1, sizeof text - 1, c.out)] = '\0';
    if ((c.failed == 0) != is_taken ||
        (strstr(text, "exp takes numbers up to 11") == NULL) != is_taken) {
        fail_msg("up to %g: %s", high, text);
    }
    (void) fclose(c.out);
}

/* The margin is that of the result: e^9.5 times 4 is below e^11. */
static void exp_goes_up_to_its_limit(void **state)
{
    (void) state;
    check_exponential(0, true);
    check_exponential(4.5, true);
    check_exponential(9.5, true);
    check_exponential(10.5, false);
}

/* "| `puma_gelu` | ... | 0.02 |" in the family's README. */
static void pages_have_the_measured_errors(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        if (text_ends_with(entries[i].vector, "_trained")) {
            continue; /* the same function to begin with */
        }
        char *path = mpcf_format("approximations/%s.json", entries[i].vector);
        char *page = mpcf_format("../../plugins/approx/%s/README.md", entries[i].family);
        json_t *vector = vector_json(path);
        char *where = vector_path(page), *text = NULL, *row;
        char *start = mpcf_format("| `%s` |", entries[i].vector);
        char *error = mpcf_format("| %g |", json_number_value(json_object_get(vector, "error")));
        size_t length = 0;

        assert_ok(file_read(where, 1 << 20, &text, &length, err), err);
        row = strstr(text, start);
        if (row == NULL || strstr(row, error) == NULL ||
            strstr(row, error) > row + strcspn(row, "\n")) {
            fail_msg("%s: no row '%s .. %s'", where, start, error);
        }
        json_decref(vector);
        mpcf_free(path);
        mpcf_free(page);
        mpcf_free(where);
        mpcf_free(text);
        mpcf_free(start);
        mpcf_free(error);
    }
}

static void check_line(const char *name, const char *what, const char *text)
{
    if (text == NULL || text[0] == '\0' || strpbrk(text, "\n|") != NULL) {
        fail_msg("%s: its %s is no line of a table: '%s'", name, what, text == NULL ? "" : text);
    }
}

/* All that the tree brings: the page and `plugin list` say what each is and whose. */
static void each_has_a_formula_and_a_source(void **state)
{
    const mpcf_approx *approx;
    size_t count = 0;

    (void) state;
    plugins_load_all(plugins);
    while ((approx = plugins_component(plugins, COMPONENT_APPROX, count)) != NULL) {
        check_line(approx->name, "formula", approx->formula);
        check_line(approx->name, "source", approx->source);
        count++;
    }
    assert_true(count >= 37);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas_and_gradients_agree),
        cmocka_unit_test(entries_pass_the_check),
        cmocka_unit_test(trained_pieces_run_securely),
        cmocka_unit_test(exp_goes_up_to_its_limit),
        cmocka_unit_test(pages_have_the_measured_errors),
        cmocka_unit_test(each_has_a_formula_and_a_source),
    };
    int failed;

    err = mpcf_error_create();
    if (plugins_create(NULL, &plugins, err) != MPCF_OK) {
        return 1;
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    plugins_destroy(plugins);
    mpcf_error_destroy(err);
    return failed;
}
