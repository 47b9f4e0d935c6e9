/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where things lie in a run's output folder.
 *
 *   OUTPUT/teacher/          the fine-tuned teacher (with finetune)
 *   OUTPUT/student/          the student as a Hugging Face folder, and its approximations
 *   OUTPUT/student/public/   what user and dealer need: no weights
 *   OUTPUT/stages/           what each finished stage was made from, and of interrupted ones the state
 *   OUTPUT/infer/            what each role wrote of the secure run
 *   OUTPUT/cache/            the data as token ids, for the next run (text/corpus_cache.h)
 *   OUTPUT/predictions/      of test splits, in the benchmark's form
 *   OUTPUT/report.json, report.html
 */
#ifndef MPCF_PIPELINE_OUTPUT_H
#define MPCF_PIPELINE_OUTPUT_H

#include "pipeline/pipeline.h"

/* In student/public with embedding: public: the tables that the user looks words up in. */
#define OUTPUT_TABLES "embedding.safetensors"

/* In infer/: the user's answers of a run that has not ended, or did not end well. */
#define OUTPUT_ANSWERS "user.partial.jsonl"

/* The path of NAME, as "student/public", in the output folder; mpcf_free(). NULL: memory. */
char *output_path(const struct pipeline *p, const char *name);
/* The teacher's folder: OUTPUT/teacher, or the model's without finetune; mpcf_free(). */
char *output_teacher(const struct pipeline *p);

#endif
