/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The four normal forms of Unicode (UAX #15), of the version that Hugging Face's tokenizers have:
 * points that came later stay as they are.
 */
#ifndef MPCF_TEXT_NORMAL_FORMS_H
#define MPCF_TEXT_NORMAL_FORMS_H

#include "text/unicode.h"

enum normal_form { NORMAL_FORM_D, NORMAL_FORM_KD, NORMAL_FORM_C, NORMAL_FORM_KC };

/* Adds the FORM of IN to OUT, whose head grows by what comes of IN's. */
void normal_form(enum normal_form form, const struct points *in, struct points *out);

#endif
