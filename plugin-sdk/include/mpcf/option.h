/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf/option.h - what a component takes under its `options:` key.
 */
#ifndef MPCF_OPTION_H
#define MPCF_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/export.h>

MPCF_BEGIN_DECLS

typedef enum mpcf_option_type {
    MPCF_OPT_BOOL = 1,   /* bool */
    MPCF_OPT_INT,        /* int64_t */
    MPCF_OPT_REAL,       /* double */
    MPCF_OPT_STRING,     /* const char * */
    MPCF_OPT_CHOICE,     /* int32_t, index into CHOICES, from 0 */
    MPCF_OPT_BYTES,      /* uint64_t; "64KiB", "2GiB" */
    MPCF_OPT_DURATION,   /* int64_t nanoseconds; "250ms", "30s" */
    MPCF_OPT_PATH,       /* const char *, made absolute from the pipeline file */
    MPCF_OPT_REAL_LIST,  /* struct { const double *items; size_t count; }: coefficients */
    MPCF_OPT_STRING_LIST /* struct { const char *const *items; size_t count; }: peers */
} mpcf_option_type;

/*
 * One key that a component takes under its `options:` in the pipeline file.
 *
 * The host reads this table before it calls any function of the component: it
 * refuses unknown keys (with file, line, column and the nearest known key),
 * keys given twice, values of another type and values outside [min, max], and
 * fills the component's config struct. `mpcf-host plugin show NAME` prints the
 * table, so HELP is the option's documentation: say the unit and the effect.
 *
 * The struct, its strings and its lists belong to the host, outlive every object that a
 * component makes from them, and do not change. Strings are UTF-8.
 */
typedef struct mpcf_option {
    const char *key; /* lower case, words joined by '_' */
    mpcf_option_type type;
    const char *default_text; /* as written in YAML; NULL: must be given */
    size_t offset;            /* offsetof(struct <name>_config, field), in bytes */
    const char *help;
    double min, max;            /* numbers only, both included; both 0: no limits. Of BYTES in
                                   bytes, of DURATION in nanoseconds, of a list each element */
    const char *const *choices; /* MPCF_OPT_CHOICE only; ends with NULL */
} mpcf_option;

MPCF_END_DECLS
#endif
