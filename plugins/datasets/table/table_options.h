/* SPDX-License-Identifier: Apache-2.0 */
/* What the user says of an own table. */
#ifndef MPCF_TABLE_OPTIONS_H
#define MPCF_TABLE_OPTIONS_H

#include <mpcf/dataset.h>

enum table_header { HEADER_AUTO = 0, HEADER_YES, HEADER_NO };
enum table_broken { BROKEN_REFUSE = 0, BROKEN_SKIP };

struct table_texts {
    const char *const *items;
    size_t count;
};

struct table_config {
    const char *text, *text_b, *label; /* names or numbers of columns */
    struct table_texts labels;         /* names in class order; none: see classes, score */
    struct table_texts known_labels;   /* the checkpoint's, as the host has them */
    int64_t classes;                   /* 0: as labels has them */
    struct {
        const double *items; /* lowest, highest */
        size_t count;
    } score;
    struct table_texts metrics;
    const char *train, *dev; /* files */
    double dev_share;
    int64_t seed;
    int32_t format, header, broken_rows;
    const char *delimiter;
    bool quotes;
    const char *name;
};

extern const mpcf_option table_options[];

/* The delimiter of rows; 0: the form's own. MPCF_E_CONFIG: it is no single character. */
mpcf_status table_delimiter(const struct table_config *c, int32_t *delimiter, mpcf_error *err);
/* What two options say against each other. */
mpcf_status table_check_options(const struct table_config *c, mpcf_error *err);
/* Names of the classes: those that were written, else the checkpoint's where they fit; may be none. */
struct table_texts table_names(const struct table_config *c);
/* Whether rows have a label at all. */
bool table_is_labelled(const struct table_config *c);

#endif
