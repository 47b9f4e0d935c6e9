/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stages.infer.network: a link's name, or its delay and rate.
 */
#ifndef MPCF_PIPELINE_READ_NETWORK_H
#define MPCF_PIPELINE_READ_NETWORK_H

#include "pipeline/reader.h"

/* NODE, NULL where the file has none, into R's pipeline. Mistakes are added to R's problems. */
mpcf_status read_network(struct pipeline_reader *r, const struct yaml_node *node);
/* "200Mbit", "1.5 Gbit/s" as bits a second. false, and why. */
bool read_rate(const char *text, double *bits_per_second, struct text_buffer *why);

#endif
