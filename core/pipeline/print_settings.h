/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings of a pipeline as text.
 */
#ifndef MPCF_PIPELINE_PRINT_SETTINGS_H
#define MPCF_PIPELINE_PRINT_SETTINGS_H

#include "base/text.h"
#include "pipeline/pipeline.h"

/* Everything of the file that decides what STAGE makes, as text: for "are the inputs
 * unchanged". Without the settings of the stages before it. */
void pipeline_print_settings(const struct pipeline *p, enum pipeline_stage stage,
                             struct text_buffer *out);
/* The same of the weights that convert or distill, STAGE, makes: without their calibration. */
void pipeline_print_weights(const struct pipeline *p, enum pipeline_stage stage,
                            struct text_buffer *out);
/* The section of STAGE alone, a stage that makes a network: nothing that it shares with others. */
void pipeline_print_own(const struct pipeline *p, enum pipeline_stage stage,
                        struct text_buffer *out);
/* Of stages.infer what decides which programs the student becomes. */
void pipeline_print_lowering(const struct pipeline *p, struct text_buffer *out);
/* One line a slot entry, "normaliser 0-5 2quad c=5", as it is recorded and compared. */
void pipeline_print_approximations(const struct pipeline *p, struct text_buffer *out);
/* The same for people: 1.1, not 1.1000000000000001. */
void pipeline_show_approximations(const struct pipeline *p, struct text_buffer *out);
/* What of its layers an entry is of, as words with a blank in front: " where=attention+feed_forward",
 * " heads=0,3"; nothing where it is of all. No name has a "=", so that client/public_text.c tells them
 * from names. */
void pipeline_print_part(const struct slot_filling *f, struct text_buffer *out);

#endif
