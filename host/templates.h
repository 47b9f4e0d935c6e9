/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin-sdk/template, held in the program.
 */
#ifndef MPCF_HOST_TEMPLATES_H
#define MPCF_HOST_TEMPLATES_H

#include <stddef.h>

struct template_file {
    const char *kind; /* "approx" */
    const char *name; /* "CMakeLists.txt" */
    const unsigned char *data;
    size_t length;
};
/* Ends with a NULL kind. */
extern const struct template_file template_files[];

#endif
