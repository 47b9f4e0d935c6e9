/* SPDX-License-Identifier: Apache-2.0 */
#include "support/datasets.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/memory.h"
#include "metrics/metrics.h"
#include "plugin/option_set.h"
#include "plugin/plugins.h"
#include "support/support.h"

/* What is compared of a split. */
struct test_split {
    size_t rows, classes[8];
    double *labels, *guesses; /* of the LABELLED rows */
    size_t labelled, capacity;
    char digest[FILE_DIGEST_SIZE];
};

/* What CONFIG points to is *OWNED's. */
static void fill(const mpcf_dataset *d, const char *options, void *config,
                 struct option_memory **owned, mpcf_error *err)
{
    struct yaml_tree *tree = NULL;
    struct yaml_problems *problems = yaml_problems_create();

    assert_ok(yaml_parse_text(options, strlen(options), "options", &tree, err), err);
    assert_ok(option_fill(d->options, d->option_size, d->config_size, yaml_root(tree), d->name, ".",
                          config, owned, problems, err),
              err);
    if (yaml_problems_count(problems) > 0) {
        fail_msg("%s", yaml_problems_text(problems));
    }
    yaml_problems_destroy(problems);
    yaml_tree_destroy(tree);
}

struct test_dataset test_dataset_load(const char *name, const char *options)
{
    static struct plugins *plugins; /* one for the process, so that no leak is seen */
    static struct {
        _Alignas(16) unsigned char bytes[512];
        struct option_memory *owned;
    } configs[32];
    static size_t used;
    const size_t at = used++ % (sizeof(configs) / sizeof(configs[0]));
    mpcf_error *err = mpcf_error_create();
    const void *found = NULL;
    struct test_dataset d = {.config = configs[at].bytes};

    if (plugins == NULL) {
        assert_ok(plugins_create(NULL, &plugins, err), err);
    }
    assert_ok(plugins_find(plugins, COMPONENT_DATASET, name, &found, err), err);
    d.dataset = found;
    assert_true(d.dataset->config_size <= sizeof(configs[0].bytes));
    option_config_release(configs[at].owned);
    configs[at].owned = NULL;
    fill(d.dataset, options, configs[at].bytes, &configs[at].owned, err);
    mpcf_error_destroy(err);
    return d;
}

/* "1", "3.250", or nothing. */
static void print_label(const mpcf_example *e, size_t classes, char text[32])
{
    text[0] = '\0';
    if (e->has_label != 0) {
        (void) snprintf(text, 32, "%.*f", classes > 1 ? 0 : 3, e->label);
    }
}

/* As guess() of make_datasets.py. */
static double guess(const mpcf_example *e, size_t row, size_t classes)
{
    const double share = (double) (uint32_t) (row * UINT64_C(2654435761)) / 4294967296.0;

    if (classes == 1) {
        return e->label + 2 * share - 1;
    }
    return share < 0.8 ? e->label : (double) (row % classes);
}

static void keep_label(struct test_split *out, const mpcf_example *e, size_t classes)
{
    if (out->labelled == out->capacity) {
        const size_t capacity = out->capacity == 0 ? 1024 : 2 * out->capacity;

        out->labels = mpcf_grow_array(out->labels, out->capacity, capacity, sizeof(double));
        out->guesses = mpcf_grow_array(out->guesses, out->capacity, capacity, sizeof(double));
        assert_non_null(out->labels);
        assert_non_null(out->guesses);
        out->capacity = capacity;
    }
    out->labels[out->labelled] = e->label;
    out->guesses[out->labelled] = guess(e, out->labelled, classes);
    out->labelled++;
}

static void add_row(struct digest *digest, const mpcf_example *e, size_t classes,
                    struct test_split *out)
{
    const char *second = e->text_b != NULL ? e->text_b : "";
    char label[32];

    print_label(e, classes, label);
    digest_add(digest, e->text_a, strlen(e->text_a));
    digest_add(digest, "\x1f", 1);
    digest_add(digest, second, strlen(second));
    digest_add(digest, "\x1f", 1);
    digest_add(digest, label, strlen(label));
    digest_add(digest, "\n", 1);
    assert_int_equal(e->id, out->rows);
    assert_true(e->has_label == 0 || classes == 1 || e->label < (double) classes);
    if (e->has_label != 0) {
        keep_label(out, e, classes);
        out->classes[classes > 1 ? (size_t) e->label : 0]++;
    }
    out->rows++;
}

static void test_dataset_read(const struct test_dataset *d, const char *path, const char *split,
                              struct test_split *out)
{
    mpcf_error *err = mpcf_error_create();
    struct digest *digest = digest_begin();
    mpcf_task task = {.struct_size = sizeof(task)};
    mpcf_example e;
    int32_t more = 1;
    void *r = NULL;

    *out = (struct test_split){0};
    assert_non_null(digest);
    assert_ok(d->dataset->describe(d->config, &task, err), err);
    assert_true(task.classes <= 8);
    assert_ok(d->dataset->open(d->config, path, split, &r, err), err);
    for (;;) {
        assert_ok(d->dataset->next(r, &e, &more, err), err);
        if (more == 0) {
            break;
        }
        add_row(digest, &e, task.classes, out);
    }
    d->dataset->close(r);
    digest_end(digest, out->digest);
    mpcf_error_destroy(err);
}

/* The figures of the task on these labels. The largest difference. */
static double compare_figures(const struct test_dataset *d, const struct test_split *got,
                              const json_t *figures)
{
    mpcf_error *err = mpcf_error_create();
    mpcf_task task = {.struct_size = sizeof(task)};
    double worst = 0;
    size_t count = 0;

    assert_ok(d->dataset->describe(d->config, &task, err), err);
    for (size_t i = 0; got->labelled > 0 && i < 4 && task.metrics[i] != NULL; i++) {
        const json_t *want = json_object_get(figures, task.metrics[i]);
        double value = 0;

        assert_non_null(want);
        assert_ok(
            metric_compute(task.metrics[i], got->labels, got->guesses, got->labelled, &value, err),
            err);
        worst = fmax(worst, fabs(value - json_number_value(want)));
        count++;
    }
    assert_int_equal(count, json_object_size(figures));
    assert_true(worst <= 1e-9);
    mpcf_error_destroy(err);
    return worst;
}

void test_dataset_compare(const struct test_dataset *d, const char *path, const json_t *one)
{
    const int64_t start = clock_now_ns();
    struct test_split got;
    const char *label = NULL;
    json_t *count = NULL;
    double seconds = 0;

    test_dataset_read(d, path, json_string_value(json_object_get(one, "split")), &got);
    seconds = clock_seconds_since(start);
    assert_int_equal(got.rows, json_integer_value(json_object_get(one, "rows")));
    json_object_foreach(json_object_get(one, "classes"), label, count)
    {
        if (*label != '\0') {
            assert_int_equal(got.classes[*label - '0'], json_integer_value(count));
        }
    }
    assert_string_equal(got.digest, json_string_value(json_object_get(one, "digest")));
    print_message("%s %-40s %-12s %6zu rows %6.3f s, figures within %.0e\n", d->dataset->name,
                  d->dataset->options != NULL ? json_string_value(json_object_get(one, "options"))
                                              : strrchr(path, '/') + 1,
                  json_string_value(json_object_get(one, "split")), got.rows, seconds,
                  compare_figures(d, &got, json_object_get(one, "figures")));
    mpcf_free(got.labels);
    mpcf_free(got.guesses);
}

void test_write(const char *folder, const char *name, const char *text)
{
    mpcf_error *err = mpcf_error_create();
    char *path = file_join(folder, name), *above = file_folder_of(path);

    assert_ok(file_make_folder(above, err), err);
    assert_ok(file_write_whole(path, text, strlen(text), err), err);
    mpcf_free(path);
    mpcf_free(above);
    mpcf_error_destroy(err);
}
