/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libyaml found wrong, in words for who wrote the file.
 */
#ifndef MPCF_FORMAT_YAML_WORDS_H
#define MPCF_FORMAT_YAML_WORDS_H

#include <stddef.h>

#include <yaml.h>

struct yaml_mistake {
    size_t line, column; /* from 1: where the mistake is, which may be above where it was seen */
    char text[512];
};

/* PARSER has failed, in LENGTH bytes of TEXT, and not for want of memory. QUOTED_LINE: of the
 * beginning of the last text in quotation marks, from 1; 0: none. */
void yaml_explain(const yaml_parser_t *parser, const char *text, size_t length, size_t quoted_line,
                  struct yaml_mistake *out);

#endif
