/* SPDX-License-Identifier: Apache-2.0 */
/* For each training run its metric by epoch beside its loss. */
#include "report/section_training.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/html.h"
#include "report/networks.h"
#include "report/plot_curve.h"
#include "report/report_tree.h"
#include "report/section.h"

enum { TEACHER = 0, CONVERTED = 1, EPOCHS_MAX = 200 };

/* --- Metrics by epoch --- */

struct epochs {
    double x[EPOCHS_MAX + 1], y[EPOCHS_MAX + 1];
    size_t count;
};

static void add_epoch(struct epochs *e, double x, double y)
{
    if (isfinite(y) && e->count < EPOCHS_MAX + 1) {
        e->x[e->count] = x;
        e->y[e->count++] = y;
    }
}

static double metric_after(const json_t *root, const char *stage, size_t epoch, const char *metric)
{
    char path[96];
    const json_t *value = NULL;

    (void) snprintf(path, sizeof path, "training.%s.epochs.%zu", stage, epoch);
    value = json_object_get(report_get(root, path), metric);
    return json_is_number(value) ? json_number_value(value) : (double) NAN;
}

/* START stands before the first epoch where it is known. */
static struct epochs read_epochs(const json_t *root, const char *stage, const char *metric,
                                 double start)
{
    struct epochs e = {.count = 0};

    for (size_t i = 1; i <= EPOCHS_MAX; i++) {
        const double value = metric_after(root, stage, i, metric);

        if (i == 1 && isfinite(value)) {
            add_epoch(&e, 0, start);
        }
        add_epoch(&e, (double) i, value);
    }
    return e;
}

/* What distillation begins with: the converted student, then what the layers' part left. */
static double start_of(const json_t *root, const char *stage, const char *metric)
{
    struct epochs layers;

    if (strcmp(stage, "finetune") == 0) {
        return (double) NAN;
    }
    layers = read_epochs(root, "distill.layers", metric, (double) NAN);
    if (strcmp(stage, "distill.prediction") == 0 && layers.count > 0) {
        return layers.y[layers.count - 1];
    }
    return network_metric(root, CONVERTED, metric);
}

static const char *const stages[] = {"finetune", "distill.layers", "distill.prediction"};
#define STAGES (sizeof stages / sizeof stages[0])

/* One axis for all of them. */
static void range_of(const json_t *root, const char *metric, double range[2])
{
    const double teacher = network_metric(root, TEACHER, metric);

    range[0] = isfinite(teacher) ? teacher : (double) INFINITY;
    range[1] = isfinite(teacher) ? teacher : (double) -INFINITY;
    for (size_t i = 0; i < STAGES; i++) {
        const struct epochs e =
            read_epochs(root, stages[i], metric, start_of(root, stages[i], metric));

        for (size_t k = 0; k < e.count; k++) {
            range[0] = fmin(range[0], e.y[k]);
            range[1] = fmax(range[1], e.y[k]);
        }
    }
}

static void put_epochs(struct text_buffer *page, const json_t *root, const char *stage,
                       const char *metric)
{
    const struct epochs e = read_epochs(root, stage, metric, start_of(root, stage, metric));
    const bool is_student = strcmp(stage, "finetune") != 0;
    double range[2];
    struct plot_curve curve = {.title = metric,
                               .x_label = "epochs",
                               .x = e.x,
                               .y = e.y,
                               .count = e.count,
                               .unit = number_unit_of_metric(metric),
                               .has_dots = true,
                               .range = range,
                               .mark = (double) NAN,
                               .mark_name = "teacher"};

    if (e.count < 2) {
        return;
    }
    range_of(root, metric, range);
    curve.mark = is_student ? network_metric(root, TEACHER, metric) : (double) NAN;
    plot_curve(page, &curve);
}

/* --- Losses --- */

/* Points whose three numbers are there; epochs where they are known, else steps. */
static size_t read_losses(const json_t *curve, double *x, double *y, bool *has_epochs)
{
    const json_t *steps = json_object_get(curve, "step");
    const json_t *epochs = json_object_get(curve, "epoch");
    const json_t *losses = json_object_get(curve, "loss");
    size_t count = json_array_size(losses), kept = 0;

    *has_epochs = json_is_number(json_array_get(epochs, count - 1));
    for (size_t i = 0; i < count; i++) {
        const json_t *place = json_array_get(*has_epochs ? epochs : steps, i);
        const json_t *loss = json_array_get(losses, i);
        const double where = json_number_value(place);

        if (json_is_number(place) && json_is_number(loss) && (kept == 0 || where >= x[kept - 1])) {
            x[kept] = where;
            y[kept] = json_number_value(loss);
            kept++;
        }
    }
    return kept;
}

static void put_losses(struct text_buffer *page, const json_t *curve)
{
    const size_t count = json_array_size(json_object_get(curve, "loss"));
    double *x = count > 0 ? mpcf_alloc_array(count, sizeof *x) : NULL;
    double *y = count > 0 ? mpcf_alloc_array(count, sizeof *y) : NULL;
    struct plot_curve plot = {.title = "loss", .mark = (double) NAN};
    bool has_epochs = false;

    if (count > 0 && (x == NULL || y == NULL)) {
        page->failed = true;
    } else if (count > 0) {
        plot.count = read_losses(curve, x, y, &has_epochs);
        plot.x_label = has_epochs ? "epochs" : "steps";
        plot.x = x;
        plot.y = y;
        plot_curve(page, &plot);
    }
    mpcf_free(x);
    mpcf_free(y);
}

/* --- Facts --- */

/* "in " and the number at training.STAGE.KEY, where there is one. */
static void put_fact(struct text_buffer *page, const json_t *root, const char *stage,
                     const char *key, const char *before, enum number_unit unit, const char *after)
{
    char path[96];
    double value;

    (void) snprintf(path, sizeof path, "training.%s.%s", stage, key);
    value = report_number(root, path);
    if (isfinite(value)) {
        text_append(page, before);
        number_in(page, value, unit);
        text_append(page, after);
    }
}

/* With one epoch there is no curve: its metric is said. */
static void put_only_epoch(struct text_buffer *page, const json_t *root, const char *stage,
                           const char *metric)
{
    const struct epochs e = read_epochs(root, stage, metric, (double) NAN);

    if (e.count == 1) {
        text_append(page, " \xc2\xb7 ");
        html_text(page, metric);
        text_append(page, " ");
        number_in(page, e.y[0], number_unit_of_metric(metric));
        text_append(page, " after one epoch");
    }
}

static void put_head(struct text_buffer *page, const json_t *root, const char *stage,
                     const char *metric)
{
    text_append(page, "<h3>");
    html_text(page, stage);
    text_append(page, "</h3><p class=\"note\">");
    put_fact(page, root, stage, "examples", "", UNIT_COUNT, " examples");
    put_fact(page, root, stage, "seconds", " \xc2\xb7 ", UNIT_SECONDS, "");
    put_fact(page, root, stage, "examples_per_second", " \xc2\xb7 ", UNIT_PLAIN,
             " examples a second");
    put_only_epoch(page, root, stage, metric);
    text_append(page, "</p>\n");
}

void section_training(struct text_buffer *page, const json_t *root)
{
    const json_t *list = report_get(root, "losses");
    const struct metric_names names = report_metric_names(root);
    const char *metric = names.count > 0 ? names.name[0] : "";

    if (json_array_size(list) == 0) {
        return;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *curve = json_array_get(list, i);
        const char *stage = json_string_value(json_object_get(curve, "stage"));

        if (stage != NULL && json_array_size(json_object_get(curve, "loss")) > 0) {
            put_head(page, root, stage, metric);
            text_append(page, "<div class=\"plots curves\">\n");
            put_epochs(page, root, stage, metric);
            put_losses(page, curve);
            text_append(page, "</div>\n");
        }
    }
}
