/* SPDX-License-Identifier: Apache-2.0 */
/* The teacher's, the student's and the secure run's predictions, beside each other. */
#include "report/section_predictions.h"

#include <math.h>

#include "report/networks.h"
#include "report/plot_matrix.h"
#include "report/plot_scatter.h"
#include "report/report_tree.h"
#include "report/section.h"

/* Those that a person compares, by their place in report_networks. */
static const size_t shown[] = {0, 2, 4};

static json_t *part_of(const json_t *root, size_t i, const char *key)
{
    return json_object_get(json_object_get(root, report_networks[i].key), key);
}

/* One for all of them: they are compared. */
static void range_of_scores(const json_t *root, double range[2])
{
    range[0] = INFINITY;
    range[1] = -INFINITY;
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        plot_scatter_range(part_of(root, shown[i], "scatter"), range);
    }
}

static void put_plots(struct text_buffer *page, const json_t *root)
{
    const json_t *labels = report_get(root, "task.labels");
    double range[2];

    range_of_scores(root, range);

    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        const char *name = report_networks[shown[i]].name;

        plot_matrix(page, name, part_of(root, shown[i], "confusion"), labels);
        plot_scatter(page, name, part_of(root, shown[i], "scatter"), range, shown[i]);
    }
}

void section_predictions(struct text_buffer *page, const json_t *root)
{
    struct text_buffer plots = {0};

    put_plots(&plots, root);
    page->failed = page->failed || plots.failed;
    if (plots.length > 0) {
        text_append(page, "<div class=\"plots\">\n");
        text_append(page, text_string(&plots));
        text_append(page, "</div>\n");
    }
    text_clear(&plots);
}
