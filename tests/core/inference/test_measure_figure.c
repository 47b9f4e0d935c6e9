/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a machine's figure says of networks that it was not measured with, against their own steps' times.
 * With an argument ("minilm 64 approximated", "bert-base 128 exact") prints them by kind of step.
 */
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/folder.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/workers.h"
#include "channel/role.h"
#include "format/json.h"
#include "inference/machine_figure.h"
#include "inference/measure_figure.h"

static const char small[] = "{\"model_type\": \"bert\", \"vocab_size\": 8192, "
                            "\"num_hidden_layers\": 3, \"hidden_size\": 384, "
                            "\"num_attention_heads\": 6, \"intermediate_size\": 1536}";
static const char minilm[] = "{\"model_type\": \"bert\", \"vocab_size\": 8192, "
                             "\"num_hidden_layers\": 6, \"hidden_size\": 384, "
                             "\"intermediate_size\": 1536}";
static const char bert_base[] = "{\"model_type\": \"bert\", \"vocab_size\": 8192}";

/* The cache folder of these tests. */
static char folder[] = "/tmp/mpcf-figure-XXXXXX";

static int use_folder(void **state)
{
    (void) state;
    workers_set(1);
    return mkdtemp(folder) != NULL && setenv("XDG_CACHE_HOME", folder, 1) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void) state;
    return file_remove_tree(folder, NULL) == MPCF_OK ? 0 : -1;
}

struct sums {
    double by_kind[STEP_COUNT][2][4]; /* predicted and measured: provider, user, before, dealer */
    double all[2][4];
};

static void add_measured(struct sums *sums, const struct program *p, const struct step_clock *c)
{
    for (uint32_t i = 0; i < p->step_count; i++) {
        const double x[4] = {
            c[ROLE_PROVIDER].least[PHASE_ONLINE][i], c[ROLE_USER].least[PHASE_ONLINE][i],
            c[ROLE_USER].least[PHASE_BEFORE][i], c[ROLE_DEALER].least[PHASE_BEFORE][i]};

        for (size_t k = 0; k < 4; k++) {
            sums->by_kind[p->steps[i].kind][1][k] += x[k];
            sums->all[1][k] += x[k];
        }
    }
}

static void add_predicted(struct sums *sums, const struct program *p,
                          const struct computing_rates *rates)
{
    for (uint32_t i = 0; i < p->step_count; i++) {
        double units = 0;
        const struct step *s = &p->steps[i];
        const unsigned sort = step_work(p, s, &units);
        const struct work_rate *r = computing_rate(rates, s->kind, sort);
        const double x[4] = {r->online[0], r->online[1], r->before, r->dealer};

        for (size_t k = 0; k < 4; k++) {
            sums->by_kind[s->kind][0][k] += units * x[k];
            sums->all[0][k] += units * x[k];
        }
    }
}

static void compare(struct plugins *plugins, const struct machine_figure *f,
                    const struct figure_shape *shape, struct sums *sums, mpcf_error *err)
{
    struct step_clock clocks[3] = {[0] = {.steps = 0}};
    struct figure_network n;
    struct program *p = NULL;
    struct weights *weights = NULL;

    assert_ok(figure_network_open(plugins, shape, &n, err), err);
    assert_ok(figure_network_program(&n, &named_networks[0].link, &p, &weights, err), err);
    assert_ok(measure_steps(&n, p, weights, clocks, err), err);
    add_measured(sums, p, clocks);
    add_predicted(sums, p, &f->of.rates);
    for (size_t i = 0; i < 3; i++) {
        step_clock_clear(&clocks[i]);
    }
    weights_destroy(weights);
    program_destroy(p);
    figure_network_clear(&n);
}

static struct plugins *open_plugins(mpcf_error *err)
{
    struct plugins *plugins = NULL;

    assert_ok(plugins_create(NULL, &plugins, err), err);
    return plugins;
}

/* The least of several times on a thread of its own is steady enough for this even where others work beside. */
static void another_network_is_predicted(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct plugins *plugins = open_plugins(err);
    struct machine_figure f = {0};

    (void) state;
    assert_ok(machine_figure_get(plugins, false, &f, err), err);
    assert_true(f.of.messages.exchange_seconds > 0 && f.of.speedup >= 1);
    for (size_t i = 0; i < 2; i++) {
        const struct figure_shape shape = {small, 64, i == 0};
        struct sums sums = {.all = {{0}}};

        compare(plugins, &f, &shape, &sums, err);
        for (size_t k = 0; k < 4; k++) {
            const double ratio = sums.all[0][k] / sums.all[1][k];

            assert_true(ratio > 0.5 && ratio < 2);
        }
    }
    machine_figure_clear(&f);
    plugins_destroy(plugins);
    mpcf_error_destroy(err);
}

static const char *fact(const struct machine_figure *f, const char *key)
{
    const char *text = json_string_value(json_object_get(f->facts, key));

    return text != NULL ? text : "";
}

static void spoil(const char *path, mpcf_error *err)
{
    json_t *kept = NULL;

    assert_ok(json_read_file(path, &kept, err), err);
    (void) json_object_set_new(kept, "speedup", json_real(-1));
    assert_ok(json_write_file(path, kept, err), err);
    json_decref(kept);
}

/* What the test before measured is read; a number that cannot be is measured again, and replaced. */
static void a_figure_is_kept(void **state)
{
    mpcf_error *err = mpcf_error_create();
    struct plugins *plugins = open_plugins(err);
    struct machine_figure first = {0}, again = {0};

    (void) state;
    assert_ok(machine_figure_get(plugins, false, &first, err), err);
    assert_ok(machine_figure_get(plugins, false, &again, err), err);
    assert_string_equal(fact(&first, "measured"), fact(&again, "measured"));
    assert_memory_equal(&first.of.rates, &again.of.rates, sizeof first.of.rates);
    assert_true(text_starts_with(fact(&first, "file"), folder));
    assert_null(json_object_get(first.facts, "rates"));
    machine_figure_clear(&again);
    spoil(fact(&first, "file"), err);
    assert_ok(machine_figure_get(plugins, false, &again, err), err);
    assert_true(again.of.speedup >= 1);
    assert_string_not_equal(fact(&first, "measured"), fact(&again, "measured"));
    machine_figure_clear(&first);
    machine_figure_clear(&again);
    plugins_destroy(plugins);
    mpcf_error_destroy(err);
}

static void print(const struct sums *sums)
{
    for (size_t kind = 0; kind < STEP_COUNT; kind++) {
        printf("%-16s", step_name((enum step_kind) kind));
        for (size_t k = 0; k < 4; k++) {
            printf(" %9.5f/%9.5f", sums->by_kind[kind][0][k], sums->by_kind[kind][1][k]);
        }
        printf("\n");
    }
    printf("%-16s", "all");
    for (size_t k = 0; k < 4; k++) {
        printf(" %9.5f/%9.5f", sums->all[0][k], sums->all[1][k]);
    }
    printf("\n");
}

static int show(char **words)
{
    mpcf_error *err = mpcf_error_create();
    struct plugins *plugins = open_plugins(err);
    struct machine_figure f = {0};
    const size_t threads = workers_count();
    const struct figure_shape shape = {strcmp(words[0], "minilm") == 0 ? minilm : bert_base,
                                       (size_t) atoi(words[1]),
                                       strcmp(words[2], "approximated") == 0};
    struct sums *sums = mpcf_alloc_array(1, sizeof *sums);

    assert_ok(machine_figure_get(plugins, false, &f, err), err);
    workers_set(1);
    compare(plugins, &f, &shape, sums, err);
    workers_set(threads);
    print(sums);
    mpcf_free(sums);
    machine_figure_clear(&f);
    plugins_destroy(plugins);
    mpcf_error_destroy(err);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_network_is_predicted),
        cmocka_unit_test(a_figure_is_kept),
    };

    return argc == 4 ? show(argv + 1) : cmocka_run_group_tests(tests, use_folder, remove_folder);
}
